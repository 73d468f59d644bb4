"""An object that was followed off its way is found again from where it rests at last."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.perception.object import frame_fits
from skillc.runtime.perception.object.carried import CarriedObject
from skillc.runtime.perception.object.frame_fits import FrameFits, followed_back
from skillc.runtime.perception.object.motion_settings import MotionSettings
from skillc.runtime.perception.object.pose_hypotheses import Manner, Neighbour, hypotheses
from skillc.runtime.perception.object.pose_step import PoseEstimate
from tests.perception.object.test_pose_step import SETTINGS as POSE

COUNT, ONSET, LOST, SINCE = 30, 5, 14, 25
SETTINGS = MotionSettings(
    pose=POSE, onset_px=1.0, onset_s=0.3, step_sigma=0.01, turn_sigma=0.07, held_sigma=0.004, carry_sigma=0.02,
    carry_turn_sigma=0.35, lifted_inlier=0.01, acceleration_sigma=5.0, turn_smoothing=0.06, support_sigma=0.01,
    placed_below=0.05,
)  # fmt: skip


def true_path() -> FloatArray:
    """Poses (T, 4, 4) that move by 1 cm a frame along x between onset and rest."""
    T = np.tile(np.eye(4), (COUNT, 1, 1))
    T[:, 0, 3] = 0.01 * np.clip(np.arange(COUNT) - ONSET, 0, SINCE - ONSET)
    return T


def test_what_drifted_off_its_object_is_found_backward(monkeypatch: pytest.MonkeyPatch) -> None:
    truth = true_path()
    looked_at: list[int] = []

    def best(search: Any, frame: int, near: Neighbour, velocity: FloatArray, dt: float, bias: float) -> PoseEstimate:
        looked_at.append(frame)
        assert near.frame == frame + 1 and abs(near.T_table_object[0, 3] - truth[frame + 1, 0, 3]) < 1e-9
        unit = np.eye(6)
        return PoseEstimate(T_table_object=truth[frame], information=unit, covariance=unit, seen=0.5, score=0.0)

    monkeypatch.setattr(frame_fits, "best_pose", best)
    monkeypatch.setattr(frame_fits, "bias_of", lambda search: 0.0)
    monkeypatch.setattr(frame_fits, "refined_at_rest", lambda search, frame, T, bias: T)
    search: Any = SimpleNamespace(
        shown=SimpleNamespace(time_s=np.arange(COUNT) / 30.0), manner=SimpleNamespace(sliding=True), onset=ONSET,
        settings=SETTINGS,
    )  # fmt: skip
    drifted = truth.copy()
    drifted[LOST:, 1, 3] = 0.2
    forward = FrameFits(
        poses=drifted, information=np.zeros((COUNT, 6, 6)), turn_sigma=np.zeros(COUNT), seen=np.ones(COUNT)
    )
    found = followed_back(search, forward, truth[-1], SINCE)
    assert np.allclose(found.poses, truth)
    # Where both ways agree, the forward fits stand.
    assert min(looked_at) == LOST - 1 and found.seen[LOST - 2] == 1.0 and found.seen[LOST] == 0.5


def test_a_hand_carries_an_object_back_against_its_step() -> None:
    step = np.tile([0.02, 0.0, 0.0], (COUNT, 1))
    carried = CarriedObject(
        position=np.zeros((COUNT, 3)), step=step, step_sigma=np.full(COUNT, 1e-3),
        sight=np.tile([0.0, 0.0, 1.0], (COUNT, 1)), distance_sigma=np.full(COUNT, 0.1),
        turn=np.tile(np.eye(3), (COUNT, 1, 1)),
    )  # fmt: skip
    manner = Manner(start=np.eye(4), sliding=False, symmetric=True, carried=carried)
    on, back = (
        hypotheses(manner, 10, Neighbour(frame=known, T_table_object=np.eye(4)), np.zeros(6), 1.0, SETTINGS).expected
        for known in (9, 11)
    )
    assert np.allclose(on[:3, 3], [0.02, 0, 0]) and np.allclose(back[:3, 3], [-0.02, 0, 0])
