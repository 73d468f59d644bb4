"""Lifted, tilted, slid away or closer: told apart on motions made up for it."""

import numpy as np
import pytest

from skillc.runtime.perception.object.movement_kind import Movement, movement
from skillc.runtime.tasks.catalog import with_traits

FRAMES, RATE = 90, 30.0
TIME = np.arange(FRAMES) / RATE
SOLID = np.array([[x, y, z] for x in (-0.03, 0.03) for y in (-0.03, 0.03) for z in (0.0, 0.12)])
"""A bottle standing on its foot."""
SHARE = np.clip((TIME - 1.0) / 1.0, 0.0, 1.0)
"""On its way from 1 s to 2 s."""


def poses(*, slide: float = 0.0, rise: float = 0.0, tilt: float = 0.0) -> np.ndarray:
    """Return (T, 4, 4): moved along x, up and back down, leaning about y in the air."""
    up = np.sin(np.pi * SHARE)
    T = np.tile(np.eye(4), (FRAMES, 1, 1))
    angle = tilt * SHARE
    T[:, 0, 0] = T[:, 2, 2] = np.cos(angle)
    T[:, 0, 2], T[:, 2, 0] = np.sin(angle), -np.sin(angle)
    T[:, 0, 3], T[:, 2, 3] = slide * SHARE, rise * up
    return T


def kind_of(found: Movement) -> str:
    return with_traits(found.shown).name


def judged(
    T: np.ndarray, *, wrist_px: float = -80.0, sigma: float = 0.002, noise: float = 0.0, slide_px: float = np.nan
) -> Movement:
    """Judge a motion seen from above at 1000 px/m, the wrist `wrist_px` ahead of the object."""
    generator = np.random.default_rng(0)
    T = T.copy()
    T[:, :3, 3] += generator.normal(0.0, noise, (FRAMES, 3)) if noise else 0.0
    centroid = 300 + 1000 * T[:, :2, 3]
    joints = np.repeat(centroid[:, None] + np.array([wrist_px, 0.0]), 21, axis=1)
    joints[:, 12] += np.array([0.0, 80.0])
    sigmas = np.full(FRAMES, sigma)
    return movement(
        T, SOLID, sigmas, np.full(FRAMES, 0.03), centroid, joints, TIME, slide_px=slide_px, lift_height_m=0.01
    )


def test_lifted_and_level_is_a_grasp() -> None:
    found = judged(poses(slide=0.2, rise=0.1))
    assert kind_of(found) == "grasp"
    assert found.rise_m == pytest.approx(0.1, abs=0.02) and found.slide_m == pytest.approx(0.2, abs=1e-6)
    assert found.moved_s == (pytest.approx(1.0, abs=0.1), pytest.approx(2.0, abs=0.1))


def test_lifted_and_tilted_is_a_pour() -> None:
    assert kind_of(judged(poses(slide=0.2, rise=0.15, tilt=np.deg2rad(110)))) == "pour"


def test_a_lean_on_the_way_is_no_pour() -> None:
    assert kind_of(judged(poses(slide=0.2, rise=0.1, tilt=np.deg2rad(25)))) == "grasp"


@pytest.mark.parametrize(("wrist_px", "kind"), [(-80.0, "push"), (80.0, "pull")])
def test_slid_with_the_wrist_behind_is_pushed_and_ahead_is_pulled(wrist_px: float, kind: str) -> None:
    found = judged(poses(slide=0.25), wrist_px=wrist_px)
    assert kind_of(found) == kind and found.lead == pytest.approx(wrist_px / 80, rel=0.01)


@pytest.mark.parametrize("turn", [0.7, 2.0, 4.0])
def test_the_direction_of_the_motion_does_not_matter(turn: float) -> None:
    R = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    T = poses(slide=0.25)
    T[:, :2, 3] = T[:, :2, 3] @ R.T
    centroid = 300 + 1000 * T[:, :2, 3]
    joints = np.repeat((centroid + R @ np.array([80.0, 0.0]))[:, None], 21, axis=1)
    joints[:, 12] += 80.0
    sigmas = np.full(FRAMES, 0.002)
    found = movement(T, SOLID, sigmas, sigmas, centroid, joints, TIME, slide_px=np.nan, lift_height_m=0.01)
    assert kind_of(found) == "pull"


def test_a_rise_within_the_estimate_s_own_uncertainty_is_no_lift() -> None:
    assert kind_of(judged(poses(slide=0.25, rise=0.03), sigma=0.015)) == "push"
    assert kind_of(judged(poses(slide=0.25, rise=0.03), sigma=0.003)) == "grasp"


@pytest.mark.parametrize(("slide_px", "kind"), [(0.9, "push"), (5.0, "grasp"), (np.nan, "grasp")])
def test_points_that_agree_with_a_slide_outweigh_poses_that_rise(slide_px: float, kind: str) -> None:
    assert kind_of(judged(poses(slide=0.25, rise=0.1), slide_px=slide_px)) == kind


def test_single_failed_frames_lift_nothing() -> None:
    T = poses(slide=0.25)
    T[40:43, 2, 3] = 0.3
    assert kind_of(judged(T, noise=0.001)) == "push"


def test_without_a_hand_in_sight_a_slide_is_a_push() -> None:
    T = poses(slide=0.25)
    sigmas = np.full(FRAMES, 0.002)
    nowhere = np.full((FRAMES, 21, 2), np.nan)
    found = movement(T, SOLID, sigmas, sigmas, 1000 * T[:, :2, 3], nowhere, TIME, slide_px=np.nan, lift_height_m=0.01)
    assert kind_of(found) == "push" and np.isnan(found.lead)
