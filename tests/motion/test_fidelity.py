"""What is measured of a motion that replays its demonstration with a known offset."""

from dataclasses import dataclass, replace

import mujoco
import numpy as np
import pytest

from skillc.runtime.formats.fidelity import MotionChange
from skillc.runtime.formats.reference import PHASES, Reference
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.formats.twin import Twin
from skillc.runtime.geometry import se3
from skillc.runtime.motion.fidelity import measure_fidelity
from skillc.runtime.motion.kinematics.arm_ik import Arm
from skillc.runtime.motion.path.demonstrated import DemonstratedHand, poses_at
from tests.motion import synthetic

T_TABLE_ROBOT = np.array([[0.0, 1, 0, 0.29], [-1, 0, 0, 0.75], [0, 0, 1, 0], [0, 0, 0, 1]])
SHIFT, TURN = np.array([0.03, 0.0, 0.04]), 0.2


@dataclass
class Shown:
    """The part of a cell that is read."""

    profile: RobotProfile
    arm: Arm
    twin: Twin
    shown: DemonstratedHand
    motion: object
    keyframes: object
    T_table_robot: np.ndarray


@pytest.fixture
def cell(robot_model: mujoco.MjModel, profile: RobotProfile) -> Shown:
    """A demonstrated hand that stands 5 cm and 0.2 rad beside the robot's home, in 60 frames."""
    arm, made = Arm.from_model(robot_model, profile), synthetic.apple()
    T_home = (T_TABLE_ROBOT @ arm.hand_pose(arm.home[None]))[0]
    T = se3.from_parts(T_home[:3, :3] @ se3.exp(np.array([0, 0, 0, TURN, 0, 0]))[:3, :3], T_home[:3, 3] + SHIFT)
    fingers = np.tile(profile.home[len(arm.home) :] - 0.1, (60, 1))
    return Shown(
        profile, arm, made.twin, DemonstratedHand(T_table_hand=np.tile(T, (60, 1, 1)), fingers=fingers), made.motion,
        replace(made.keyframes, contact=30), T_TABLE_ROBOT,
    )  # fmt: skip


def standing(cell: Shown, frame: np.ndarray, phase: np.ndarray) -> Reference:
    """The robot at home, the object where it is expected in each frame, 1 cm higher and spun by 1 rad."""
    count, spin = len(frame), se3.exp(np.array([0, 0, 0.01, 0, 0, 1.0]))
    nowhere = np.full((len(PHASES), 4, 4), np.nan)
    return Reference(
        time_s=np.arange(count) / 60, qpos=np.tile(cell.profile.home, (count, 1)),
        joint_names=cell.profile.joint_names, phase=phase, T_table_robot=T_TABLE_ROBOT,
        anchor_index=np.zeros(0, dtype=np.int64), anchor_name=(), anchor_T_table_hand=np.zeros((0, 4, 4)),
        T_manip_hand=nowhere, T_target_hand=nowhere, demonstrated_frame=frame,
        T_table_manip=poses_at(cell.motion.T_table_object, np.nan_to_num(frame)) @ spin,  # type: ignore[attr-defined]
    )  # fmt: skip


def test_a_known_offset_is_measured_in_the_phase_and_the_share_that_replays(cell: Shown) -> None:
    frame = np.concatenate([np.full(10, np.nan), np.linspace(20.0, 30.0, 10), np.linspace(30.0, 50.5, 30)])
    phase = np.repeat([0, 3], [20, 30])
    raised = MotionChange(kind="raised to carry", amount=0.02, unit="m")
    found = measure_fidelity(cell, standing(cell, frame, phase), changes=[raised], fell_back=["SK514"])  # type: ignore[arg-type]
    assert [p.phase for p in found.phases] == ["approach", "track"]
    assert [p.replayed for p in found.phases] == [0.5, 1.0]
    for part in found.phases:
        assert part.hand_position_m.mean == pytest.approx(0.05) == part.hand_position_m.largest
        assert part.hand_rotation_rad.mean == pytest.approx(TURN)
        assert part.fingers_rad.mean == pytest.approx(0.1)
        assert part.object_position_m.largest == pytest.approx(0.01)
        assert part.object_rotation_rad.largest == pytest.approx(0.0, abs=1e-6), "an apple's spin cannot be seen"
    assert found.approach_dropped_s == pytest.approx(20 / 30)
    assert (found.changes, found.fell_back) == ((raised,), ("SK514",))


def test_the_turn_of_an_object_that_has_sides_is_counted(cell: Shown) -> None:
    box = replace(cell.twin.manipulated, symmetry="none")
    cell.twin = replace(cell.twin, objects=(box, cell.twin.objects[1]))
    found = measure_fidelity(cell, standing(cell, np.arange(5.0), np.full(5, 3)), changes=(), fell_back=())  # type: ignore[arg-type]
    assert found.phases[0].object_rotation_rad.mean == pytest.approx(1.0)


def test_a_motion_that_replays_nothing_is_not_measured_as_faithful(cell: Shown) -> None:
    found = measure_fidelity(cell, standing(cell, np.full(5, np.nan), np.zeros(5, dtype=int)), changes=(), fell_back=())  # type: ignore[arg-type]
    assert found.phases[0].replayed == 0.0 and np.isnan(found.phases[0].hand_position_m.mean)
    assert found.approach_dropped_s == pytest.approx(1.0), "all of the demonstration before contact"


def test_poses_between_frames_lie_between_their_poses_and_the_ends_are_held() -> None:
    T = np.array([se3.exp(np.array([x, 0, 0, 0, 0, 2 * x])) for x in (0.0, 0.1, 0.3)])
    found = poses_at(T, np.array([-1.0, 0.5, 1.5, 9.0]))
    assert np.allclose(found[:, 0, 3], [0.0, 0.05, 0.2, 0.3])
    assert np.allclose(found[2], se3.exp(np.array([0.2, 0, 0, 0, 0, 0.4])))
    assert len(poses_at(T, np.zeros(0))) == 0 and np.array_equal(poses_at(T[:1], np.ones(2)), np.repeat(T[:1], 2, 0))
