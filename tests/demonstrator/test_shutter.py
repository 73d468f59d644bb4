"""An exposure is drawn at several instants about the true one, as many as the motion in the picture asks for."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from skillc.runtime.demonstrator.shutter import MOST, between, instants
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.geometry import se3


def moving(step_m: float) -> Any:
    Ts = np.tile(np.eye(4), (5, 1, 1, 1))
    Ts[:, 0, 0, 3] = step_m * np.arange(5)
    joints = np.zeros((5, 21, 3)) + Ts[:, :, :3, 3]
    return SimpleNamespace(time_s=np.arange(5) / 30, Ts_prop=Ts, Ts_bone=np.tile(Ts, (1, 17, 1, 1)), joints=joints)


def pixels(points: FloatArray) -> FloatArray:
    return 1000 * points[:, :2]


def test_what_stands_still_or_has_no_shutter_is_drawn_once() -> None:
    assert len(instants(moving(0.0), 2, 0.8, pixels)) == 1
    assert len(instants(moving(0.02), 2, 0.0, pixels)) == 1


def test_the_true_pose_lies_in_the_middle_of_the_exposure() -> None:
    p = moving(0.02)
    drawn = instants(p, 2, 0.6, pixels)
    assert len(drawn) % 2 == 1 and 3 <= len(drawn) <= MOST + 1
    assert np.allclose(drawn[len(drawn) // 2][0], p.Ts_prop[2]) and np.allclose(drawn[len(drawn) // 2][1], p.Ts_bone[2])
    x = [prop[0, 0, 3] for prop, _ in drawn]
    assert np.allclose(x, 0.04 + 0.02 * np.linspace(-0.3, 0.3, len(drawn)))


def test_the_first_and_the_last_frame_have_an_exposure_too() -> None:
    for frame in (0, 4):
        x = [prop[0, 0, 3] for prop, _ in instants(moving(0.02), frame, 0.6, pixels)]
        assert min(x) >= 0 and max(x) <= 0.08


def test_half_way_is_half_the_turn_and_half_the_path() -> None:
    start, end = np.eye(4)[None], np.eye(4)[None].copy()
    end[0, :3, :3], end[0, :3, 3] = [[0, -1, 0], [1, 0, 0], [0, 0, 1]], (0.2, 0.0, 0.0)
    half = between(start, end, 0.5)
    assert np.isclose(se3.rotation_angle(np.eye(4), half[0]), np.pi / 4) and np.allclose(half[0, :3, 3], (0.1, 0, 0))
