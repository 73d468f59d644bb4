"""A way in led around what stands in it: by as little as it takes, without corners, the straight way untouched."""

from dataclasses import dataclass
from types import SimpleNamespace

import mujoco
import numpy as np
import pytest

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.motion.cell.approaches import Approach
from skillc.runtime.motion.cell.cell import raised, straight
from skillc.runtime.motion.cell.evasion import evaded
from skillc.runtime.motion.kinematics.arm_ik import Arm
from skillc.runtime.motion.path.joint_path import follow

OFFSETS = (0.0, 0.01, 0.02, 0.03, 0.04, 0.06)
INWARD = np.array([0.0, 0.0, -1.0])


@dataclass(frozen=True)
class Bump:
    """A cell whose hand is clear above `height_m` within 3 cm of a place on the way, and everywhere else."""

    arm: Arm
    at: FloatArray
    height_m: float
    T_table_robot: FloatArray
    T_table_manip: FloatArray

    @property
    def checker(self) -> "Bump":
        return self

    def with_hand(self, q: FloatArray, q_hand: FloatArray) -> FloatArray:
        return q

    def check(self, q: FloatArray, T_table_manip: FloatArray) -> SimpleNamespace:
        p = self.arm.hand_pose(q)[:, :3, 3]
        near = np.linalg.norm(p[:, :2] - self.at[:2], axis=1) < 0.03
        return SimpleNamespace(
            robot_scene=np.where(near, p[:, 2] - self.at[2] - self.height_m, 1.0), robot_manipulated=np.ones(len(q))
        )


@pytest.fixture(scope="module")
def arm(robot_model: mujoco.MjModel, profile: RobotProfile) -> Arm:
    return Arm.from_model(robot_model, profile)


def led(arm: Arm, height_m: float) -> tuple[Approach, list[Approach]]:
    """Return a level way of 10 poses across 27 cm, the last 2 its straight way, and how it is led over a bump."""
    T = arm.hand_pose(arm.home[None])[0]
    Ts = straight(raised(T, np.array([0.0, -0.13, 0.0])), raised(T, np.array([0.0, 0.14, 0.0])), 10)
    way = Approach(T_table_hand=Ts, frame=np.arange(10.0), line=8)
    q = follow(arm, np.eye(4), Ts, arm.home).q
    cell = Bump(arm=arm, at=Ts[4, :3, 3], height_m=height_m, T_table_robot=np.eye(4), T_table_manip=np.eye(4))
    paths = SimpleNamespace(lead_offsets_m=OFFSETS)
    return way, list(evaded(cell, way, q, INWARD, np.zeros(0), paths, wanted_m=0.0))  # type: ignore[arg-type]


def test_a_way_that_is_clear_stays_as_it_is(arm: Arm) -> None:
    way, found = led(arm, -0.1)
    assert len(found) == 1 and np.array_equal(found[0].T_table_hand, way.T_table_hand)


def test_a_pose_is_moved_by_the_smallest_offset_that_clears_and_its_neighbours_less(arm: Arm) -> None:
    way, found = led(arm, 0.025)
    moved = found[0].T_table_hand[:, 2, 3] - way.T_table_hand[:, 2, 3]
    assert moved[4] == pytest.approx(0.03) and np.argmax(moved) == 4
    assert np.all(np.diff(moved[:5]) >= 0) and np.all(np.diff(moved[4:8]) <= 0), "no corners"
    assert moved[0] == 0.0 and np.array_equal(found[0].T_table_hand[8:], way.T_table_hand[8:])
    assert np.array_equal(found[0].frame, way.frame), "it still replays what it replayed"


def test_what_no_offset_clears_is_not_led_there(arm: Arm) -> None:
    assert led(arm, 0.2)[1] == []
