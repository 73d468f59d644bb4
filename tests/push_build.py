"""A build of a made-up push up to the stage `reference`, and stages run again upon changed outputs; no perception."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from skillc.compiler.plan.stage import Stage
from skillc.compiler.resolve.front_end import require_spec
from skillc.compiler.resolve.resolved import ResolvedSpec
from skillc.compiler.stages.motion import grasps, reference
from skillc.compiler.stages.twin import robot
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.joint_motion import JointMotion
from skillc.runtime.formats.placement import Placement
from skillc.runtime.formats.recording import Camera
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.formats.twin import Twin
from skillc.runtime.motion.cell.cell import reachable_postures
from skillc.runtime.motion.kinematics.arm_ik import Arm
from skillc.runtime.perception.object.still_places import NOWHERE
from skillc.runtime.robot.model import robot_model
from tests.motion import synthetic
from tests.run_stage import Told, run_on
from tests.shared_build import once

REHEARSALS = 2
T_TABLE_ROBOT = np.array([[0.0, 1, 0, 0.29], [-1, 0, 0, 0.75], [0, 0, 1, 0], [0, 0, 0, 1]])


@dataclass(frozen=True, kw_only=True)
class PushBuild:
    """The folder of all outputs; it stays as it is."""

    out: Path
    spec: ResolvedSpec
    arm: Arm
    """Of the robot, its base at the origin."""
    told: Told
    """What the stages announced."""

    def run(self, stage: Stage, out: Path, **changed: object) -> Told:
        """Run a stage into `out` and return what it announced; what lies there is read instead of the push's own."""
        if stage is reference.STAGE:
            changed["rehearsal"] = {"rehearsals": REHEARSALS}
        return run_on(stage, self.spec, (out, self.out), out, **changed)


def save_placement(out: Path, T_table_robot: np.ndarray) -> None:
    Placement(T_table_robot=T_table_robot, placement="auto", score=1.0).save(out / Placement.FILE)


def save_calibration(out: Path, twin: Twin, *, focal: float) -> None:
    """Hang a camera 2 m above the manipulated object."""
    x, y, _ = np.asarray(twin.manipulated.T_table_object)[:3, 3]
    down = np.array([[1.0, 0, 0, -x], [0, -1, 0, y], [0, 0, -1, 2], [0, 0, 0, 1]])
    Calibration(
        camera=Camera(width=640, height=480, fx=focal, fy=focal, cx=319.5, cy=239.5), T_camera_table=down,
        position_sigma_m=0.001, rotation_sigma_rad=0.001, scale_sigma=0.01, reprojection_rms_px=0.2,
        table_plane_rms_m=None, source="tag", tags=(0,),
    ).save(out / "calibration.json")  # fmt: skip


def save_retargeted(out: Path, profile: RobotProfile, q_arm: np.ndarray, q_hand: np.ndarray, count: int) -> None:
    """The robot as it stands at contact, in every one of `count` frames."""
    JointMotion(
        time_s=np.arange(count) / 30, qpos=np.tile(np.concatenate([q_arm, q_hand]), (count, 1)),
        joint_names=profile.joint_names, T_table_robot=T_TABLE_ROBOT, tip_error_m=np.zeros((count, 4)),
        wrist_error_m=np.zeros(count), wrist_error_rad=np.zeros(count),
    ).save(out / "motion" / "retargeted.npz")  # fmt: skip


@pytest.fixture(scope="session")
def push_build(tmp_path_factory: pytest.TempPathFactory, project: Path) -> PushBuild:
    """The tissue box of the example skill, pushed 29 cm."""
    spec, _ = require_spec((project / "specs/skills/box.yaml").read_bytes(), "box.yaml")
    out = once(tmp_path_factory, "push", lambda folder: _make(folder, spec))
    told = json.loads((out / "told.json").read_text(encoding="utf-8"))
    return PushBuild(out=out, spec=spec, arm=_arm(out), told=[tuple(row) for row in told])


def _arm(out: Path) -> Arm:
    profile = RobotProfile.load(out / "robot" / "profile.json")
    return Arm.from_model(robot_model(profile, out / "robot", np.eye(4)).model, profile)


def _make(out: Path, spec: ResolvedSpec) -> None:
    made = synthetic.box()
    run_on(robot.STAGE, spec, (), out)
    profile, arm = RobotProfile.load(out / "robot" / "profile.json"), _arm(out)
    made.twin.save(out / "twin" / "twin.json")
    made.motion.save(out / "motion" / "object.npz")
    unseen = NOWHERE
    unseen.save(out / "motion" / "stillness.json")
    made.keyframes.save(out / "keyframes.json")
    _, q = reachable_postures(arm, T_TABLE_ROBOT, made.T_table_hand[None], arm.home, seeds=6)
    save_retargeted(out, profile, q[0], profile.home[len(arm.home) :], len(made.motion.frame))
    save_placement(out, T_TABLE_ROBOT)
    save_calibration(out, made.twin, focal=500.0)
    build = PushBuild(out=out, spec=spec, arm=arm, told=[])
    told = [*build.run(grasps.STAGE, out), *build.run(reference.STAGE, out)]
    (out / "told.json").write_text(json.dumps(told), encoding="utf-8")
