"""Objects are followed as they rest, are carried and are hidden, and what a picture contradicts is not confirmed."""

from collections.abc import Mapping
from dataclasses import replace

import mujoco
import numpy as np
import pytest

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.sight.follow import HIDDEN_S, LOOK_S, LOST_S, FollowedScene, Follower
from skillc.runtime.sight.rendered import RenderedCamera
from skillc.runtime.sight.robot_region import RobotRegion
from skillc.runtime.sight.scene_sight import SceneSight
from tests.sight.conftest import MOUNTING, Q, at, contract, twin, world

PERIOD_S = 1 / 15
CUBE, BOWL = at(-0.1, 0.0), at(0.14, 0.03)
Box = tuple[np.ndarray, np.ndarray]


class GuidedHand(RobotRegion):
    """A hand without a body of its own, at the pose that the joints' first three numbers say, m."""

    def hand_pose(self, q: FloatArray) -> FloatArray:
        return at(q[0], q[1], z=q[2])


@pytest.fixture(scope="module")
def follower(sight: SceneSight) -> Follower:
    return Follower(SceneSight(sight.shapes, GuidedHand(contract().body), twin(), contract().T_camera_table))


class Film:
    """Takes pictures of one table, and has them followed."""

    def __init__(self, sight: SceneSight, follower: Follower, hand: np.ndarray, *more: Box, **mounting: object) -> None:
        self._mounting, self._more, self._follower, self.t = replace(MOUNTING, **mounting), more, follower, 0.0
        self.scene = follower.begin(sight.find(self._picture({"cube": CUBE, "bowl": BOWL}), Q), hand, 0.0)

    def next(
        self, poses: Mapping[str, np.ndarray], hand: np.ndarray, *more: Box, after_s: float = PERIOD_S
    ) -> FollowedScene:
        self.t += after_s
        self.scene = self._follower.next(self.scene, self._picture(poses, *more), hand, self.t)
        return self.scene

    def _picture(self, poses: Mapping[str, np.ndarray], *more: Box):  # type: ignore[no-untyped-def]
        model, data = world(poses, *self._more, *more)
        assert isinstance(model, mujoco.MjModel)
        picture = RenderedCamera(replace(self._mounting, seed=round(100 * self.t)), model, data).newest()
        assert picture is not None
        return picture


FAR, NEAR = np.array([0.0, 0.0, 2.0, 0.0]), np.array([-0.1, 0.0, 0.3, 0.0])
LID = (np.array([-0.1, -0.16, 0.26]), np.array([0.13, 0.002, 0.16]))
"""Hides the cube from the camera, and not much else."""


def hand(x: float, y: float, z: float) -> np.ndarray:
    """Return the joints with the hand so far from where it begins, m."""
    return NEAR + np.array([x, y, z, 0.0])


def middle(scene: FollowedScene, name: str = "cube") -> np.ndarray:
    return (scene.objects[name].T @ [0, 0, 0.06, 1])[:3]


def test_what_rests_is_confirmed_and_does_not_wander(sight: SceneSight, follower: Follower) -> None:
    film = Film(sight, follower, FAR)
    first = film.scene.objects["cube"].T
    for _ in range(4):
        scene = film.next({"cube": CUBE, "bowl": BOWL}, FAR)
    assert scene.objects["cube"].how == "shown" and np.array_equal(scene.objects["cube"].T, first)
    assert scene.objects["cube"].confirmed_s == film.t


def test_what_the_hand_carries_is_followed_in_all_directions(sight: SceneSight, follower: Follower) -> None:
    film = Film(sight, follower, NEAR)
    for k in range(1, 9):
        moved = at(0.006 * k, 0.004 * k, 0.03 * k, z=0.008 * k)
        scene = film.next({"cube": moved @ CUBE, "bowl": BOWL}, hand(0.006 * k, 0.004 * k, 0.008 * k))
    assert np.linalg.norm(middle(scene) - (moved @ CUBE @ [0, 0, 0.06, 1])[:3]) < 0.008
    assert scene.objects["cube"].held and not scene.objects["bowl"].held


def test_what_is_pushed_without_the_hands_turn_is_followed(sight: SceneSight, follower: Follower) -> None:
    film = Film(sight, follower, NEAR)
    for k in range(1, 9):
        scene = film.next({"cube": at(-0.1 + 0.006 * k, 0.0), "bowl": BOWL}, NEAR)  # the hand itself stands still
    # Only its edges show how far it slid along its own faces: it lags by two pictures.
    assert np.linalg.norm(middle(scene) - [-0.052, 0.0, 0.06]) < 0.014


def test_what_is_hidden_goes_with_the_hand_that_held_it(sight: SceneSight, follower: Follower) -> None:
    film = Film(sight, follower, NEAR)
    for k in range(1, 7):
        pose = {"cube": at(-0.1, 0.0, z=0.012 * k), "bowl": BOWL}
        film.next(pose, hand(0, 0, 0.012 * k))
    assert film.scene.objects["cube"].held
    for k in range(7, 12):
        scene = film.next({"cube": at(-0.1, 0.0, z=0.012 * k), "bowl": BOWL}, hand(0, 0, 0.012 * k), LID)
    one = scene.objects["cube"]
    assert one.how == "hidden" and one.confirmed_s == film.t and one.shown_s < film.t
    assert np.linalg.norm(middle(scene) - [-0.1, 0.0, 0.06 + 0.012 * 11]) < 0.015


def test_what_is_hidden_for_long_is_lost(sight: SceneSight, follower: Follower) -> None:
    film = Film(sight, follower, NEAR)
    film.next({"cube": CUBE, "bowl": BOWL}, NEAR, LID)
    assert film.scene.objects["cube"].how == "hidden"
    scene = film.next({"cube": CUBE, "bowl": BOWL}, NEAR, LID, after_s=HIDDEN_S)
    assert scene.objects["cube"].how == "lost" and np.isnan(scene.objects["cube"].T).all()
    assert scene.objects["bowl"].how == "shown"


def test_what_is_seen_through_is_not_confirmed_and_is_found_where_it_is(sight: SceneSight, follower: Follower) -> None:
    film = Film(sight, follower, FAR)
    away = {"cube": at(-0.15, 0.2, 0.3), "bowl": BOWL}
    scene = film.next(away, FAR)
    assert scene.objects["cube"].how == "unconfirmed" and scene.objects["cube"].confirmed_s == 0.0
    assert np.allclose(middle(scene), middle(film.scene))
    scene = film.next(away, FAR, after_s=max(LOST_S, LOOK_S))
    assert scene.objects["cube"].how == "shown"
    assert np.linalg.norm(middle(scene) - [-0.15, 0.2, 0.06]) < 0.006


def test_what_is_taken_away_is_lost(sight: SceneSight, follower: Follower) -> None:
    film = Film(sight, follower, FAR)
    scene = film.next({"bowl": BOWL}, FAR)
    assert scene.objects["cube"].how == "unconfirmed"
    scene = film.next({"bowl": BOWL}, FAR, after_s=HIDDEN_S)
    assert scene.objects["cube"].how == "lost" and scene.objects["bowl"].how == "shown"
