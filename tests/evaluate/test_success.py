"""Table 4 on rollouts whose outcome is known by construction."""

import dataclasses

import numpy as np
import pytest

from skillc.runtime.evaluate.metrics import finish_frame, is_safe, jerk_by_group, jerk_rms
from skillc.runtime.evaluate.success import Task, conditions_from, score
from skillc.runtime.formats.run_log import RunLog
from skillc.runtime.tasks.catalog import task_type

GRASP = {"rise": ">0.05", "final_offset": "<0.07", "max_height_above_target": "<0.01", "released_force": "<0.1"}
POUR = {
    "rise": ">0.05",
    "final_offset": "<0.10",
    "min_height_above_target": ">0.10",
    "tilt": ">1.5708",
    "holding_force": ">1",
}
PUSH = {"final_offset": "<0.10", "orientation_error": "<1.0472"}


LIFT = {"rise": ">0.05", "final_offset": "<0.10", "holding_force": ">1.0"}
IDENTITY = np.eye(4)


def task(kind: str, demo: np.ndarray = IDENTITY, height: float = 0.08) -> Task:
    written = {"grasp": GRASP, "pour": POUR, "push": PUSH, "lift": LIFT}[kind]
    success = {name: {"operator": text[0], "value": float(text[1:])} for name, text in written.items()}
    return Task(type=task_type(kind), conditions=conditions_from(success), T_demo_final=demo, object_height=height)


def carried(end: tuple[float, float, float], rise: float = 0.1, ticks: int = 300) -> RunLog:
    """An object that rises, moves to `end` over ticks, with no contact at the end; target at (0.2, 0.1)."""
    s = np.linspace(0, 1, ticks)
    T = np.tile(np.eye(4), (ticks, 1, 1))
    T[:, :3, 3] = s[:, None] * np.array(end) + np.array([0, 0, rise]) * np.sin(np.pi * s)[:, None]
    target = np.tile(np.eye(4), (ticks, 1, 1))
    target[:, :2, 3] = [0.2, 0.1]
    zero = np.zeros(ticks)
    return RunLog(
        time_s=np.arange(ticks) / 60,
        q_command=np.outer(s, np.ones(5)),
        q_measured=np.outer(s, np.ones(5)),
        sample=np.arange(ticks),
        phase=np.zeros(ticks, dtype=np.int64),
        state=np.zeros(ticks, dtype=np.int64),
        torque_mean=np.zeros((ticks, 5)),
        torque_peak=np.zeros((ticks, 5)),
        T_table_manip=T,
        T_table_target=target,
        manip_lowest_z=T[:, 2, 3].copy(),
        hand_object_force=zero,
        unsafe_force=zero,
        scene_force=zero,
        pressings=("hand-table", "arm-target"),
        pressing=np.zeros((ticks, 2)),
        poured_share=np.full(ticks, np.nan),
        squeeze_force=zero,
        penetration=zero,
        first_contact_tick=10,
        close_tick=5,
        response="pass",
        final_state="done",
        bad_state="",
        joint_groups=("arm", "arm", "arm", "hand", "hand"),
        command_end_tick=ticks - 60,
    )


def test_an_object_lifted_and_put_into_the_target_succeeds_in_both_stages() -> None:
    outcome = score(carried((0.22, 0.12, 0.0)), task("grasp"))
    assert outcome.success and outcome.stages == {"lift": True, "object_pose": True, "hand": True}
    assert outcome.values["final_offset"] == pytest.approx(np.hypot(0.02, 0.02))


@pytest.mark.parametrize(
    ("log", "failing"),
    [
        (carried((0.22, 0.12, 0.0), rise=0.03), "rise"),
        (carried((0.30, 0.12, 0.0)), "final_offset"),
        (carried((0.22, 0.12, 0.1)), "max_height_above_target"),
        (dataclasses.replace(carried((0.22, 0.12, 0.0)), hand_object_force=np.full(300, 0.2)), "released_force"),
    ],
)
def test_each_condition_of_table_4_fails_alone(log: RunLog, failing: str) -> None:
    outcome = score(log, task("grasp"))
    assert not outcome.success
    assert outcome.failed == (failing,)


def test_pouring_needs_tilt_height_and_a_holding_hand() -> None:
    log = carried((0.2, 0.1, 0.15))
    log.T_table_manip[-1, :3, :3] = np.diag([1.0, -1.0, -1.0])
    demo = log.T_table_manip[-1].copy()
    assert not score(log, task("pour", demo, 0.1)).success, "no force: the hand does not hold"
    held = dataclasses.replace(log, hand_object_force=np.full(300, 5.0))
    assert score(held, task("pour", demo, 0.1)).success
    upright = dataclasses.replace(held, T_table_manip=carried((0.2, 0.1, 0.15)).T_table_manip)
    assert score(upright, task("pour", demo, 0.1)).failed == ("tilt",)


def test_lifting_needs_a_holding_hand_at_the_demonstrated_place() -> None:
    log = carried((0.3, -0.1, 0.15))
    held = dataclasses.replace(log, hand_object_force=np.full(300, 5.0))
    demo = log.T_table_manip[-1].copy()
    assert score(held, task("lift", demo)).success
    assert score(log, task("lift", demo)).failed == ("holding_force",)
    demo[0, 3] += 0.12
    assert score(held, task("lift", demo)).failed == ("final_offset",)


def test_pushing_compares_with_the_demonstrated_pose_not_with_a_target() -> None:
    demo = np.eye(4)
    demo[:3, 3] = [0.3, 0.0, 0.0]
    assert score(carried((0.25, 0.0, 0.0)), task("push", demo)).success
    assert not score(carried((0.15, 0.0, 0.0)), task("push", demo)).success


def test_pushing_the_object_before_closing_and_bad_simulator_states_are_never_a_success() -> None:
    good = carried((0.22, 0.12, 0.0))
    early = dataclasses.replace(good, first_contact_tick=1, close_tick=100)
    assert "before closing" in score(early, task("grasp")).invalid
    pushed = score(early, task("push", early.T_table_manip[-1].copy()))
    assert pushed.success, "what is slid may be moved before the hand was meant to touch it"
    reset = dataclasses.replace(good, bad_state="BADQPOS at tick 7")
    assert not score(reset, task("grasp")).success


def test_jerk_of_a_cubic_is_its_constant_third_derivative() -> None:
    t = np.arange(0, 1, 1 / 60)
    assert jerk_rms((2.0 * t**3)[:, None], 1 / 60) == pytest.approx(12.0, rel=1e-6)
    assert jerk_rms((5.0 * t**2 + t)[:, None], 1 / 60) == pytest.approx(0.0, abs=1e-6)


def test_jerk_is_taken_from_first_motion_to_the_finish_frame() -> None:
    log = carried((0.2, 0.1, 0.0))
    q = np.zeros((300, 5))
    q[100:, :] = (np.arange(200) / 60)[:, None] ** 3
    jerk = jerk_by_group(dataclasses.replace(log, q_command=q), 0.005)
    assert jerk["arm"] == pytest.approx(6.0, rel=0.1) and jerk["hand"] == pytest.approx(jerk["arm"])


def test_jerk_is_told_for_every_group_wherever_its_joints_stand() -> None:
    log = carried((0.2, 0.1, 0.0))
    q = np.zeros((300, 5))
    q[:, [0, 3]] = (np.arange(300) / 60)[:, None] ** 3
    groups = ("left_arm", "torso", "right_arm", "left_arm", "right_arm")
    jerk = jerk_by_group(dataclasses.replace(log, q_command=q, joint_groups=groups), 0.005)
    assert list(jerk) == ["left_arm", "torso", "right_arm"]
    assert jerk["left_arm"] == pytest.approx(6.0, rel=0.01) and jerk["torso"] == jerk["right_arm"] == 0.0


def test_finish_frame_is_the_first_frame_that_stays_within_5_mm() -> None:
    x = np.zeros((100, 3))
    x[:40, 0] = 0.1
    x[60, 0] = 0.006
    assert finish_frame(x, 0.005) == 61
    assert finish_frame(np.zeros((10, 3)), 0.005) == 0


def test_a_single_tick_above_20_n_is_unsafe_and_so_is_nan() -> None:
    log = carried((0, 0, 0))
    force = np.zeros(300)
    assert is_safe(log, 20.0, 15.0)
    assert not is_safe(dataclasses.replace(log, squeeze_force=log.unsafe_force + 15.1), 20.0, 15.0)
    force[7] = 20.1
    assert not is_safe(dataclasses.replace(log, unsafe_force=force), 20.0, 15.0)
    force[7] = np.nan
    assert not is_safe(dataclasses.replace(log, unsafe_force=force), 20.0, 15.0)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"final_state": "stop", "response": "stop"}, "ended in stop"),
        ({"final_state": "failed"}, "ended in failed"),
        ({"response": "stop"}, "stop of the safety filter"),
        ({"q_measured": np.full((300, 5), 0.3), "q_command": np.full((300, 5), 0.3)}, "never moved"),
    ],
)
def test_a_run_that_stopped_or_never_moved_is_no_success_wherever_the_object_is(
    change: dict[str, object], why: str
) -> None:
    good = carried((0.2, 0.1, 0.0))
    assert score(good, task("grasp")).success
    found = score(dataclasses.replace(good, **change), task("grasp"))  # type: ignore[arg-type]
    assert not found.success and why in found.invalid and not any(found.stages.values())


def test_a_run_that_missed_is_no_success_and_its_conditions_tell_why() -> None:
    good = dataclasses.replace(carried((0.2, 0.1, 0.0)), final_state="missed")
    assert not score(good, task("grasp")).success
    away = score(dataclasses.replace(carried((0.9, 0.1, 0.0)), final_state="missed"), task("grasp"))
    assert not away.success and "final_offset" in away.failed and not away.invalid and away.stages["lift"]


def test_a_hold_that_was_resumed_may_still_succeed() -> None:
    assert score(dataclasses.replace(carried((0.2, 0.1, 0.0)), response="hold"), task("grasp")).success
