"""What is held: squeezes inside the motors' current limit, eased once lifted to what the motors hold without end."""

from dataclasses import replace

import mujoco
import numpy as np
import pytest

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.motion.grasp import hold, tested_grasps
from skillc.runtime.motion.grasp.hold import eased, sustained_share
from skillc.runtime.motion.grasp.parameters import HoldParameters
from skillc.runtime.motion.grasp.stability_test import StabilityResult, _course, _steps
from skillc.runtime.motion.grasp.tested_grasps import held_use, within_effort
from skillc.runtime.motion.kinematics.hand_model import HandModel
from skillc.runtime.sim.hand_world import HandWorld
from tests.motion.grasp.test_stability_test import COURSE, T_GRIP, T_OBJECT

M, SQUEEZE_RAD, SETTLED_RAD = 16, 0.06, 0.01
KP, CONTINUOUS = 6.0, 0.186
SURE = 0.8


@pytest.fixture(scope="module")
def hand(robot_model: mujoco.MjModel, profile: RobotProfile) -> HandModel:
    return HandModel.from_model(robot_model, profile)


def grasp(share: float = 1.0) -> tested_grasps.TestedGrasp:
    squeeze = np.full(M, SQUEEZE_RAD)
    return tested_grasps.TestedGrasp(
        T=np.eye(4), q=np.zeros(M), squeeze=squeeze, hold=squeeze, held_use=0.0, opened=np.zeros(M), pre=np.zeros(M),
        approach=np.array([0.0, 0.0, -1.0]), room_m=0.01, fingers=3, share=share, error=0.001, turned=0.0,
    )  # fmt: skip


def made(
    monkeypatch: pytest.MonkeyPatch, hand: HandModel, lost_below: tuple[float, ...], share: float = 1.0
) -> tested_grasps.TestedGrasp:
    """Ease a grasp that lets go in world v when pressed with less than `lost_below[v]` of its squeeze."""

    def shake(worlds: object, *, q_hold: FloatArray, parameters: object, **_: object) -> StabilityResult:
        assert replace(COURSE, shake_m=0.008, wrist_s=2.0) == parameters
        part = (q_hold[:, 0] - SETTLED_RAD) / (SQUEEZE_RAD - SETTLED_RAD)
        accepted = part[:, None] >= np.array(lost_below) - 1e-9
        every = accepted[..., None]
        return StabilityResult(
            accepted=accepted,
            tracking_error_m=np.zeros(accepted.shape),
            torque_nm=np.where(every, KP * (q_hold[:, None] - SETTLED_RAD), np.nan),
            settled_rad=np.where(every, np.full((1, 1, M), SETTLED_RAD), np.nan),
        )

    monkeypatch.setattr(hold, "shake_test", shake)
    parameters = HoldParameters(use=0.8, firmer=(0.0, 0.5), shake_m=0.008, wrist_s=2.0)
    worlds: list[HandWorld] = [None] * len(lost_below)  # type: ignore[list-item]
    return eased(hand, [grasp(share)], worlds, np.eye(4), stability=COURSE, parameters=parameters, threads=1)[0]


LEAST = np.floor(100 * 0.8 * CONTINUOUS / (KP * (SQUEEZE_RAD - SETTLED_RAD))) / 100


@pytest.mark.parametrize(
    ("lost_below", "share"),
    [
        ((0.0, 0.0), LEAST),
        ((0.6, 0.3), 0.5 * (1 + LEAST)),
        ((0.3, 0.6), 0.5 * (1 + LEAST)),
        ((0.95, 0.3), 1.0),
        ((0.3, 2.0), LEAST),
    ],
)
def test_the_motors_hold_what_they_can_without_end_unless_that_lets_go_where_the_squeeze_holds(
    monkeypatch: pytest.MonkeyPatch, hand: HandModel, lost_below: tuple[float, ...], share: float
) -> None:
    """A world in which even the whole squeeze lets go, the last one, asks for nothing."""
    found = made(monkeypatch, hand, lost_below)
    assert np.allclose(found.hold, SETTLED_RAD + share * (SQUEEZE_RAD - SETTLED_RAD))
    assert np.allclose(found.squeeze, SQUEEZE_RAD), "closing and lifting are as hard as before"
    assert found.held_use == pytest.approx(KP * share * (SQUEEZE_RAD - SETTLED_RAD) / CONTINUOUS)


def test_what_is_not_stable_is_not_eased(monkeypatch: pytest.MonkeyPatch, hand: HandModel) -> None:
    assert np.allclose(made(monkeypatch, hand, (0.0,), share=0.0).hold, SQUEEZE_RAD)
    assert np.allclose(made(monkeypatch, hand, (2.0,)).hold, SQUEEZE_RAD), "lost in the unvaried world by the squeeze"


def test_the_weight_of_the_fingers_themselves_is_part_of_what_is_held(hand: HandModel) -> None:
    settled, squeeze = np.zeros(M), np.full(M, 0.05)
    pressing = KP * squeeze
    light = sustained_share(hand, settled, squeeze, pressing, 0.8)
    assert light == pytest.approx(0.8 * CONTINUOUS / 0.3, abs=0.01)
    assert sustained_share(hand, settled, squeeze, pressing + 0.07, 0.8) == pytest.approx(light - 0.07 / 0.3, abs=0.01)
    assert sustained_share(hand, settled, 0.01 * squeeze, 0.01 * pressing, 0.8) == 1.0, "a light one is not eased"
    crushed = sustained_share(hand, settled, squeeze, pressing + 0.2, 0.8)
    assert crushed == 0.0, "fingers that can hardly hold themselves up ease as far as that helps"


def test_a_squeeze_asks_for_no_more_than_the_current_limit_gives(hand: HandModel) -> None:
    """0.36 Nm are asked for, of which the motors give 0.284; a lost object says nothing."""
    q, squeeze = np.zeros((4, M)), np.full((4, M), 0.05)
    torque = np.array([np.full(M, 0.36), np.full(M, -0.36), np.full(M, 0.12), np.full(M, np.nan)])
    lowered = within_effort(hand, q, squeeze, torque)
    assert lowered[0] == pytest.approx(0.05 * hand.effort / 0.36)
    assert np.array_equal(lowered[1], lowered[0]), "whichever way it turns"
    assert np.array_equal(lowered[2:], squeeze[2:])


def test_the_torque_of_a_hold_is_that_of_its_worst_motor(hand: HandModel) -> None:
    torque = np.zeros((2, M))
    torque[1, 14] = -CONTINUOUS
    assert held_use(hand, torque) == pytest.approx([0.0, 1.0], abs=1e-9)


def test_the_fingers_ease_while_the_hand_lifts(jar_hand_world: HandWorld) -> None:
    q_pre, q_squeeze, q_hold = np.zeros(M), np.ones(M), np.full(M, 0.7)
    course = _course(jar_hand_world, T_OBJECT, T_GRIP, np.array([0.0, 1.0, 0.0]), (q_pre, q_squeeze, q_hold), COURSE)
    fingers = course[:, jar_hand_world.hand_actuator]
    _, closed, settled, lifted, _ = _steps(COURSE, jar_hand_world.model)
    assert np.allclose(fingers[closed - 1 : settled], 1.0) and np.allclose(fingers[lifted:], 0.7)


def first(*grasps: tested_grasps.TestedGrasp) -> tested_grasps.TestedGrasp:
    return min(grasps, key=lambda g: g.rank(SURE))


def test_of_good_grasps_the_one_turned_least_comes_first() -> None:
    near, far = replace(grasp(0.8), turned=0.1, held_use=0.95), replace(grasp(), turned=0.6, held_use=0.1)
    assert first(far, near) is near
    alike = replace(far, turned=0.12)
    assert first(near, alike) is alike, "of those turned alike the surer one"
    for lacking in (replace(near, share=0.6), replace(near, room_m=0.001), replace(near, held_use=1.2)):
        assert first(far, lacking) is far, "what is unsure, cramped or too much for its motors is not good"


def test_of_grasps_that_lack_something_the_surest_comes_first_then_the_roomier_and_the_lighter() -> None:
    hot = replace(grasp(), held_use=1.2)
    assert first(replace(hot, share=0.8, turned=0.0), replace(hot, turned=0.6)).turned == 0.6
    assert first(replace(hot, room_m=0.002, held_use=1.1), hot) is hot
    assert first(hot, replace(hot, held_use=1.5)) is hot
