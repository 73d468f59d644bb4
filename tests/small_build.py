"""A build folder small enough for unit tests: a box on the table, the robot hovering over it, every term in use."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import skillc
from skillc.compiler.plan.digest import of_file
from skillc.compiler.resolve.front_end import require_spec
from skillc.compiler.resolve.store import as_text
from skillc.compiler.stages.deploy import contract, machine, objective
from skillc.compiler.stages.policy import environment, training
from skillc.compiler.stages.twin import robot
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.fidelity import Deviation, Fidelity, PhaseFidelity
from skillc.runtime.formats.joint_motion import JointMotion
from skillc.runtime.formats.keyframes import KeyframeConfidence, Keyframes
from skillc.runtime.formats.lock import SkillLock
from skillc.runtime.formats.object_motion import ObjectMotion
from skillc.runtime.formats.placement import Placement
from skillc.runtime.formats.recording import Camera
from skillc.runtime.formats.reference import PHASES, Reference
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.formats.twin import Shape, Twin, TwinObject
from tests.run_stage import run_on
from tests.shared_build import once

SPEC = """
skill: lift-a-box
language: 1
summary: "Lift a box. \\"\\"\\" {{ skill }}"
demonstrations: {recording: box.mp4}
cameras:
  main: {model: realsense_d455, focal: 582 px, calibration: {tag: tagStandard41h12, id: 0, size: 53.3 mm}}
scene:
  objects:
    box: {role: manipulated, material: cardboard}
    tub: {role: target, material: plastic}
task: {type: grasp}
hardware: kinova_gen3_leap
method: {extends: residual_rl_aux, simulation: {timestep_s: 8.333333333333333 ms}}
policies:
  residual:
    base: reference
    randomization:
      box.position.xy: ± 1 cm
      box.yaw: ± 10 deg
      box.mass: × 0.5 .. 1.5
deploy:
  rates: {control: 60 Hz, policy: 60 Hz}
  limits: {contact_force: 20 N, joint_speed: 60 deg/s}
  on_fault: {object_lost: retry 2, else: hold}
"""

TICKS = 60


def _box(name: str, role: str, x: float) -> TwinObject:
    pose = np.eye(4)
    pose[:3, 3] = (x, 0.2, 0.0)
    size = (0.05, 0.06, 0.08)
    return TwinObject(
        name=name, role=role, shape=Shape(kind="box"), size_m=size, size_sigma_m=(0.001,) * 3,
        size_measured=(True,) * 3, symmetry="none", T_table_object=pose, position_sigma_m=(0.001,) * 3,
        yaw_sigma_rad=0.0, mass=0.2, mass_sigma=0.02, inertia=(2e-4,) * 3, center_of_mass_m=(0.0, 0.0, 0.04),
        friction=0.5, restitution=0.1, material="cardboard", rgba=(0.5, 0.5, 0.5, 1.0), outline_iou=1.0,
    )  # fmt: skip


def _reference(profile: RobotProfile, twin: Twin) -> Reference:
    base = np.eye(4)
    base[:3, 3] = (0.29, 0.75, 0.0)
    qpos = np.tile(profile.home, (TICKS, 1))
    hands = {hand.group for hand in profile.hands}
    closing = [profile.joint_names.index(j) for g in profile.groups if g.name in hands for j in g.joints]
    qpos[:, closing] += 0.3 * np.linspace(0, 1, TICKS)[:, None]
    return Reference(
        time_s=np.arange(TICKS) / 60, qpos=qpos, joint_names=profile.joint_names,
        phase=np.repeat([0, 2, 3], TICKS // 3), T_table_robot=base, anchor_index=np.zeros(0, dtype=np.int64),
        anchor_name=(), anchor_T_table_hand=np.zeros((0, 4, 4)), T_manip_hand=np.full((len(PHASES), 4, 4), np.nan),
        T_target_hand=np.full((len(PHASES), 4, 4), np.nan),
        T_table_manip=np.tile(np.asarray(twin.manipulated.T_table_object), (TICKS, 1, 1)),
        demonstrated_frame=np.arange(TICKS, dtype=np.float64),
    )  # fmt: skip


def _write_measurements(out: Path) -> None:
    """Write what perception and retargeting would have found."""
    profile = RobotProfile.load(out / "robot" / "profile.json")
    twin = Twin(
        objects=(_box("box", "manipulated", 0.0), _box("tub", "target", 0.15)), task_type="grasp", table_friction=0.6,
        table_half_size_m=(0.6, 0.6), table_center_m=(0.0, 0.3),
    )  # fmt: skip
    twin.save(out / "twin" / "twin.json")
    reference = _reference(profile, twin)
    reference.save(out / "motion" / "reference.npz")
    JointMotion(
        time_s=reference.time_s, qpos=reference.qpos, joint_names=profile.joint_names,
        T_table_robot=reference.T_table_robot, tip_error_m=np.zeros((TICKS, 4)), wrist_error_m=np.zeros(TICKS),
        wrist_error_rad=np.zeros(TICKS),
    ).save(out / "motion" / "retargeted.npz")  # fmt: skip
    ObjectMotion(
        frame=np.arange(TICKS), T_table_object=reference.T_table_manip, position_sigma_m=np.zeros(TICKS),
        rotation_sigma_rad=np.zeros(TICKS), visible_fraction=np.ones(TICKS), centroid_px=np.zeros((TICKS, 2)),
        target_centroid_px=np.zeros((TICKS, 2)),
    ).save(out / "motion" / "object.npz")  # fmt: skip
    exact = Deviation(mean=0.0, largest=0.0)
    track = PhaseFidelity(
        phase="track", replayed=1.0, hand_position_m=exact, hand_rotation_rad=exact, fingers_rad=exact,
        object_position_m=exact, object_rotation_rad=exact,
    )  # fmt: skip
    Fidelity(phases=(track,), approach_dropped_s=0.0, changes=(), fell_back=()).save(out / Fidelity.FILE)
    Placement(T_table_robot=reference.T_table_robot, placement="auto", score=1.0).save(out / Placement.FILE)
    sure = KeyframeConfidence(contact=1, lift=1, interaction=1, detachment=1, release=1)
    Keyframes(contact=20, lift=22, interaction=40, detachment=41, release=45, confidence=sure, fps=60.0).save(
        out / "keyframes.json"
    )
    Calibration(
        camera=Camera(width=960, height=720, fx=582.0, fy=582.0, cx=480.0, cy=360.0), T_camera_table=np.eye(4),
        position_sigma_m=0.001, rotation_sigma_rad=0.001, scale_sigma=0.01, reprojection_rms_px=0.2,
        table_plane_rms_m=None, source="tag", tags=(0,),
    ).save(out / "calibration.json")  # fmt: skip


def make_small_build(
    out: Path, text: str = SPEC, *, data: Path | None = None, policy: Mapping[str, object] | None = None
) -> None:
    """Write the build folder `out`.

    Args:
        out: where to.
        text: the spec.
        data: the folder of its robot, if it brings one.
        policy: settings of the policy in place of its method's.
    """
    spec, _ = require_spec(text.encode(), "lift.yaml", folders=None if data is None else (data,))
    if policy is not None:
        policies = spec.section("policies") | {"residual": {**spec.section("policies.residual"), **policy}}
        spec = replace(spec, values={**spec.values, "policies": policies})
    out.mkdir()
    run_on(robot.STAGE, spec, (out,), out, data=data)
    _write_measurements(out)
    for stage in (objective.STAGE, contract.STAGE, environment.STAGE, training.STAGE, machine.STAGE):
        run_on(stage, spec, (out,), out)
    (out / "resolved.yaml").write_text(as_text(spec), encoding="utf-8")
    lock(out)


def lock(out: Path) -> None:
    """Write the `skill.lock` of the build folder `out` as it is now."""
    made = {p.relative_to(out).as_posix(): of_file(p) for p in sorted(out.rglob("*")) if p.is_file()}
    SkillLock(
        tool=skillc.__version__, skill="lift-a-box", spec="", inputs={}, libraries={}, extensions={}, stages={},
        outputs={name: digest for name, digest in made.items() if name != SkillLock.FILE},
    ).save(out / SkillLock.FILE)  # fmt: skip


@pytest.fixture(scope="session")
def small_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build folder that evaluation, execution and environments can load."""
    return once(tmp_path_factory, "small", make_small_build)
