"""A robot of two arms, two hands and a torso on a floating base, from its profile to an evaluated run."""

import dataclasses
from pathlib import Path

import mujoco
import numpy as np
import pytest

from skillc.compiler.plan.stage import StageError
from skillc.runtime.drivers.simulated import SimulatedRobot
from skillc.runtime.env.calls import DataTerms
from skillc.runtime.env.definition import Definition
from skillc.runtime.env.vector import VectorEnvironment
from skillc.runtime.evaluate.metrics import jerk_by_group
from skillc.runtime.formats.contract import Contract
from skillc.runtime.formats.joint_groups import NotOneManipulator
from skillc.runtime.formats.machine import Machine
from skillc.runtime.geometry import se3
from skillc.runtime.machine.execute import execute
from skillc.runtime.robot.model_fault import ModelError
from skillc.runtime.robot.profile import load_profile
from skillc.runtime.robot.profile_check import check_robot
from skillc.runtime.sim.contacts import ARM, HAND, OTHER, geom_classes
from skillc.runtime.sim.world import reset_data
from tests.env.test_vector import load_generated
from tests.small_build import SPEC, make_small_build
from tests.two_arms import DRIVER_ORDER, GROUPS, MJCF, NAME, write_robot

ACT = {"right_hand": {"kind": "residual", "limit": 0.1}, "left_arm": {"kind": "residual", "limit": 0.2}}

OBSERVE = ["joint_position", {"term": "joint_position", "group": "left_hand"}, "flow_centroid"]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("two")
    write_robot(folder)
    return folder


@pytest.fixture(scope="module")
def build(data: Path) -> Path:
    text = SPEC.replace("hardware: kinova_gen3_leap", f"hardware: robots/{NAME}")
    make_small_build(data / "build", text, data=data, policy={"act": ACT, "observe": OBSERVE})
    return data / "build"


@pytest.fixture(scope="module")
def definition(build: Path) -> Definition:
    return Definition.load(build)


def test_its_profile_is_sound_and_keeps_the_drivers_order(data: Path) -> None:
    profile = load_profile(data / "robots" / NAME)
    assert check_robot(profile, data / "robots" / NAME).warnings == ()
    assert profile.joint_names == DRIVER_ORDER
    assert {group.name: group.joints for group in profile.groups} == GROUPS
    assert [(hand.name, hand.arm) for hand in profile.hands] == [("left", "left_arm"), ("right", "right_arm")]
    profile.save(data / "profile.json")
    assert type(profile).load(data / "profile.json") == profile


def test_it_is_no_arm_with_one_hand(data: Path) -> None:
    profile = load_profile(data / "robots" / NAME)
    for robot, told in (
        (profile, "floating"),
        (dataclasses.replace(profile, base="fixed"), "2 hands: left, right"),
        (dataclasses.replace(profile, base="fixed", hands=()), "0 hands: none"),
        (dataclasses.replace(profile, base="fixed", hands=profile.hands[:1]), "torso, right_arm, right_hand"),
    ):
        with pytest.raises(NotOneManipulator, match=told):
            _ = robot.manipulator


def test_the_contract_has_every_group_in_the_drivers_order(build: Path) -> None:
    contract = Contract.load(build / "contract.json")
    owner = {joint: name for name, joints in GROUPS.items() for joint in joints}
    assert contract.joint_names == DRIVER_ORDER
    assert contract.joint_groups == tuple(owner[joint] for joint in DRIVER_ORDER)
    assert (contract.base, contract.hand_groups) == ("floating", ("left_hand", "right_hand"))
    assert [(term.joints, term.start) for term in contract.action] == [
        (GROUPS["right_hand"], 0),
        (GROUPS["left_arm"], 2),
    ]


def test_a_limit_of_the_spec_bounds_every_group_that_is_no_hand(build: Path) -> None:
    for joint in Contract.load(build / "contract.json").joints:
        assert joint.speed == (3.0 if joint.group.endswith("hand") else pytest.approx(np.deg2rad(60))), joint.name


def test_the_world_places_it_with_a_free_joint_and_nothing_holds_it(definition: Definition) -> None:
    world = definition.world()
    model = world.model
    assert world.base_qpos is not None
    data = reset_data(world, definition.profile.home)
    start = definition.contract.T_table_robot @ se3.from_parts(np.eye(3), np.array([0.0, 0.0, 0.1]))
    np.testing.assert_allclose(data.qpos[world.base_qpos :][:3], start[:3, 3], atol=1e-12)
    np.testing.assert_allclose(data.qpos[world.joint_qpos], definition.profile.home)
    mujoco.mj_step(model, data, 240)
    # It stands on the table, whose top is at its base's lower side; lifted, it falls.
    assert abs(data.qpos[world.base_qpos + 2] - 0.1) < 0.002
    data.qpos[world.base_qpos + 2] += 0.3
    data.qvel[:] = 0.0
    mujoco.mj_step(model, data, 24)
    assert data.qpos[world.base_qpos + 2] == pytest.approx(0.4 - 0.5 * 9.81 * (24 * model.opt.timestep) ** 2, abs=0.01)


def test_links_that_carry_it_may_press_on_the_table_and_its_arms_may_not(definition: Definition) -> None:
    world = definition.world()
    classes = geom_classes(world, "box")
    model = world.model
    found = {model.geom(g).name or model.body(int(model.geom_bodyid[g])).name: classes[g] for g in range(model.ngeom)}
    assert found["pelvis"] == found["chest"] == OTHER
    assert found["left_upper"] == found["right_lower"] == ARM
    assert found["left_palm"] == found["right_index_tip"] == HAND
    assert len(world.tip_sites) == len(world.tip_geoms) == 4


def test_an_environment_steps_with_actions_on_two_groups(definition: Definition) -> None:
    # A jump of 0.2 rad makes the arm trail, which the safety filter would stop.
    patient = dataclasses.replace(definition.contract.safety, tracking_error_rad=1.0)
    contract = dataclasses.replace(definition.contract, safety=patient)
    terms = DataTerms(definition.environment, contract)
    environment = VectorEnvironment(dataclasses.replace(definition, contract=contract), terms, number=2, seed=0)
    environment.reset()
    names, moved = list(contract.joint_names), [*GROUPS["right_hand"], *GROUPS["left_arm"]]
    first = environment.step(np.zeros((2, contract.action_size)))
    for _ in range(20):
        last = environment.step(np.stack([np.zeros(contract.action_size), np.ones(contract.action_size)]))
    joints = next(t for t in contract.observation if t.name == "joint_position")
    at = slice(joints.start, joints.start + joints.size)
    half_range = 1 / np.array(joints.scale)
    between = (last.observation[1, at] - last.observation[0, at]) * half_range
    assert np.isfinite(first.reward).all() and not last.invalid.any()
    for name in moved:
        asked = 0.1 if name in GROUPS["right_hand"] else 0.2
        assert between[names.index(name)] == pytest.approx(asked, abs=0.06), name
    still = [names.index(name) for name in names if name not in moved]
    assert np.abs(between[still]).max() < 0.03
    environment.close()


def test_an_observation_of_one_group_has_its_joints_alone(build: Path, definition: Definition) -> None:
    contract = definition.contract
    whole, hand, centroid = contract.observation
    assert (whole.joints, hand.joints, centroid.joints) == (DRIVER_ORDER, GROUPS["left_hand"], ())
    assert (hand.start, hand.size, centroid.start, contract.observation_size) == (11, 2, 13, 16)
    environment = VectorEnvironment(definition, DataTerms(definition.environment, contract), number=1, seed=0)
    (seen,) = environment.reset()
    at = [DRIVER_ORDER.index(name) for name in GROUPS["left_hand"]]
    assert np.array_equal(seen[11:13], seen[at])
    environment.close()
    generated = load_generated(build).LiftABox(num_envs=1, seed=0)
    assert np.array_equal(generated.reset()[0], [seen]), "the generated Python picks the same joints"
    generated.close()


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"term": "joint_position", "group": "left_foot"}, "no joint group 'left_foot'"),
        ({"term": "flow_centroid", "group": "left_hand"}, "flow_centroid has no entries for joints"),
        ({"term": "joint_position", "history": 5}, "settings of the observation joint_position but its group"),
    ],
)
def test_what_has_no_such_joints_is_not_observed(data: Path, tmp_path: Path, entry: object, said: str) -> None:
    text = SPEC.replace("hardware: kinova_gen3_leap", f"hardware: robots/{NAME}")
    with pytest.raises(StageError, match=said):
        make_small_build(tmp_path / "build", text, data=data, policy={"act": ACT, "observe": [entry]})


def test_a_run_is_measured_group_by_group(build: Path, definition: Definition) -> None:
    world = definition.world()
    contract, reference = definition.contract, definition.reference
    # One arm shakes, so that its group differs from the other's.
    shaking = reference.qpos.copy()
    column = contract.joint_names.index("left_elbow")
    shaking[:, column] += 0.005 * np.sin(2 * np.pi * 3 * reference.time_s)
    run = execute(
        machine=Machine.load(build / "machine" / "machine.json"),
        contract=contract,
        reference=dataclasses.replace(reference, qpos=shaking),
        robot=SimulatedRobot(
            world, definition.profile, qpos=shaking[0], manipulated="box", rate_hz=contract.control_rate_hz
        ),
    )
    assert run.log.joint_groups == contract.joint_groups and run.log.bad_state == ""
    run.log.save(build / "ticks.npz")
    jerk = jerk_by_group(type(run.log).load(build / "ticks.npz"), 0.005)
    assert set(jerk) == set(GROUPS)
    assert jerk["left_arm"] > 5 * jerk["right_arm"] and jerk["left_arm"] > 5 * jerk["torso"]


@pytest.mark.parametrize(
    ("base", "body", "free", "told"),
    [
        ("floating", "pelvis", False, None),
        ("floating", "pelvis", True, None),
        ("fixed", "pelvis", False, None),
        ("fixed", "pelvis", True, "base is fixed, but pelvis has a free joint"),
        ("floating", "chest", False, "base is floating, but chest hangs at pelvis"),
    ],
)
def test_the_model_holds_the_base_as_the_profile_says(
    data: Path, tmp_path: Path, base: str, body: str, free: bool, told: str | None
) -> None:
    profile = dataclasses.replace(load_profile(data / "robots" / NAME), base=base, base_body=body)
    joint = '<freejoint name="root"/>' if free else ""
    (tmp_path / "robot.xml").write_text(MJCF.replace('pos="0 0 0.1">', f'pos="0 0 0.1">{joint}'), encoding="utf-8")
    if told is None:
        check_robot(profile, tmp_path)
        return
    with pytest.raises(ModelError) as error:
        check_robot(profile, tmp_path)
    assert [(f.code, told in f.summary) for f in error.value.faults] == [("SK617", True)]
