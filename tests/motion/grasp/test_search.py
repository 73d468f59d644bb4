"""Sampling of hand poses, contacts that hover before they touch, and what the search rejects."""

from dataclasses import replace
from pathlib import Path

import mujoco
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from skillc.compiler.resolve.front_end import require_spec
from skillc.runtime.formats.physics import PhysicsSettings
from skillc.runtime.formats.records import from_json
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.formats.twin import Shape
from skillc.runtime.geometry import se3
from skillc.runtime.motion.cell.surface import object_surface
from skillc.runtime.motion.grasp.check import GraspChecker
from skillc.runtime.motion.grasp.contact_field import ContactField
from skillc.runtime.motion.grasp.parameters import GraspParameters
from skillc.runtime.motion.grasp.pregrasp import approach_directions, backed_off
from skillc.runtime.motion.grasp.refine import contact_surface
from skillc.runtime.motion.grasp.search import GraspProblem, GraspSet, raised_clear, sample_poses, search_grasps
from skillc.runtime.motion.grasp.stability_test import shake_test
from skillc.runtime.motion.kinematics.hand_model import HandModel
from skillc.runtime.sim.hand_world import HandWorld, compile_hand_world
from skillc.runtime.sim.variation import WorldVariation
from tests.motion import synthetic

pytestmark = pytest.mark.slow

T_OBJECT = np.asarray(synthetic.jar().twin.manipulated.T_table_object)
R_SIDE = synthetic.jar().T_table_hand[:3, :3]


@pytest.fixture(scope="module")
def parameters(project: Path) -> GraspParameters:
    spec, _ = require_spec((project / "specs/skills/spice.yaml").read_bytes(), "spice.yaml")
    found: GraspParameters = from_json(GraspParameters, spec.section("method.stages.grasps")["grasp"], "grasp")
    search = replace(found.search, poses=60, batches=8, attempts=1)
    return replace(found, search=search, field=replace(found.field, postures=4000))


@pytest.fixture(scope="module")
def hand(robot_model: mujoco.MjModel, profile: RobotProfile) -> HandModel:
    return HandModel.from_model(robot_model, profile)


@pytest.fixture(scope="module")
def checker(jar_hand_world: HandWorld) -> GraspChecker:
    return GraspChecker(jar_hand_world, margin_m=0.02)


@pytest.fixture(scope="module")
def field(jar_hand_world: HandWorld, hand: HandModel, parameters: GraspParameters) -> ContactField:
    surface = object_surface(
        jar_hand_world.model, jar_hand_world.object_geoms, count=3000, rng=np.random.default_rng(0)
    )
    return ContactField(hand, contact_surface(surface, parameters.cleaning), parameters.field, np.random.default_rng(0))


def beside(hand: HandModel, height: float) -> np.ndarray:
    """The jar's middle between thumb and fingers, half closed."""
    half = 0.5 * (hand.open_posture + 0.5 * (hand.open_posture + hand.upper))
    tips = hand.tips(half[None])[0][0]
    grip = 0.5 * (tips[0] + tips[1:].mean(axis=0))
    return se3.from_parts(R_SIDE, np.array([0, 0, height]) - R_SIDE @ grip)


def searched(
    hand: HandModel, field: ContactField, checker: GraspChecker, p: GraspParameters, T: np.ndarray, *, reachable: bool
) -> GraspSet:
    problem = GraspProblem(
        hand=hand, field=field, checker=checker, T_table_object=T_OBJECT, mass=0.1, centre=np.array([0, 0, 0.0645]),
        ik=p.ik, search=p.search, reachable=lambda Ts: np.full(len(Ts), reachable),
    )  # fmt: skip
    found, attempt = search_grasps(problem, T[None], np.random.default_rng(3))
    assert attempt == 0
    return found


@pytest.fixture(scope="module")
def found(hand: HandModel, field: ContactField, checker: GraspChecker, parameters: GraspParameters) -> GraspSet:
    return searched(hand, field, checker, parameters, beside(hand, 0.11), reachable=True)


def test_hand_poses_stay_in_ranges_that_grow_and_turn_about_y_only_at_first(parameters: GraspParameters) -> None:
    p = replace(parameters.search, poses=400)
    centre = se3.from_parts(R_SIDE, np.array([0.1, 0.2, 0.3]))[None]
    for attempt in (0, 1, p.any_axis_from):
        Ts = sample_poses(centre, p, attempt, np.random.default_rng(0))
        reach, angle = p.translation_m + attempt * p.translation_step_m, p.rotation_rad + attempt * p.rotation_step_rad
        shift = np.abs(Ts[:, :3, 3] - centre[0, :3, 3])
        assert 0.95 * reach < shift.max() <= reach
        turn = Rotation.from_matrix(R_SIDE.T @ Ts[:, :3, :3]).as_rotvec()
        assert 0.95 * angle < np.abs(turn[:, 1]).max() <= angle + 1e-9
        assert (np.abs(turn[:, [0, 2]]).max() < 1e-9) == (attempt < p.any_axis_from)


def test_every_grasp_found_is_clear_of_the_table_and_touches_with_its_tips_only(
    found: GraspSet, checker: GraspChecker, parameters: GraspParameters
) -> None:
    assert len(found.q) > 0
    assert (found.used.sum(axis=1) >= 2).all() and found.used[:, 0].all(), "the thumb opposes at least one finger"
    for c in checker.measure(T_OBJECT @ found.T_object_hand, found.q, T_OBJECT):
        assert c.table >= parameters.search.table_clearance_m
        assert c.links_object >= 0 and c.itself >= -1e-3
        assert -parameters.search.tip_depth_m <= c.tips_object <= 0.003


def test_contacts_lie_on_the_tips_and_squeezing_closes_the_fingers(found: GraspSet, hand: HandModel) -> None:
    for T, q, points, used in zip(found.T_object_hand, found.q, found.points, found.used):
        centres = se3.apply(T, hand.tips(q[None])[0][0])
        gap = np.linalg.norm(centres - points, axis=1) - hand.tip_radius
        assert np.abs(gap[used]).max() < 0.003
    assert (found.q_squeeze >= hand.lower).all() and (found.q_squeeze <= hand.upper).all()
    assert np.abs(found.q_squeeze - found.q).max() > 0.01


def test_a_grasp_through_the_table_or_out_of_the_arms_reach_is_rejected(
    hand: HandModel, field: ContactField, checker: GraspChecker, parameters: GraspParameters
) -> None:
    sunk = beside(hand, -0.15)
    assert len(searched(hand, field, checker, parameters, sunk, reachable=True).q) == 0
    nothing = searched(hand, field, checker, parameters, beside(hand, 0.11), reachable=False)
    assert len(nothing.q) == 0 and nothing.tried == 0 and nothing.fingers == 0


def test_a_sunk_hand_is_raised_just_until_it_is_clear(hand: HandModel, checker: GraspChecker) -> None:
    T, q = T_OBJECT @ beside(hand, 0.05), hand.open_posture
    up = raised_clear(checker, T, q, T_OBJECT, clearance_m=0.004)
    lower = up.copy()
    lower[2, 3] -= 0.005
    after, before = (checker.measure(X[None], q[None], T_OBJECT)[0].table for X in (up, lower))
    assert before < 0.004 <= after and up[2, 3] > T[2, 3]
    assert np.array_equal(up[:2, 3], T[:2, 3]) and np.array_equal(up[:3, :3], T[:3, :3])


def test_before_closing_contacting_tips_hover_and_free_fingers_stay(
    found: GraspSet, hand: HandModel, parameters: GraspParameters
) -> None:
    opened = backed_off(hand, found, 0.015, parameters.ik)
    assert (opened >= hand.lower - 1e-9).all() and (opened <= hand.upper + 1e-9).all()
    for k in range(len(found.q)):
        tips = se3.apply(found.T_object_hand[k], hand.tips(opened[k][None])[0][0])
        off = np.einsum("fi,fi->f", tips - found.points[k], found.normals[k]) - hand.tip_radius
        assert np.median(off[found.used[k]]) > 0.008
        for f, columns in enumerate(hand.columns):
            if not found.used[k, f]:
                assert np.array_equal(opened[k, columns], found.q[k, columns])


def test_the_way_in_is_never_from_below_and_as_clear_as_measured(
    found: GraspSet, hand: HandModel, checker: GraspChecker, parameters: GraspParameters
) -> None:
    few = found.keep(np.arange(min(4, len(found.q))))
    opened = backed_off(hand, few, parameters.open_m, parameters.ik)
    directions, free = approach_directions(
        checker, few.T_object_hand, opened, T_OBJECT, hand.T_hand_palm, length_m=0.08, enough_m=0.01
    )
    assert np.allclose(np.linalg.norm(directions, axis=1), 1)
    assert (directions[:, 2] <= 0.2 + 1e-9).all(), "the hand does not come up through the table"
    for T, q, d, least in zip(few.T_object_hand, opened, directions, free):
        ways = np.repeat((T_OBJECT @ T)[None], 7, axis=0)
        ways[:, :3, 3] -= np.linspace(0, 0.08, 7)[:, None] * (T_OBJECT[:3, :3] @ d)
        seen = checker.measure(ways, np.repeat(q[None], 7, axis=0), T_OBJECT)
        assert min(min(c.table, c.neighbours, c.tips_object, c.links_object) for c in seen) == pytest.approx(least)


def test_a_neighbour_where_the_fingers_would_be_rules_a_grasp_and_its_way_in_out(
    found: GraspSet, hand: HandModel, checker: GraspChecker, parameters: GraspParameters, profile: RobotProfile,
    robot_folder: Path, physics: PhysicsSettings,
) -> None:  # fmt: skip
    one = found.keep(np.arange(1))
    wrist = T_OBJECT @ one.T_object_hand[0]
    block = replace(
        synthetic.jar().twin.manipulated, name="block", shape=Shape(kind="box"), size_m=(0.04, 0.04, 0.3),
        T_table_object=se3.from_parts(np.eye(3), np.array([wrist[0, 3], wrist[1, 3], 0.0])),
    )  # fmt: skip
    world = compile_hand_world(
        profile=profile, robot_folder=robot_folder, thing=synthetic.jar().twin.manipulated,
        twin_folder=synthetic.NOWHERE, physics=physics, R_table_nominal=R_SIDE, table_friction=0.6, neighbours=[block],
    )  # fmt: skip
    crowded = GraspChecker(world, margin_m=0.02)
    (free,) = checker.measure(wrist[None], one.q, T_OBJECT)
    (met,) = crowded.measure(wrist[None], one.q, T_OBJECT)
    assert free.neighbours == 0.02 and met.neighbours < 0.0
    assert met.table == pytest.approx(free.table) and met.tips_object == pytest.approx(free.tips_object, abs=1e-4)
    opened = backed_off(hand, one, parameters.open_m, parameters.ik)
    _, clear = approach_directions(
        crowded, one.T_object_hand, opened, T_OBJECT, hand.T_hand_palm, length_m=0.08, enough_m=0.01
    )
    assert clear[0] < 0.0


@pytest.mark.parametrize(
    "slippery", [WorldVariation(tip_friction_scale=0.3), WorldVariation(friction_scale={"jar": 0.09})]
)
def test_a_wrong_friction_of_tips_or_object_drops_what_the_right_one_holds(
    found: GraspSet,
    hand: HandModel,
    checker: GraspChecker,
    parameters: GraspParameters,
    profile: RobotProfile,
    robot_folder: Path,
    physics: PhysicsSettings,
    slippery: WorldVariation,
) -> None:
    """Of each pair of a tip and the object, both surfaces count."""
    jar = replace(synthetic.jar().twin.manipulated, mass=0.03)
    few = found.keep(np.arange(min(12, len(found.q))))
    opened = backed_off(hand, few, parameters.open_m, parameters.ik)
    approach, _ = approach_directions(
        checker, few.T_object_hand, opened, T_OBJECT, hand.T_hand_palm, length_m=0.08, enough_m=0.01
    )
    worlds = [
        compile_hand_world(
            profile=profile, robot_folder=robot_folder, thing=jar, twin_folder=synthetic.NOWHERE, physics=physics,
            R_table_nominal=R_SIDE, table_friction=0.6, variation=change,
        )
        for change in (WorldVariation(), slippery)
    ]  # fmt: skip
    shaken = shake_test(
        worlds, T_object_hand=few.T_object_hand, approach_object=approach, q_pre=opened, q_squeeze=few.q_squeeze,
        T_table_object=T_OBJECT, parameters=parameters.stability, threads=2,
    )  # fmt: skip
    right, wrong = shaken.accepted.sum(axis=0)
    assert right >= 2 and wrong == 0
