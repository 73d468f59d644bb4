"""Task success at the end of a rollout (Table 4, D.2.1), with the conditions it was made of."""

import operator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.run_log import RunLog
from skillc.runtime.tasks.task_type import TaskType
from skillc.runtime.terms.rollout import Rollout
from skillc.runtime.terms.success import SUCCESS

MOVED_RAD = 0.01
"""ours: ten times what a joint of a robot that stands still is measured to move."""
UNTOUCHED_M = 0.005
"""Before closing the object may be touched but not moved farther than D.2.4's settling bound."""

_COMPARE = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One condition of `task.success`: the measured value must compare like this."""

    name: str
    """A condition of `runtime/terms/success.py`."""
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
        if name not in SUCCESS or not SUCCESS[name].implemented:
            known = sorted(term.name for term in SUCCESS.values() if term.implemented)
            raise KeyError(f"success condition {name!r} is not measured; known are {known}")
        found.append(Condition(name=name, comparison=written["operator"], bound=float(written["value"])))  # type: ignore[arg-type]
    return tuple(found)


def score(log: RunLog, task: Task) -> Outcome:
    """Score `log` against the task's conditions of Table 4; all must hold at the end of the rollout."""
    done = Rollout(
        log=log,
        T_demo_final=task.T_demo_final,
        object_height=task.object_height,
        placed_on_target=task.type.places,
    )
    values = {c.name: SUCCESS[c.name].value(done) for c in task.conditions}
    held = {c.name: bool(_COMPARE[c.comparison](values[c.name], c.bound)) for c in task.conditions}
    invalid = log.bad_state or _unfinished(log) or ("" if task.type.slides else _moved_early(log))
    stages: dict[str, bool] = {}
    for name, good in held.items():
        stage = SUCCESS[name].stage
        stages[stage] = stages.get(stage, not invalid) and good
    return Outcome(
        success=all(stages.values()) and not invalid and log.final_state == "done",
        stages=stages,
        values=values,
        failed=tuple(name for name, good in held.items() if not good),
        invalid=invalid,
    )


def _unfinished(log: RunLog) -> str:
    """Return why a run that did not go through cannot be a success, wherever the object ended."""
    # A run that missed went through; its conditions tell what is wrong with its end.
    if log.response == "stop" or log.final_state not in ("done", "missed"):
        return f"ended in {log.final_state} after a {log.response} of the safety filter"
    if not np.max(np.ptp(log.q_measured, axis=0), initial=0.0) > MOVED_RAD:
        return "the robot never moved"
    return ""


def _moved_early(log: RunLog) -> str:
    """Return why a run that moved the object before closing on it is no grasp of it, wherever the object ended.

    Table 4 has no such condition. What is slid is meant to be moved, and is judged by Table 4 alone.
    """
    if log.first_contact_tick < 0 or log.first_contact_tick >= log.close_tick:
        return ""
    moved = float(np.linalg.norm(log.T_table_manip[log.close_tick, :3, 3] - log.T_table_manip[0, :3, 3]))
    return "" if moved <= UNTOUCHED_M else f"pushed the object {moved * 1e3:.0f} mm before closing on it"
