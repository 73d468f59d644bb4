"""Table 4 by hand, and which of several rehearsed motions is kept."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from skillc.runtime.geometry import se3
from skillc.runtime.motion.rehearsal import selection
from skillc.runtime.motion.rehearsal.rehearsal import Rehearsed
from skillc.runtime.motion.rehearsal.selection import WORST_USE, Goal, TaskBounds, Verdict, choose, judge, select
from skillc.runtime.tasks.catalog import task_type

BOUNDS = TaskBounds(
    rise_m=0.05, grasp_offset_m=0.07, grasp_height_m=0.01, released_n=0.1, pour_offset_m=0.1, pour_height_m=0.1,
    pour_tilt_rad=np.pi / 2, holding_n=1.0, push_offset_m=0.1, push_rotation_rad=np.pi / 3, share=0.5,
    untouched_m=0.005, target_moved_m=0.03, press_share=0.8, table_depth_m=0.0005,
)  # fmt: skip


SETTINGS = {
    "manipulated": "apple", "bounds": BOUNDS, "hold_s": 1.0, "threads": 1,
}  # fmt: skip
"""Of a selection but for its goal."""


def at(x: float, y: float, z: float, turn: tuple[float, float, float] = (0, 0, 0)) -> np.ndarray:
    return se3.from_parts(Rotation.from_rotvec(turn).as_matrix(), np.array([x, y, z]))


GRASP = Goal(
    task=task_type("grasp"),
    T_table_end=at(0.3, 0.1, 0.02),
    T_table_target=at(0.3, 0.1, 0.0),
    object_height_m=0.08,
    press_n=10.0,
)
POUR = Goal(
    task=task_type("pour"),
    T_table_end=at(0.3, 0.1, 0.25, (0, 1.9, 0)),
    T_table_target=at(0.3, 0.1, 0.0),
    object_height_m=0.13,
    press_n=10.0,
)
PUSH = Goal(
    task=task_type("push"), T_table_end=at(0.5, 0.1, 0.0), T_table_target=None, object_height_m=0.1, press_n=10.0
)
PLACED = Rehearsed(
    T_table_manip=at(0.3, 0.1, 0.01), lowest_m=0.01, lift_m=0.15, planned_lift_m=0.15, moved_early_m=0.0,
    hand_force=0.0, table_depth_m=0.0, scene_moved_m=0.0, grip_depth_m=0.001, held_use=0.7, valid=True,
    press_n=3.0,
)  # fmt: skip
POURED = replace(PLACED, T_table_manip=POUR.T_table_end, lowest_m=0.2, hand_force=3.0)
PUSHED = replace(PLACED, T_table_manip=PUSH.T_table_end, lift_m=0.0, hand_force=2.0)


LIFT = replace(POUR, task=task_type("lift"), T_table_target=None)
LIFTED = replace(POURED, T_table_manip=at(0.3, 0.1, 0.25), lowest_m=0.05)


def test_a_lifted_object_must_be_held_where_it_was_shown_and_need_not_be_tilted_or_high() -> None:
    assert judge(LIFTED, LIFT, BOUNDS).good(1.0) and not judge(LIFTED, POUR, BOUNDS).good(1.0)
    assert not judge(replace(LIFTED, hand_force=0.5), LIFT, BOUNDS).good(1.0)
    assert not judge(replace(LIFTED, lift_m=0.04), LIFT, BOUNDS).good(1.0)
    assert not judge(replace(LIFTED, T_table_manip=at(0.42, 0.1, 0.25)), LIFT, BOUNDS).good(1.0)


def test_a_push_that_presses_harder_than_the_object_bears_with_room_to_spare_is_not_safe() -> None:
    assert judge(replace(PUSHED, press_n=7.9), PUSH, BOUNDS).safe
    assert not judge(replace(PUSHED, press_n=8.1), PUSH, BOUNDS).safe
    assert judge(replace(PLACED, press_n=8.1), GRASP, BOUNDS).safe, "a grasp's squeeze is bounded where it is searched"


def test_a_rise_is_held_against_the_planned_one_not_against_twice_what_is_asked_for() -> None:
    planned = replace(LIFTED, planned_lift_m=0.09)
    assert judge(replace(planned, lift_m=0.09), LIFT, BOUNDS).good(0.5), "a low lift that goes as planned is sure"
    assert judge(replace(planned, lift_m=0.06), LIFT, BOUNDS).use == pytest.approx(0.75)
    assert not judge(replace(planned, lift_m=0.049), LIFT, BOUNDS).good(1.0)
    low = replace(planned, planned_lift_m=0.04, lift_m=0.04)
    assert not judge(low, LIFT, BOUNDS).good(1.0), "as planned, and planned too low"


def test_a_placed_object_uses_the_larger_share_of_its_bounds() -> None:
    assert judge(PLACED, GRASP, BOUNDS).use == 0.0
    assert judge(replace(PLACED, lift_m=0.13), GRASP, BOUNDS).use == pytest.approx(0.2)
    beside = replace(PLACED, T_table_manip=at(0.3, 0.135, 0.01))
    assert judge(beside, GRASP, BOUNDS).use == pytest.approx(0.5)
    assert judge(beside, GRASP, BOUNDS).good(0.5 + 1e-9)
    assert not judge(beside, GRASP, BOUNDS).good(0.49)


@pytest.mark.parametrize(
    "wrong",
    [
        {"T_table_manip": at(0.38, 0.1, 0.01)},
        {"lift_m": 0.04},
        {"hand_force": 0.5},
        {"lowest_m": 0.1},
    ],
    ids=["beside the target", "hardly lifted", "still held", "left hanging in the air"],
)
def test_what_table_4_refuses_for_a_grasp_is_no_success(wrong: dict[str, object]) -> None:
    assert not judge(replace(PLACED, **wrong), GRASP, BOUNDS).good(1.0)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wrong",
    [
        {"moved_early_m": 0.006},
        {"table_depth_m": 0.001},
        {"scene_moved_m": 0.04},
        {"valid": False},
    ],
    ids=["touched before closing", "pressed on the table", "target knocked away", "simulator blew up"],
)
@pytest.mark.parametrize(("goal", "fine"), [(GRASP, PLACED), (POUR, POURED), (PUSH, PUSHED)])
def test_early_contact_and_collisions_count_as_failure_in_every_task(
    goal: Goal, fine: Rehearsed, wrong: dict[str, object]
) -> None:
    assert judge(fine, goal, BOUNDS).good(1.0)
    assert not judge(replace(fine, **wrong), goal, BOUNDS).good(1.0)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wrong",
    [
        {"lowest_m": 0.09},
        {"T_table_manip": at(0.3, 0.1, 0.25)},
        {"T_table_manip": at(0.42, 0.1, 0.25, (0, 1.9, 0))},
        {"hand_force": 0.5},
    ],
    ids=["too low", "upright", "beside", "dropped"],
)
def test_what_table_4_refuses_for_a_pour_is_no_success(wrong: dict[str, object]) -> None:
    assert not judge(replace(POURED, **wrong), POUR, BOUNDS).good(1.0)  # type: ignore[arg-type]


def test_a_push_is_judged_by_place_and_turn() -> None:
    turned = replace(PUSHED, T_table_manip=at(0.53, 0.14, 0.0, (0, 0, np.pi / 6)))
    assert judge(turned, PUSH, BOUNDS).use == pytest.approx(0.5)
    toppled = replace(PUSHED, T_table_manip=at(0.5, 0.1, 0.0, (np.pi / 2, 0, 0)))
    assert not judge(toppled, PUSH, BOUNDS).good(1.0)


@pytest.mark.parametrize(("goal", "result"), [(GRASP, PLACED), (POUR, POURED), (PUSH, PUSHED)])
def test_turning_the_whole_scene_about_the_vertical_changes_no_verdict(goal: Goal, result: Rehearsed) -> None:
    shifted = replace(result, T_table_manip=at(0.02, -0.01, 0.0) @ result.T_table_manip)
    turn = at(0.4, -0.2, 0.0, (0, 0, 1.1))
    target = None if goal.T_table_target is None else turn @ goal.T_table_target
    there = replace(goal, T_table_end=turn @ goal.T_table_end, T_table_target=target)
    moved = replace(shifted, T_table_manip=turn @ shifted.T_table_manip)
    assert judge(moved, there, BOUNDS).use == pytest.approx(judge(shifted, goal, BOUNDS).use, abs=1e-7)


def test_a_nan_state_is_judged_invalid_with_a_finite_use() -> None:
    nan = replace(PLACED, T_table_manip=np.full((4, 4), np.nan), lift_m=float("nan"), valid=False)
    for goal in (GRASP, POUR, PUSH):
        assert judge(nan, goal, BOUNDS) == Verdict(use=WORST_USE, safe=False, held_use=WORST_USE)


def test_the_surest_motion_is_kept_then_the_nearest_to_the_demonstration() -> None:
    good, tight, bad = (Verdict(use=use, safe=True, held_use=0.7) for use in (0.2, 0.8, 2.0))
    assert choose([[good, bad], [good, good]], [0.0, 0.5], BOUNDS) == (1, 1.0)
    assert choose([[good, good], [good, good]], [0.3, 0.1], BOUNDS) == (1, 1.0)
    assert choose([[tight, tight], [good, good]], [0.0, 0.1], BOUNDS) == (1, 1.0), "room in the bounds is surer"


def test_if_no_motion_succeeds_the_one_that_comes_nearest_is_kept() -> None:
    near, far = Verdict(use=1.2, safe=True, held_use=0.7), Verdict(use=2.5, safe=True, held_use=0.7)
    unsafe = Verdict(use=0.1, safe=False, held_use=0.7)
    broken = judge(replace(PLACED, valid=False), GRASP, BOUNDS)
    assert choose([[broken], [far], [unsafe], [near]], [0.0, 0.0, 0.0, 1.0], BOUNDS) == (3, 0.0)


def test_of_equally_sure_motions_one_that_its_motors_hold_without_end_is_kept() -> None:
    cool, hot = Verdict(use=0.2, safe=True, held_use=0.95), Verdict(use=0.2, safe=True, held_use=1.2)
    failed = Verdict(use=2.0, safe=True, held_use=0.5)
    assert choose([[hot, hot], [cool, cool]], [0.0, 0.1], BOUNDS) == (1, 1.0)
    assert choose([[hot, hot], [cool, failed]], [0.0, 0.1], BOUNDS) == (0, 1.0), "a sure one that grows hot is surer"
    hotter = replace(hot, held_use=1.4)
    assert choose([[hotter, hotter], [hot, hot]], [0.0, 0.1], BOUNDS) == (1, 1.0)
    assert judge(replace(PLACED, held_use=1.3), GRASP, BOUNDS).held_use == 1.3


def test_a_motion_too_hot_for_its_motors_does_not_end_the_rehearsals(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[float] = []

    def rehearsed(references: list[float], worlds: list[None], **_: object) -> list[list[Rehearsed]]:
        seen.extend(references)
        return [[replace(PLACED, held_use=references[0])] * len(worlds)]

    monkeypatch.setattr(selection, "rehearse", rehearsed)
    motions = [SimpleNamespace(reference=held) for held in (1.2, 0.9, 0.1)]
    found = select(motions, 0.02, [None, None], goal=GRASP, **SETTINGS)  # type: ignore[arg-type, list-item]
    assert found is not None and found.motion is motions[1] and seen == [1.2, 0.9]
    assert found.sustained_use == pytest.approx(0.9)


def test_without_worlds_nothing_is_rehearsed_and_the_first_motion_is_kept() -> None:
    first, second = object(), object()
    found = select([first, second], 0.1, [], goal=GRASP, **SETTINGS)  # type: ignore[list-item, arg-type]
    assert found is not None and found.motion is first
    assert (found.chosen, found.success_share, found.verdicts) == (0, 0.0, ())
    assert select([], 0.1, [], goal=GRASP, **SETTINGS) is None  # type: ignore[arg-type]
