"""Fingers that close until they touch: on what is between them, and on nothing."""

import mujoco
import numpy as np
import pytest

from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.geometry import se3
from skillc.runtime.motion.cell.surface import Surface, object_surface
from skillc.runtime.motion.grasp.closing import ClosedHand, close_hand
from skillc.runtime.motion.kinematics.hand_model import HandModel
from skillc.runtime.sim.world import World


@pytest.fixture(scope="module")
def hand(robot_model: mujoco.MjModel, profile: RobotProfile) -> HandModel:
    return HandModel.from_model(robot_model, profile)


@pytest.fixture(scope="module")
def apple(apple_world: World) -> Surface:
    geoms = apple_world.object_geoms["apple"]
    return object_surface(apple_world.model, geoms, count=2000, rng=np.random.default_rng(0))


def around(hand: HandModel, apple: Surface, away_m: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Return the hand's pose (4, 4) with the apple's middle between thumb and fingers, or beside, and its posture."""
    q = hand.open_posture + 0.3 * (hand.upper - hand.open_posture)
    tips = hand.tips(q[None])[0][0]
    middle = 0.5 * (tips[0] + tips[1:].mean(axis=0))
    centre = 0.5 * (apple.low + apple.high)
    return se3.from_parts(np.eye(3), centre - middle + [0.0, 0.0, away_m]), q


def closed(hand: HandModel, apple: Surface, T: np.ndarray, q: np.ndarray, grip_n: float = 8.0) -> ClosedHand:
    return close_hand(hand, apple, T, q, open_m=0.03, grip_n=grip_n, effort_share=0.7)


def test_opposed_fingers_touch_and_press_on_what_is_between_them(hand: HandModel, apple: Surface) -> None:
    T, q = around(hand, apple)
    found = closed(hand, apple, T, q)
    assert found.touching >= 3
    gaps = apple.distance(se3.apply(T, hand.tips(found.q_grasp[None])[0][0])) - hand.tip_radius
    assert np.sum(np.abs(gaps) < 0.002) == found.touching, "touching ones stand at the surface, none is inside"
    opened = apple.distance(se3.apply(T, hand.tips(found.q_open[None])[0][0])) - hand.tip_radius
    assert (opened > gaps - 1e-9).all() and np.median(opened - gaps) > 0.005
    torque = hand.kp * (found.q_squeeze - found.q_grasp)
    assert 0.05 < np.abs(torque).max() <= 0.7 * hand.effort.max() + 1e-9
    lighter = closed(hand, apple, T, q, grip_n=1.0)
    assert np.linalg.norm(lighter.q_squeeze - lighter.q_grasp) < np.linalg.norm(found.q_squeeze - found.q_grasp)


def test_fingers_beside_the_object_meet_nothing_and_press_on_nothing(hand: HandModel, apple: Surface) -> None:
    T, q = around(hand, apple, away_m=0.3)
    found = closed(hand, apple, T, q)
    assert found.touching == 0
    np.testing.assert_allclose(found.q_squeeze, found.q_grasp)
    assert np.isfinite(found.q_grasp).all() and (found.q_grasp >= hand.lower).all()
    assert (found.q_grasp <= hand.upper).all()
