"""The safety filter passes good commands unchanged and never lets a bad one through."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillc.runtime.formats.contract import Contract, JointContract, SafetyLimits
from skillc.runtime.safety.filter import Feedback, SafetyFilter
from skillc.runtime.safety.motion_limits import MotionLimits, MotionState, brake_step, limit_step

N, DT = 4, 1 / 60


def contract() -> Contract:
    joints = tuple(
        JointContract(
            name=f"j{i}",
            group="arm" if i < 2 else "hand",
            lower=-2,
            upper=2,
            speed=1,
            acceleration=5,
            jerk=100,
            effort=10,
            kp=1,
            kv=1,
            home=0,
        )
        for i in range(N)
    )
    safety = SafetyLimits(
        contact_force_n=20,
        limit_margin_rad=0.1,
        tracking_error_rad=np.deg2rad(2.5),
        tracking_error_s=0.1,
        start_error_rad=0.05,
        feedback_age_ticks=2,
        feedback_stop_s=0.1,
        frame_age_periods=2,
        policy_stop_s=0.5,
        clamp_share=0.05,
        object_jump_m=0.05,
        overruns_per_s=3,
    )
    return Contract(
        skill="test",
        robot="four_joints",
        joints=joints,
        hand_groups=("hand",),
        base="fixed",
        control_rate_hz=60,
        policy_rate_hz=12,
        timestep_s=1 / 240,
        observation=(),
        action=(),
        T_table_robot=np.eye(4),
        placement="given",
        T_camera_table=np.eye(4),
        camera_matrix=np.eye(3),
        image_size=(640, 480),
        manipulated="cube",
        target=None,
        objects=("cube",),
        safety=safety,
    )


def limits() -> MotionLimits:
    return MotionLimits.from_contract(contract())


def make(q: np.ndarray | None = None) -> SafetyFilter:
    return SafetyFilter(contract(), np.zeros(N) if q is None else q)


def feedback(q: np.ndarray, age: float = 0.0, force: float = 0.0) -> Feedback:
    return Feedback(qpos=q, age_s=age, contact_force_n=force)


def test_a_trajectory_inside_all_limits_passes_unchanged() -> None:
    filter_ = make()
    t = np.arange(0, 3, DT)
    path = 0.4 * (1 - np.cos(t))[:, None] * np.ones(N)
    for tick, q in enumerate(path):
        out = filter_.step(q, 0.0, feedback(q), tick)
        assert out.response == "pass" and not out.trips
        np.testing.assert_allclose(out.q, q, atol=1e-12)
    assert filter_.limited_ticks == 0


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**31))
def test_whatever_comes_in_what_leaves_respects_every_limit(seed: int) -> None:
    rng = np.random.default_rng(seed)
    state, bound = MotionState.at_rest(rng.uniform(-2, 2, N)), limits()
    for _ in range(100):
        new, _ = limit_step(rng.normal(0, 10.0 ** rng.uniform(-3, 3), N), state, bound, DT)
        assert np.all(np.abs(new.v) <= bound.speed * 1.001 + 5 * bound.acceleration * DT)
        assert np.all(new.q >= bound.lower) and np.all(new.q <= bound.upper)
        assert np.isfinite(new.q).all()
        state = new


def test_a_huge_action_keeps_its_direction_and_soon_stops_the_run() -> None:
    filter_ = make()
    aim = np.array([1e6, 0.5e6, 0.0, 0.0])
    first = filter_.step(aim, 0.0, feedback(np.zeros(N)), 0)
    assert first.limited and first.response == "pass"
    assert first.q[2] == 0 and first.q[0] > 0
    responses = [filter_.step(aim, 0.0, feedback(filter_._state.q), k).response for k in range(1, 10)]
    assert "stop" in responses


def test_non_finite_actions_hold_and_three_in_a_row_stop() -> None:
    filter_ = make()
    bad = np.array([0.0, np.nan, 0.0, 0.0])
    seen = [filter_.step(bad, 0.0, feedback(np.zeros(N)), k) for k in range(3)]
    assert [s.response for s in seen] == ["hold", "hold", "stop"]
    assert all(np.isfinite(s.q).all() for s in seen)
    assert seen[0].trips[0].code == "R1"
    assert filter_.step(np.zeros(N), 0.0, feedback(np.zeros(N)), 4).response == "stop", "nothing resumes from stop"


@pytest.mark.parametrize("bad", [np.zeros(N + 1), np.zeros((N, 1)), np.zeros(N, dtype=np.int64)])
def test_wrong_shape_or_type_stops_and_names_both(bad: np.ndarray) -> None:
    out = make().step(bad, 0.0, feedback(np.zeros(N)), 0)
    assert out.response == "stop" and out.trips[0].code == "R2" and "expected 4" in out.trips[0].message


@pytest.mark.parametrize(("age", "response"), [(1 * DT, "pass"), (2.5 * DT, "hold"), (0.2, "stop"), (np.nan, "stop")])
def test_stale_feedback_holds_then_stops(age: float, response: str) -> None:
    assert make().step(np.zeros(N), 0.0, feedback(np.zeros(N), age=age), 0).response == response


@pytest.mark.parametrize(("age", "response"), [(1 * DT, "pass"), (3 * DT, "hold"), (7 * DT, "stop")])
def test_dropped_commands_hold_then_stop(age: float, response: str) -> None:
    assert make().step(None, age, feedback(np.zeros(N)), 0).response == response


def test_contact_force_over_the_limit_holds_at_once_and_stops_within_two_ticks() -> None:
    filter_ = make()
    assert filter_.step(np.zeros(N), 0.0, feedback(np.zeros(N), force=21), 0).response == "hold"
    assert filter_.step(np.zeros(N), 0.0, feedback(np.zeros(N), force=21), 1).response == "stop"


def test_tracking_error_counts_only_when_it_lasts() -> None:
    filter_ = make()
    off = np.array([0.05, 0, 0, 0])
    responses = [filter_.step(np.zeros(N), 0.0, feedback(off), k).response for k in range(14)]
    assert responses[:5] == ["pass"] * 5 and responses[5] == "hold" and responses[-1] == "stop"
    hand_off = np.array([0, 0, 0.5, 0.5])
    assert make().step(np.zeros(N), 0.0, feedback(hand_off), 0).response == "pass", (
        "the hand may be pushed off its target"
    )


def test_every_group_that_is_no_hand_is_tracked_wherever_its_joints_stand() -> None:
    groups = ("left_hand", "torso", "right_hand", "right_arm")
    whole = contract()
    joints = tuple(replace(j, group=g) for j, g in zip(whole.joints, groups, strict=True))
    both = replace(whole, joints=joints, hand_groups=("left_hand", "right_hand"))
    for joint, responses in enumerate(({"pass"}, {"pass", "hold", "stop"}, {"pass"}, {"pass", "hold", "stop"})):
        filter_, off = SafetyFilter(both, np.zeros(N)), 0.5 * np.eye(N)[joint]
        assert {filter_.step(np.zeros(N), 0.0, feedback(off), k).response for k in range(14)} == responses


def test_braking_comes_to_rest_within_the_acceleration_limit() -> None:
    state = MotionState(q=np.zeros(N), v=np.array([1.0, -0.5, 0, 0.2]), a=np.zeros(N))
    bound = limits()
    for _ in range(20):
        new = brake_step(state, bound, DT)
        assert np.all(np.abs(new.v - state.v) <= bound.acceleration * DT * 1.001)
        state = new
    assert np.all(state.v == 0)
