"""The demonstrated hand led through anchors: met exactly, blended between, its shape kept."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from skillc.runtime.geometry import se3
from skillc.runtime.motion.path.demonstrated import DemonstratedHand, PinnedPose, corrected
from skillc.runtime.motion.path.interpolation import smoothstep

FRAME = np.linspace(10.0, 20.0, 11)
SHOWN = np.array([se3.exp(np.array([0.01 * k, 0.02 * np.sin(k), 0.0, 0.0, 0.1 * k, 0.0])) for k in range(11)])


def moved(T: np.ndarray, twist: list[float]) -> np.ndarray:
    """Displaced in the table frame, turned about its own position."""
    shift = se3.exp(np.array(twist))
    return se3.from_parts(shift[:3, :3] @ T[:3, :3], T[:3, 3] + shift[:3, 3])


FIRST = PinnedPose(frame=10.0, T_table_hand=moved(SHOWN[0], [0.05, 0.0, 0.02, 0.0, 0.0, 0.3]))
LAST = PinnedPose(frame=20.0, T_table_hand=moved(SHOWN[-1], [0.0, -0.04, 0.0, 0.0, 0.0, -0.1]))


def test_pinned_poses_are_met_exactly() -> None:
    led = corrected(SHOWN, FRAME, [FIRST, LAST])
    assert np.allclose(led[0], FIRST.T_table_hand, atol=1e-12)
    assert np.allclose(led[-1], LAST.T_table_hand, atol=1e-12)
    three = [FIRST, PinnedPose(frame=14.0, T_table_hand=moved(SHOWN[4], [0.0, 0.0, 0.1, 0, 0, 0])), LAST]
    assert np.allclose(corrected(SHOWN, FRAME, three)[4], three[1].T_table_hand, atol=1e-12)


def test_between_pins_the_correction_blends_by_the_smoothstep() -> None:
    led = corrected(SHOWN, FRAME, [FIRST, LAST])
    share = smoothstep((FRAME - 10.0) / 10.0)
    shift = led[:, :3, 3] - SHOWN[:, :3, 3]
    assert np.allclose(shift[:, 0], 0.05 * (1 - share)) and np.allclose(shift[:, 1], -0.04 * share)
    turn = Rotation.from_matrix(led[:, :3, :3] @ np.swapaxes(SHOWN[:, :3, :3], 1, 2)).as_rotvec()
    assert np.allclose(turn[:, 2], 0.3 * (1 - share) - 0.1 * share)


def test_beyond_its_pins_the_correction_stays() -> None:
    inner = [PinnedPose(frame=12.0, T_table_hand=moved(SHOWN[2], [0.05, 0, 0, 0, 0, 0]))]
    led = corrected(SHOWN, FRAME, inner)
    assert np.allclose(led[:, :3, 3] - SHOWN[:, :3, 3], [0.05, 0, 0])
    assert np.allclose(led[:, :3, :3], SHOWN[:, :3, :3])


def test_a_demonstration_that_needs_no_correction_is_kept() -> None:
    pins = [PinnedPose(frame=f, T_table_hand=SHOWN[k]) for f, k in ((10.0, 0), (20.0, 10))]
    assert np.allclose(corrected(SHOWN, FRAME, pins), SHOWN, atol=1e-12)


def test_smoothing_keeps_a_still_hand_and_calms_a_trembling_one() -> None:
    rng = np.random.default_rng(0)
    trembling = np.array([se3.exp(twist) for twist in rng.normal(0.0, 0.02, size=(80, 6))])
    calm = DemonstratedHand(T_table_hand=trembling, fingers=rng.normal(size=(80, 3))).smoothed(6.0)
    inner = slice(20, 60)
    assert np.std(calm.T_table_hand[inner, :3, 3]) < 0.4 * np.std(trembling[inner, :3, 3])
    assert np.std(calm.fingers[inner]) < 0.4
    angles = Rotation.from_matrix(calm.T_table_hand[inner, :3, :3]).magnitude()
    assert angles.max() < 0.4 * Rotation.from_matrix(trembling[inner, :3, :3]).magnitude().max()
    still = DemonstratedHand(T_table_hand=np.tile(SHOWN[3], (9, 1, 1)), fingers=np.ones((9, 2))).smoothed(3.0)
    assert np.allclose(still.T_table_hand, SHOWN[3]) and np.allclose(still.fingers, 1.0)


@pytest.mark.parametrize("frame", [11.5, 19.9])
def test_a_pin_between_two_poses_corrects_what_lies_between_them(frame: float) -> None:
    T = se3.interpolate(SHOWN[int(frame) - 10], SHOWN[int(frame) - 9], frame % 1)
    led = corrected(SHOWN, FRAME, [PinnedPose(frame=frame, T_table_hand=moved(T, [0, 0, 0.03, 0, 0, 0]))])
    assert np.allclose(led[:, 2, 3] - SHOWN[:, 2, 3], 0.03)
