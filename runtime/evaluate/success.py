"""Task success at the end of a rollout (Table 4, D.2.1), with the conditions it was made of."""

import operator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.run_log import RunLog
from skillc.runtime.geometry.se3 import inverse, rotation_angle
from skillc.runtime.tasks.task_type import TaskType

HAND_WINDOW_S = 0.5
"""LANGUAGE: released = summed hand-object force below the bound over the last 0.5 s; holding = above it as long."""
UNTOUCHED_M = 0.005
"""Before closing the object may be touched but not moved farther than D.2.4's settling bound."""

STAGE_OF: Mapping[str, str] = {
    "rise": "lift",
    "final_offset": "object_pose",
    "max_height_above_target": "object_pose",
    "min_height_above_target": "object_pose",
    "orientation_error": "object_pose",
    "tilt": "object_pose",
    "released_force": "hand",
    "holding_force": "hand",
}
"""Condition of Table 4 -> stage of D.2.1."""

_COMPARE = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One condition of `task.success`: the measured value must compare like this."""

    name: str
    """A key of STAGE_OF."""
    comparison: Literal["<", "<=", ">", ">="]
    bound: float
    """SI, rad."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Verdict on one rollout."""

    success: bool
    stages: Mapping[str, bool]
    values: Mapping[str, float]
    """Measured value of each condition, SI."""
    failed: tuple[str, ...]
    """Names of the conditions that did not hold."""
    invalid: str
    """Why the rollout cannot count as a success whatever the conditions say; empty if nothing is wrong."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """What a rollout is scored against."""

    type: TaskType
    conditions: tuple[Condition, ...]
    T_demo_final: FloatArray
    """(4, 4) pose of the manipulated object at the end of the demonstration, table frame."""
    object_height: float
    """m, extent of the manipulated object along its own z."""


def conditions_from(success: Mapping[str, Mapping[str, float | str]]) -> tuple[Condition, ...]:
    """Read `task.success` of a resolved spec; KeyError for a condition this release does not measure."""
    found = []
    for name, written in success.items():
        if name not in STAGE_OF:
            raise KeyError(f"success condition {name!r} is not measured; known are {sorted(STAGE_OF)}")
        found.append(Condition(name=name, comparison=written["operator"], bound=float(written["value"])))  # type: ignore[arg-type]
    return tuple(found)


def score(log: RunLog, task: Task) -> Outcome:
    """Score `log` against the task's conditions of Table 4; all must hold at the end of the rollout."""
    values = {c.name: _measure(c, log, task) for c in task.conditions}
    held = {c.name: bool(_COMPARE[c.comparison](values[c.name], c.bound)) for c in task.conditions}
    invalid = log.bad_state or _moved_early(log)
    stages: dict[str, bool] = {}
    for name, good in held.items():
        stage = STAGE_OF[name]
        stages[stage] = stages.get(stage, not invalid) and good
    return Outcome(
        success=all(stages.values()) and not invalid,
        stages=stages,
        values=values,
        failed=tuple(name for name, good in held.items() if not good),
        invalid=invalid,
    )


def _measure(condition: Condition, log: RunLog, task: Task) -> float:
    """Return the value Table 4 bounds; heights from the object's lowest point, offsets in the target's frame."""
    end, target = log.T_table_manip[-1], log.T_table_target[-1]
    above_target = float(log.manip_lowest_z[-1] - target[2, 3])
    match condition.name:
        case "rise":
            return float(np.max(log.T_table_manip[:, 2, 3]) - log.T_table_manip[0, 2, 3])
        case "final_offset" if task.type.places:
            # Horizontal: the height has its own condition.
            return float(np.linalg.norm((inverse(target) @ end)[:2, 3]))
        case "final_offset":
            return float(np.linalg.norm(end[:3, 3] - task.T_demo_final[:3, 3]))
        case "max_height_above_target":
            return above_target - task.object_height
        case "min_height_above_target":
            return above_target
        case "orientation_error":
            return rotation_angle(end, task.T_demo_final)
        case "tilt":
            return float(np.arccos(np.clip(end[2, 2], -1.0, 1.0)))
        case "released_force":
            return float(np.max(_recent(log)))
        case _:
            return float(np.min(_recent(log)))


def _recent(log: RunLog) -> FloatArray:
    """Return the summed hand-object force over the last half second, N."""
    recent: FloatArray = log.hand_object_force[log.time_s > log.time_s[-1] - HAND_WINDOW_S]
    return recent


def _moved_early(log: RunLog) -> str:
    """Moving the object before the hand is meant to close on it is a failure, however the rollout ends."""
    if log.first_contact_tick < 0 or log.first_contact_tick >= log.close_tick:
        return ""
    moved = float(np.linalg.norm(log.T_table_manip[log.close_tick, :3, 3] - log.T_table_manip[0, :3, 3]))
    return "" if moved <= UNTOUCHED_M else f"pushed the object {moved * 1e3:.0f} mm before closing on it"
