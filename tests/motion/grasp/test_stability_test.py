"""Shaking: a firm grip passes, a loose one, a late one and a toppled jar do not."""

from dataclasses import replace

import numpy as np
import pytest

from skillc.runtime.geometry import se3
from skillc.runtime.motion.grasp.check import GraspChecker
from skillc.runtime.motion.grasp.stability_test import StabilityParameters, _course, _judge, _steps, shake_test
from skillc.runtime.sim.hand_world import HandWorld, carrier_coordinates
from tests.motion import synthetic

COURSE = StabilityParameters(
    approach_m=0.08, approach_s=0.35, close_s=0.5, settle_s=0.15, lift_m=0.12, lift_s=0.5, lifted_m=0.06,
    shake_m=0.025, shake_hz=2.5, shakes=1, wrist_rad=0.8, wrist_s=0.7,
)  # fmt: skip
T_OBJECT = np.asarray(synthetic.jar().twin.manipulated.T_table_object)
T_GRIP = se3.from_parts(
    T_OBJECT[:3, :3].T @ synthetic.hand_rotation([0.0, 1.0, -0.2], [-1.0, 0.0, 0.0]), np.array([0.06, -0.08, 0.2])
)


def carried(world: HandWorld, rise_m: float) -> np.ndarray:
    """States (S, nq) of a test in which the jar rises with the hand by `rise_m` from step 20 on."""
    qpos = np.repeat(world.model.qpos0[None], 60, axis=0)
    rise = rise_m * np.clip(np.arange(60) / 20, 0, 1)[:, None] * [0, 0, 1]
    at = world.object_qpos
    qpos[:, at : at + 3] = T_OBJECT[:3, 3] + rise
    qpos[:, at + 3 : at + 7] = [1, 0, 0, 0]
    hands = np.repeat((T_OBJECT @ T_GRIP)[None], 60, axis=0)
    hands[:, :3, 3] += rise
    qpos[:, world.carrier_qpos] = carrier_coordinates(world, hands)
    return qpos


def judged(world: HandWorld, qpos: np.ndarray) -> tuple[bool, float]:
    return _judge(world, qpos, T_GRIP, 20, 10, COURSE.lifted_m)


def test_an_object_carried_along_is_accepted_without_tracking_error(jar_hand_world: HandWorld) -> None:
    accepted, error = judged(jar_hand_world, carried(jar_hand_world, 0.12))
    assert accepted and error < 1e-9
    assert not judged(jar_hand_world, carried(jar_hand_world, 0.055))[0], "tau_lift is 6 cm"


def test_the_tracking_error_is_how_far_the_object_slips_in_the_hand(jar_hand_world: HandWorld) -> None:
    slipped = carried(jar_hand_world, 0.12)
    slipped[:, jar_hand_world.object_qpos] += 0.01
    assert judged(jar_hand_world, slipped) == (True, pytest.approx(0.01))


def test_an_object_that_is_dropped_for_a_moment_is_refused(jar_hand_world: HandWorld) -> None:
    dropped = carried(jar_hand_world, 0.12)
    dropped[40, jar_hand_world.object_qpos + 2] = 0.03
    assert judged(jar_hand_world, dropped) == (False, np.inf)


@pytest.mark.parametrize("step", [10, 45, 59])
def test_a_nan_state_is_refused(jar_hand_world: HandWorld, step: int) -> None:
    broken = carried(jar_hand_world, 0.12)
    broken[step:] = np.nan
    assert judged(jar_hand_world, broken) == (False, np.inf)


def test_a_hand_that_goes_through_the_table_is_refused(jar_hand_world: HandWorld) -> None:
    low = carried(jar_hand_world, 0.12)
    low[:20, jar_hand_world.carrier_qpos[2]] -= 0.2
    assert judged(jar_hand_world, low) == (False, np.inf)


def test_the_course_begins_backed_off_and_ends_lifted_where_it_began(jar_hand_world: HandWorld) -> None:
    world, m = jar_hand_world, len(jar_hand_world.hand_qpos)
    approach = np.array([0.0, 1.0, 0.0])
    course = _course(world, T_OBJECT, T_GRIP, approach, (np.zeros(m), np.ones(m), np.ones(m)), COURSE)
    at_grip = carrier_coordinates(world, T_OBJECT @ T_GRIP)
    carrier, fingers = course[:, world.carrier_actuator], course[:, world.hand_actuator]
    _, closed, settled, lifted, last = _steps(COURSE, world.model)
    assert len(course) == last
    assert np.allclose(carrier[0, :3], at_grip[:3] - 0.08 * approach, atol=1e-4)
    assert np.allclose(carrier[settled - 1], at_grip, atol=1e-9) and np.allclose(fingers[closed - 1 :], 1.0)
    assert np.allclose(carrier[-1], at_grip + np.array([0, 0, 0.12, 0, 0, 0]), atol=1e-6)
    turned = lifted + round(COURSE.wrist_s / world.model.opt.timestep)
    assert (
        np.ptp(carrier[lifted:turned, 3:], axis=0).max() > 1.0
        and np.ptp(carrier[lifted:turned, :3], axis=0).max() < 1e-6
    )
    assert np.ptp(carrier[turned:, 3:], axis=0).max() < 1e-2, "the turn comes first: what it throws off is not shaken"
    shaken = carrier[lifted:, :3] - carrier[-1, :3]
    assert np.allclose(shaken.max(axis=0), 0.025, atol=1e-3) and np.allclose(shaken.min(axis=0), -0.025, atol=1e-3)


def test_an_open_hand_lifts_nothing(jar_hand_world: HandWorld) -> None:
    quick = replace(COURSE, approach_s=0.1, close_s=0.1, settle_s=0.05, lift_s=0.3, shakes=0.1, wrist_s=0.1)
    away = raised_hand(0.3)
    m = len(jar_hand_world.hand_qpos)
    result = shake_test(
        [jar_hand_world], T_object_hand=away[None], approach_object=np.array([[0, 0, -1.0]]), q_pre=np.zeros((1, m)),
        q_squeeze=np.zeros((1, m)), T_table_object=T_OBJECT, parameters=quick, threads=1,
    )  # fmt: skip
    assert not result.accepted.any() and np.isinf(result.tracking_error_m).all()


def raised_hand(height_m: float) -> np.ndarray:
    T = T_GRIP.copy()
    T[2, 3] += height_m
    return T


def test_no_grasps_are_no_results(jar_hand_world: HandWorld) -> None:
    none = np.zeros((0, 16))
    result = shake_test(
        [jar_hand_world] * 2, T_object_hand=np.zeros((0, 4, 4)), approach_object=np.zeros((0, 3)), q_pre=none,
        q_squeeze=none, T_table_object=T_OBJECT, parameters=COURSE, threads=1,
    )  # fmt: skip
    assert result.accepted.shape == (0, 2)


def test_distances_to_table_and_object_are_told_before_they_touch(jar_hand_world: HandWorld) -> None:
    """The lowest point of a raised hand is found by lowering it; the checker sees it 1 cm ahead."""
    checker = GraspChecker(jar_hand_world, margin_m=0.02)
    hand, far = T_OBJECT @ raised_hand(0.0), se3.from_parts(np.eye(3), np.array([2.0, 2.0, 0.0]))
    heights = np.arange(0.0, 0.3, 0.002)
    Ts = np.repeat(hand[None], len(heights), axis=0)
    Ts[:, 2, 3] = heights
    free = np.array([c.table for c in checker.measure(Ts, np.zeros((len(heights), 16)), far)])
    near = (free > -0.01) & (free < 0.018)
    assert near.sum() > 10
    assert np.allclose(np.diff(free[near]), 0.002, atol=1e-4), "a height raised by 2 mm is 2 mm more"
