"""Stages placement, grasps, reference and feasibility on a made-up push; no perception."""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path

import mujoco
import numpy as np
import pytest
import yaml

from skillc.compiler.plan.stage import Stage, StageContext, StageError
from skillc.compiler.resolve.front_end import require_spec
from skillc.compiler.resolve.resolved import ResolvedSpec
from skillc.compiler.stages import feasibility, grasps, placement, reference, robot
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.feasibility import Feasibility
from skillc.runtime.formats.grasps import Grasps
from skillc.runtime.formats.hands import HandMotion
from skillc.runtime.formats.joint_motion import JointMotion
from skillc.runtime.formats.recording import Camera
from skillc.runtime.formats.reference import PHASES, Reference
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.formats.twin import Twin
from skillc.runtime.motion.arm_ik import Arm
from skillc.runtime.motion.refinement import reachable_postures
from tests.motion import synthetic


@dataclass(frozen=True)
class Built:
    """A build folder and what its stages announced."""

    out: Path
    spec: ResolvedSpec
    codes: list[str] = field(default_factory=list)

    def run(self, stage: Stage, **changed: object) -> None:
        stage.run(
            StageContext(
                parameters={**stage.parameters(self.spec), **changed},
                inputs={name: self.out for name in stage.needs},
                out=self.out,
                find_data=lambda name: self.out / name,
                progress=lambda share, text: None,
                warn=lambda code, text, path: self.codes.append(code),
            )
        )


def stand(build: Built, T_table_robot: np.ndarray) -> None:
    record = {"T_table_robot": T_table_robot.tolist(), "placement": "auto", "score": 1.0}
    (build.out / "placement.json").write_text(json.dumps(record))


def look(build: Built, focal: float) -> None:
    """Hang a camera 2 m above the manipulated object."""
    x, y, _ = Twin.load(build.out / "twin/twin.json").manipulated.T_table_object[:3, 3]
    down = np.array([[1.0, 0, 0, -x], [0, -1, 0, y], [0, 0, -1, 2], [0, 0, 0, 1]])
    Calibration(
        camera=Camera(width=640, height=480, fx=focal, fy=focal, cx=319.5, cy=239.5), T_camera_table=down,
        position_sigma_m=0.001, rotation_sigma_rad=0.001, scale_sigma=0.01, reprojection_rms_px=0.2,
        table_plane_rms_m=None, source="tag", tags=(0,),
    ).save(build.out / "calibration.json")  # fmt: skip


@pytest.fixture(scope="module")
def built(
    tmp_path_factory: pytest.TempPathFactory,
    project: Path,
    profile: RobotProfile,
    robot_model: mujoco.MjModel,
    T_table_robot: np.ndarray,
) -> Built:
    spec, _ = require_spec((project / "specs/skills/box.yaml").read_bytes(), "box.yaml")
    made, build = synthetic.box(), Built(tmp_path_factory.mktemp("push"), spec)
    build.run(robot.STAGE)
    made.twin.save(build.out / "twin/twin.json")
    made.motion.save(build.out / "motion/object.npz")
    made.keyframes.save(build.out / "keyframes.json")
    arm = Arm.from_model(robot_model, profile)
    _, q = reachable_postures(arm, T_table_robot, made.T_table_hand[None], arm.home, seeds=6)
    count = len(made.motion.frame)
    JointMotion(
        time_s=np.arange(count) / 30, qpos=np.tile(np.concatenate([q[0], profile.home[7:]]), (count, 1)),
        joint_names=profile.joint_names, T_table_robot=T_table_robot, tip_error_m=np.zeros((count, 4)),
        wrist_error_m=np.zeros(count), wrist_error_rad=np.zeros(count),
    ).save(build.out / "motion/retargeted.npz")  # fmt: skip
    stand(build, T_table_robot)
    build.run(grasps.STAGE)
    section = dict(reference.STAGE.parameters(spec)["reference"])
    build.run(reference.STAGE, reference={**section, "rehearsals": 2})
    look(build, focal=500.0)
    build.run(feasibility.STAGE)
    return build


def test_a_recording_without_a_placed_hand_is_refused_by_its_own_code(built: Built) -> None:
    count = 10
    HandMotion(
        frame=np.arange(count), joints_table_m=np.full((count, 21, 3), np.nan),
        joints_px=np.full((count, 21, 2), np.nan), confidence=np.zeros(count), position_sigma_m=np.zeros(count),
        handedness="right", scale_m=0.095,
    ).save(built.out / "motion/hand.npz")  # fmt: skip
    with pytest.raises(StageError) as refused:
        built.run(placement.STAGE)
    assert refused.value.code == "SK860"


def test_the_push_is_written_and_succeeds_in_rehearsal(built: Built) -> None:
    found = Grasps.load(built.out / "motion/grasps.npz")
    assert found.kind == "push" and found.stable.all() and np.array_equal(found.q_pre, found.q_grasp)
    record = json.loads((built.out / "motion/rehearsals.json").read_text())
    assert record["success_share"] == 1.0 and record["rehearsals"] == 2
    motion = Reference.load(built.out / "motion/reference.npz")
    assert {PHASES[k] for k in motion.phase} == {"approach", "close", "track", "retreat"}
    assert motion.time_s[-1] == pytest.approx(record["duration_s"])


def test_feasibility_covers_every_anchor_at_every_corner(built: Built) -> None:
    result = Feasibility.load(built.out / "feasibility.json")
    motion = Reference.load(built.out / "motion/reference.npz")
    assert len(result.margins) == 5 * len(motion.anchor_name)
    nominal = [m for m in result.margins if m.corner == "nominal"]
    assert [m.keyframe for m in nominal] == list(motion.anchor_name)
    assert max(m.position_error_m for m in nominal) < 1e-4


def test_an_object_that_leaves_the_picture_at_a_corner_is_told(built: Built) -> None:
    assert "SK508" not in built.codes
    look(built, focal=40_000.0)
    built.run(feasibility.STAGE)
    assert "SK508" in built.codes


def test_a_box_that_nobody_pushes_and_one_out_of_reach_are_refused(built: Built) -> None:
    made = synthetic.box()
    still = replace(made.motion, T_table_object=np.repeat(made.motion.T_table_object[:1], len(made.motion.frame), 0))
    still.save(built.out / "motion/object.npz")
    with pytest.raises(StageError) as unmoved:
        built.run(grasps.STAGE)
    assert unmoved.value.code == "SK821"
    made.motion.save(built.out / "motion/object.npz")
    away = np.eye(4)
    away[:2, 3] = 5.0
    kept = (built.out / "placement.json").read_text()
    stand(built, away)
    with pytest.raises(StageError) as unreachable:
        built.run(grasps.STAGE)
    assert unreachable.value.code == "SK516"
    (built.out / "placement.json").write_text(kept)


def test_every_code_announced_here_has_a_page(built: Built, project: Path) -> None:
    pages = yaml.safe_load((project / "specs/schema/codes.yaml").read_text())
    assert set(built.codes) | {"SK515", "SK516", "SK517", "SK860", "SK821"} <= set(pages)
