"""The safety filter passes good commands unchanged and never lets a bad one through."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillc.runtime.formats.motion_limits import LimitsRefused
from skillc.runtime.safety.filter import Feedback, SafeCommand, SafetyFilter
from tests.safety.four_joints import DT, N, contract


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
        np.testing.assert_array_equal(out.q, q)
    assert filter_.limited_ticks == 0


def test_a_huge_action_keeps_its_direction_and_soon_stops_the_run() -> None:
    filter_ = make()
    aim = np.array([1.9, 0.95, 0.0, 0.0])
    first = filter_.step(aim, 0.0, feedback(np.zeros(N)), 0)
    assert first.limited and first.response == "pass"
    assert first.q[0] > 0 and first.q[1] == pytest.approx(first.q[0] / 2) and first.q[2] == 0
    last, seen = first.q, []
    for k in range(1, 10):
        seen.append(filter_.step(aim, 0.0, feedback(last), k))
        last = seen[-1].q
    assert seen[0].response == "pass" and seen[-1].response == "stop"
    assert {t.code for s in seen for t in s.trips} == {"R3"}


def test_being_slowed_by_speed_acceleration_jerk_or_a_limit_ahead_is_no_clamping() -> None:
    filter_, last = make(), np.zeros(N)
    for tick in range(300):  # half as fast again as joint 0 may move, into its limit
        asked = np.clip(last + np.array([1.5, 0, 0, 0]) * DT, -2, 2)
        out = filter_.step(asked, 0.0, feedback(last), tick)
        assert out.response == "pass" and not out.trips
        last = out.q
    assert last[0] == pytest.approx(2.0, abs=1e-6) and filter_.limited_ticks > 100


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
    responses, last = [], np.zeros(N)
    for tick in range(14):
        out = filter_.step(np.zeros(N), 0.0, feedback(last + off), tick)
        responses, last = [*responses, out.response], out.q
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
    for joint, wanted in enumerate(({"pass"}, {"pass", "hold", "stop"}, {"pass"}, {"pass", "hold", "stop"})):
        filter_, last, seen = SafetyFilter(both, np.zeros(N)), np.zeros(N), set()
        for tick in range(14):
            out = filter_.step(np.zeros(N), 0.0, feedback(last + 0.5 * np.eye(N)[joint]), tick)
            last, seen = out.q, seen | {out.response}
        assert seen == wanted


@pytest.mark.parametrize("age", [-1.0, -1e-9])
def test_a_negative_age_is_no_age(age: float) -> None:
    assert make().step(np.zeros(N), 0.0, feedback(np.zeros(N), age=age), 0).response == "stop"
    assert make().step(np.zeros(N), age, feedback(np.zeros(N)), 0).response == "stop"


@pytest.mark.parametrize("joint", [0, 3])
def test_readings_that_are_not_finite_hold_after_two(joint: int) -> None:
    filter_, broken = make(), np.zeros(N)
    broken[joint] = np.nan
    outs = [filter_.step(np.zeros(N), 0.0, feedback(broken), k) for k in range(4)]
    assert [o.response for o in outs] == ["pass", "pass", "hold", "hold"]
    assert outs[2].trips[0].code == ("R16" if joint == 0 else "R26")
    assert filter_.step(np.zeros(N), 0.0, feedback(np.zeros(N)), 9).response == "pass", "one good reading is enough"


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**31))
def test_a_target_that_moves_on_while_commands_are_missing_is_caught_up_with_and_never_overshot(seed: int) -> None:
    rng = np.random.default_rng(seed)
    speed, at, gap = rng.uniform(-0.9, 0.9, N), int(rng.integers(5, 60)), int(rng.integers(1, 7))
    filter_, target, last, way = make(), np.zeros(N), np.zeros(N), np.sign(speed)
    for tick in range(200):
        target = target + speed * min(1.0, tick / 25, max(0.0, (180 - tick) / 25)) * DT * 0.6
        missing = at <= tick < at + gap
        out = filter_.step(None if missing else target, 0.0, feedback(last), tick)
        assert np.all(way * (out.q - target) <= 1e-9), tick
        last = out.q
    np.testing.assert_array_equal(last, target)


MALFORMED = {
    "nothing": None, "text": "text", "ragged": [0.0, [1.0, 2.0]], "short": np.zeros(N - 1), "square": np.zeros((N, N)),
    "empty places": [None] * N, "an object": object(), "letters": np.array("x"),
}  # fmt: skip


@pytest.mark.parametrize("what", list(MALFORMED.values())[1:], ids=list(MALFORMED)[1:])
def test_a_malformed_command_stops_and_never_raises(what: object) -> None:
    out = make().step(what, 0.0, feedback(np.zeros(N)), 0)  # type: ignore[arg-type]
    assert out.response == "stop" and out.trips[0].code == "R2" and np.isfinite(out.q).all()


@pytest.mark.parametrize("what", MALFORMED.values(), ids=MALFORMED)
def test_malformed_feedback_holds_and_never_raises(what: object) -> None:
    filter_ = make()
    broken = Feedback(qpos=what, age_s=what, contact_force_n=what)  # type: ignore[arg-type]
    out = filter_.step(np.zeros(N), 0.0, broken, 0)
    assert out.response == "stop" and np.isfinite(out.q).all()
    partly = Feedback(qpos=what, age_s=0.0, contact_force_n=0.0)  # type: ignore[arg-type]
    outs = [make_and_step(partly, 4)[k] for k in range(4)]
    assert outs[-1].response == "hold" and all(np.isfinite(o.q).all() for o in outs)


def make_and_step(reading: Feedback, ticks: int) -> list[SafeCommand]:
    filter_ = make()
    return [filter_.step(np.zeros(N), 0.0, reading, k) for k in range(ticks)]


@pytest.mark.parametrize("force", [np.nan, -1.0, np.inf])
def test_a_force_that_is_no_force_counts_as_too_large(force: float) -> None:
    assert make().step(np.zeros(N), 0.0, feedback(np.zeros(N), force=force), 0).response == "hold"


@pytest.mark.parametrize("start", [np.full(N, np.nan), np.zeros(N - 1), None, [np.inf, 0, 0, 0]])
def test_a_start_that_is_no_pose_is_refused(start: object) -> None:
    with pytest.raises(LimitsRefused):
        SafetyFilter(contract(), start)  # type: ignore[arg-type]


@pytest.mark.parametrize("field", ["lower", "upper", "speed", "acceleration", "jerk"])
@pytest.mark.parametrize("value", [None, float("nan"), float("inf"), "1"])
def test_a_limit_that_is_no_number_is_refused_and_named(field: str, value: object) -> None:
    sound = contract()
    joints = (*sound.joints[:2], replace(sound.joints[2], **{field: value}), sound.joints[3])
    with pytest.raises(LimitsRefused, match=f"j2: {field}"):
        SafetyFilter(replace(sound, joints=joints), np.zeros(N))


@pytest.mark.parametrize(("field", "value"), [("speed", 0), ("acceleration", -1), ("jerk", 0), ("lower", 2)])
def test_a_limit_that_nothing_can_keep_is_refused(field: str, value: float) -> None:
    sound = contract()
    with pytest.raises(LimitsRefused, match="j0"):
        SafetyFilter(
            replace(sound, joints=(replace(sound.joints[0], **{field: value}), *sound.joints[1:])), np.zeros(N)
        )


@pytest.mark.parametrize(
    "name", ["contact_force_n", "tracking_error_rad", "tracking_error_s", "feedback_age_ticks",
             "feedback_stop_s", "clamp_share"],
)  # fmt: skip
@pytest.mark.parametrize("value", [None, float("nan"), float("inf"), 0.0, -1.0])
def test_a_threshold_that_switches_a_check_off_is_refused(name: str, value: object) -> None:
    sound = contract()
    with pytest.raises(LimitsRefused, match=name):
        SafetyFilter(replace(sound, safety=replace(sound.safety, **{name: value})), np.zeros(N))


def moving(filter_: SafetyFilter, ticks: int) -> np.ndarray:
    """Bring joints 0 and 2 to half their speed; returns the last command."""
    last = np.zeros(N)
    for tick in range(ticks):
        rate = min(1.0, tick / 20)
        last = filter_.step(last + np.array([0.5, 0, 0.5, 0]) * rate * DT, 0.0, feedback(last), tick).q
    return last


def test_a_hold_comes_to_rest_then_keeps_the_measured_pose_of_the_arm_and_the_grip_of_the_hand() -> None:
    filter_ = make()
    last = moving(filter_, 40)
    squeezed = np.array([0.0, 0.0, -0.4, 0.0])  # the object keeps the finger from its target
    sagging = np.array([-0.02, 0.0, 0.0, 0.0])  # and the arm sags below its command
    outs = [last]
    for tick in range(120):
        outs.append(filter_.step(None, 0.0, feedback(outs[-1] + squeezed + (sagging if tick == 60 else 0)), tick).q)
        seen = outs[-2] + squeezed
    rest = outs[-1]
    assert np.all(np.abs(np.diff(outs[-20:], axis=0)) == 0), "at rest"
    assert rest[0] > last[0] and rest[0] - last[0] < 0.1, "it brakes ahead, it does not jump back"
    assert rest[2] > seen[2] + 0.3, "the finger goes on pressing"


def test_a_hold_takes_over_the_measured_pose_once_at_rest() -> None:
    filter_ = make()
    off = np.array([0.03, 0.0, 0.0, 0.0])
    for tick in range(60):
        out = filter_.step(None, 0.0, feedback(off), tick)
    np.testing.assert_allclose(out.q, off, atol=1e-9)


@pytest.mark.parametrize("absurd", [1e9, 1.5, -0.7])
@pytest.mark.parametrize("force", [0.0, 30.0])
def test_a_single_absurd_reading_moves_no_arm_that_holds(absurd: float, force: float) -> None:
    for at in range(40, 90):
        filter_ = make()
        last = moving(filter_, 40)
        for tick in range(40, 120):
            seen = last + (np.array([0.0, absurd, 0.0, 0.0]) if tick == at else 0.0)
            last = filter_.step(None, 0.0, feedback(seen, force=force), tick).q
        assert abs(last[1]) < 1e-9, at


def test_pressing_too_hard_makes_the_arm_yield_to_where_it_is() -> None:
    filter_ = make()
    last = moving(filter_, 40)
    pushed = last + np.array([-0.04, 0.0, -0.4, 0.0])
    for tick in range(120):  # an obstacle keeps the arm back and presses as long as the command is ahead of it
        out = filter_.step(last, 0.0, feedback(pushed, force=30.0), tick)
    assert out.response == "stop" and out.q[0] == pytest.approx(pushed[0], abs=1e-6)
    assert out.q[2] > pushed[2] + 0.3, "the grip is kept"
    farther = pushed - np.array([0.03, 0.0, 0.0, 0.0])
    for tick in range(120, 240):  # the obstacle moves on
        out = filter_.step(last, 0.0, feedback(farther, force=30.0), tick)
    assert out.q[0] == pytest.approx(farther[0], abs=1e-6)
    for tick in range(240, 360):  # and goes away: what no longer presses moves the arm no longer
        out = filter_.step(last, 0.0, feedback(pushed), tick)
    assert out.q[0] == pytest.approx(farther[0], abs=1e-6)


def test_nothing_but_standing_still_follows_a_stop() -> None:
    filter_ = make()
    last = moving(filter_, 40)
    filter_.step(np.zeros((2, 2)), 0.0, feedback(last), 0)
    outs = [filter_.step(np.full(N, 1.0), 0.0, feedback(last), k) for k in range(200)]
    assert all(o.response == "stop" for o in outs) and filter_.stopped
    assert np.all(outs[-1].q == outs[-2].q) and outs[-1].q[0] < 0.5


def test_from_outside_a_limit_only_inward_motion_is_left_and_it_is_slow() -> None:
    start = np.array([2.05, 0, 0, 0])
    out = SafetyFilter(contract(), start).step(np.array([2.05, 0, 0, 0]), 0.0, feedback(start), 0)
    assert out.response == "pass" and out.q[0] <= 2.05
    filter_, last, sent = SafetyFilter(contract(), start), start, [start] * 4
    for tick in range(120):
        last = filter_.step(np.array([1.99, 0, 0, 0]), 0.0, feedback(last), tick).q
        sent.append(last)
    assert last[0] == pytest.approx(1.99, abs=1e-6)
    v, a, j = (np.diff(sent, n=k, axis=0) / DT**k for k in (1, 2, 3))
    assert np.all(v[np.array(sent)[1:, 0] > 2] <= 0), "inward only"
    assert np.max(np.abs(v)) <= 1 and np.max(np.abs(a)) <= 5.001 and np.max(np.abs(j)) <= 100.01


def test_a_joint_that_is_pushed_farther_outside_its_range_stops_the_run() -> None:
    filter_ = SafetyFilter(contract(), np.array([2.02, 0, 0, 0]))
    outs = []
    for tick in range(30):
        outs.append(
            filter_.step(np.array([2.02, 0, 0, 0]), 0.0, feedback(np.array([2.02 + 1e-3 * tick, 0, 0, 0])), tick)
        )
    assert outs[5].response == "pass" and outs[-1].response == "stop"
    assert "R19" in {t.code for o in outs for t in o.trips}


def test_a_command_outside_the_range_is_a_clamped_one() -> None:
    filter_ = SafetyFilter(contract(), np.array([1.99, 0, 0, 0]))
    outs = [filter_.step(np.array([2.03, 0, 0, 0]), 0.0, feedback(np.array([1.99, 0, 0, 0])), k) for k in range(5)]
    assert outs[0].response == "pass" and outs[-1].response == "stop" and outs[-1].q[0] <= 2.0


@pytest.mark.parametrize("share", [0.25, 0.5, 0.75, 1.0])
def test_not_even_rounding_leaves_a_joints_range(share: float) -> None:
    for way in (1.0, -1.0):
        filter_, last = make(), np.zeros(N)
        for tick in range(int(2 / share / DT) + 60):
            asked = last + np.array([way * share, 0.3 * way * share, 0, 0]) * DT
            last = filter_.step(asked, 0.0, feedback(last), tick).q
            assert np.all(np.abs(last) <= 2.0)
