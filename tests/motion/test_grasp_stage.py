"""Stage grasps upon a standing jar that a person grips: what the robot's hand can hold is told from what it cannot."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from skillc.compiler.stages.motion import grasps
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.grasps import Grasps
from skillc.runtime.formats.physics import PhysicsSettings
from skillc.runtime.formats.records import from_json
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.formats.twin import Twin
from skillc.runtime.geometry import se3
from skillc.runtime.motion.cell.cell import reachable_postures
from skillc.runtime.motion.grasp.stability_test import StabilityParameters, shake_test
from skillc.runtime.motion.kinematics.hand_model import HandModel
from skillc.runtime.robot.model import robot_model
from skillc.runtime.sim.hand_world import compile_hand_world
from tests.motion import synthetic
from tests.push_build import T_TABLE_ROBOT, PushBuild, save_retargeted
from tests.run_stage import Told

pytestmark = pytest.mark.slow

T_TABLE_JAR = se3.from_parts(np.eye(3), np.array([0.3, 0.3, 0.0]))
R_TABLE_HAND = synthetic.hand_rotation([-0.7, -0.7, -0.3], [0.0, 1.0, 0.0])


def save_demonstration(build: PushBuild, out: Path) -> None:
    """The jar's upper half between thumb and fingers of a half closed hand, lifted by 10 cm."""
    synthetic.motion(T_TABLE_JAR, [(1.0, [0, 0, 0.1], [0, 0, 0])]).save(out / "motion" / "object.npz")
    synthetic.keyframes(60, 61, 90, None, None).save(out / "keyframes.json")
    profile = RobotProfile.load(build.out / "robot" / "profile.json")
    hand = HandModel.from_model(robot_model(profile, build.out / "robot", np.eye(4)).model, profile)
    half_closed = 0.75 * hand.open_posture + 0.25 * hand.upper
    tips, thumb = hand.tips(half_closed[None])[0][0], hand.finger_names.index("thumb")
    grip = 0.5 * (tips[thumb] + np.delete(tips, thumb, axis=0).mean(axis=0))
    T = se3.from_parts(R_TABLE_HAND, np.array([0.3, 0.3, 0.09]) - R_TABLE_HAND @ grip)
    reached, q = reachable_postures(build.arm, T_TABLE_ROBOT, T[None], build.arm.home, seeds=6)
    assert reached[0]
    save_retargeted(out, profile, q[0], half_closed, 120)


def gripped(build: PushBuild, out: Path, mass: float) -> Told:
    """Run a short search for one grasp of a jar of this mass."""
    jar = replace(synthetic.jar().twin.manipulated, T_table_object=T_TABLE_JAR, mass=mass, inertia=(0.0025 * mass,) * 3)
    synthetic.twin(jar, task_type="grasp").save(out / "twin" / "twin.json")
    short = {
        "search": {"poses": 60, "batches": 8, "attempts": 1},
        "field": {"postures": 4000},
        **{"tested": 2, "probed": 1, "enough": 1, "keep": 1},
    }
    return build.run(grasps.STAGE, out, grasp=short)


def asked(build: PushBuild, out: Path, grasps: Grasps, squeeze: FloatArray, held: FloatArray) -> FloatArray:
    """Return the mean torque (m,) that holding asks of each finger motor, bounded by nothing, carried in the twin."""
    profile = RobotProfile.load(build.out / "robot" / "profile.json")
    twin = Twin.load(out / "twin" / "twin.json")
    world = compile_hand_world(
        profile=profile, robot_folder=build.out / "robot", thing=twin.manipulated, twin_folder=out / "twin",
        physics=from_json(PhysicsSettings, build.spec.at("method.simulation"), "simulation"),
        R_table_nominal=T_TABLE_JAR[:3, :3] @ grasps.T_object_hand[0, :3, :3], table_friction=twin.table_friction,
    )  # fmt: skip
    spec = build.spec.at("method.stages.grasps.grasp")
    calm = {"shake_m": spec["hold"]["shake_m"], "wrist_s": spec["hold"]["wrist_s"]}
    seen = shake_test(
        [world], T_object_hand=grasps.T_object_hand[:1], approach_object=grasps.approach_object[:1],
        q_pre=grasps.q_open[:1], q_squeeze=squeeze[None], q_hold=held[None], T_table_object=T_TABLE_JAR,
        parameters=from_json(StabilityParameters, {**spec["stability"], **calm}, "stability"), threads=1,
    )  # fmt: skip
    assert seen.accepted.all()
    return np.asarray(np.abs(seen.torque_nm[0, 0]))


def test_a_built_grasp_asks_of_no_motor_more_than_its_current_limit_gives(
    push_build: PushBuild, tmp_path: Path
) -> None:
    """Neither closed nor held; holding asks for less than closing, and half as much again is too much."""
    save_demonstration(push_build, tmp_path)
    gripped(push_build, tmp_path, 0.1)
    found = Grasps.load(tmp_path / "motion" / "grasps.npz")
    grasp, squeeze, held = found.q_grasp[0], found.q_squeeze[0], found.q_hold[0]
    closed, carried = (
        asked(push_build, tmp_path, found, squeeze, squeeze),
        asked(push_build, tmp_path, found, squeeze, held),
    )
    limit = 0.93 * 0.55 / 1.80
    assert carried.max() < closed.max() <= 1.02 * limit
    assert carried.max() <= 1.35 * 0.186, "what a fifth of the stall torque holds without end; docs/refinement.md"
    harder = grasp + 1.5 * (squeeze - grasp)
    assert asked(push_build, tmp_path, found, harder, harder).max() > 1.02 * limit


def test_a_jar_too_heavy_for_the_fingers_is_gripped_and_that_is_told(push_build: PushBuild, tmp_path: Path) -> None:
    save_demonstration(push_build, tmp_path)
    assert gripped(push_build, tmp_path, 0.1) == []
    assert Grasps.load(tmp_path / "motion" / "grasps.npz").stable.all()
    told = gripped(push_build, tmp_path, 1.0)
    assert told == [("SK514", "no grasp passed the stability test in 1 attempts", "method")]
    assert not Grasps.load(tmp_path / "motion" / "grasps.npz").stable.any()
