"""What is held: squeezes inside the motors' current limit, eased once lifted as far as a calm shake allows."""

from dataclasses import replace

import mujoco
import numpy as np
import pytest

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.motion.grasp import hold, tested_grasps
from skillc.runtime.motion.grasp.hold import eased
from skillc.runtime.motion.grasp.parameters import HoldParameters
from skillc.runtime.motion.grasp.stability_test import StabilityParameters, StabilityResult, _course, _steps
from skillc.runtime.motion.grasp.tested_grasps import held_use, within_effort
from skillc.runtime.motion.kinematics.hand_model import HandModel
from skillc.runtime.sim.hand_world import HandWorld
from tests.motion.grasp.test_stability_test import COURSE, T_GRIP, T_OBJECT

M, SQUEEZE_RAD = 16, 0.04
SHARES = (0.8, 0.6, 0.4)


@pytest.fixture(scope="module")
def hand(robot_model: mujoco.MjModel, profile: RobotProfile) -> HandModel:
    return HandModel.from_model(robot_model, profile)


def grasp(share: float = 1.0) -> tested_grasps.TestedGrasp:
    squeeze = np.full(M, SQUEEZE_RAD)
    return tested_grasps.TestedGrasp(
        T=np.eye(4), q=np.zeros(M), squeeze=squeeze, hold=squeeze, held_use=1.5, opened=np.zeros(M), pre=np.zeros(M),
        approach=np.array([0.0, 0.0, -1.0]), room_m=0.01, fingers=3, share=share, error=0.001, turned=0.0,
    )  # fmt: skip


def made(
    monkeypatch: pytest.MonkeyPatch, hand: HandModel, lost_below: tuple[float, ...], share: float = 1.0
) -> tested_grasps.TestedGrasp:
    """Ease a grasp that lets go in world v when held with less than `lost_below[v]` of its squeeze."""

    def shake(worlds: object, *, q_hold: FloatArray, parameters: StabilityParameters, **_: object) -> StabilityResult:
        assert parameters.shake_m == 0.008 and parameters.wrist_s == 2.0 and parameters.lift_m == COURSE.lift_m
        part = q_hold[:, 0] / SQUEEZE_RAD
        accepted = part[:, None] >= np.array(lost_below) - 1e-9
        pressed = np.where(accepted[..., None], q_hold[:, None], np.nan)
        return StabilityResult(accepted=accepted, tracking_error_m=np.zeros(accepted.shape), pressed_rad=pressed)

    monkeypatch.setattr(hold, "shake_test", shake)
    parameters = HoldParameters(shares=SHARES, shake_m=0.008, wrist_s=2.0)
    worlds: list[HandWorld] = [None] * len(lost_below)  # type: ignore[list-item]
    return eased(hand, [grasp(share)], worlds, np.eye(4), stability=COURSE, parameters=parameters, threads=1)[0]


@pytest.mark.parametrize(
    ("lost_below", "share"),
    [((0.0, 0.0), 0.4), ((0.5, 0.3), 0.6), ((0.3, 0.7), 0.8), ((0.95, 0.3), 1.0), ((0.5, 2.0), 0.6)],
)
def test_the_lightest_hold_is_kept_that_lets_go_nowhere_the_squeeze_holds(
    monkeypatch: pytest.MonkeyPatch, hand: HandModel, lost_below: tuple[float, ...], share: float
) -> None:
    """A world in which even the whole squeeze lets go, the last one, asks for nothing."""
    found = made(monkeypatch, hand, lost_below)
    assert np.allclose(found.hold, share * SQUEEZE_RAD) and np.allclose(found.squeeze, SQUEEZE_RAD)
    assert found.held_use == pytest.approx(6.0 * share * SQUEEZE_RAD / 0.186, rel=1e-3)


def test_what_is_not_stable_is_not_eased(monkeypatch: pytest.MonkeyPatch, hand: HandModel) -> None:
    assert np.allclose(made(monkeypatch, hand, (0.0,), share=0.0).hold, SQUEEZE_RAD)


def test_a_squeeze_asks_for_no_more_than_the_current_limit_gives(hand: HandModel) -> None:
    """0.06 rad at 6 Nm/rad are 0.36 Nm, of which the motors give 0.284; a lost object says nothing."""
    q, squeeze = np.zeros((3, M)), np.full((3, M), 0.05)
    pressed = np.array([np.full(M, 0.06), np.full(M, 0.02), np.full(M, np.nan)])
    lowered = within_effort(hand, q, squeeze, pressed)
    assert lowered[0] == pytest.approx(0.05 * hand.effort / 0.36)
    assert np.array_equal(lowered[1:], squeeze[1:])


def test_the_torque_of_a_hold_is_that_of_its_worst_motor(hand: HandModel) -> None:
    pressed = np.zeros((2, M))
    pressed[1, 14] = 0.031
    assert held_use(hand, pressed) == pytest.approx([0.0, 1.0], abs=1e-9)


def test_the_fingers_ease_while_the_hand_lifts(jar_hand_world: HandWorld) -> None:
    q_pre, q_squeeze, q_hold = np.zeros(M), np.ones(M), np.full(M, 0.7)
    course = _course(jar_hand_world, T_OBJECT, T_GRIP, np.array([0.0, 1.0, 0.0]), (q_pre, q_squeeze, q_hold), COURSE)
    fingers = course[:, jar_hand_world.hand_actuator]
    _, closed, settled, lifted, _ = _steps(COURSE, jar_hand_world.model)
    assert np.allclose(fingers[closed - 1 : settled], 1.0) and np.allclose(fingers[lifted:], 0.7)


def test_of_sure_grasps_the_roomier_comes_first_and_then_the_lighter() -> None:
    cramped, light = replace(grasp(), room_m=0.002, held_use=0.5), replace(grasp(), held_use=0.9)
    assert sorted([cramped, grasp(), light, replace(grasp(0.8), held_use=0.1)], key=lambda g: g.rank)[0] is light
    assert cramped.rank > grasp().rank
