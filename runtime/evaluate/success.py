"""Task success at the end of a rollout (Table 4, D.2.1), with the conditions it was made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from skillc.runtime.evaluate.rollout_log import RolloutLog
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.geometry.se3 import inverse, rotation_angle

RELEASED_WINDOW_S = 0.5
"""LANGUAGE: the hand has released when the summed force stays below the bound over the last 0.5 s."""


@dataclass(frozen=True, kw_only=True)
class SuccessCriteria:
    """Bounds of Table 4 as the spec resolved them; SI, rad. Null: the condition is not asked for."""

    rise: float | None
    """Object rises more than this above its start, m."""
    final_offset: float
    """grasp: horizontal offset from the target; pour, push: position error against the demonstrated pose, m."""
    max_height_above_target: float | None
    """grasp: object height is added to it, m."""
    min_height_above_target: float | None
    """pour, m."""
    tilt: float | None
    """pour: the object's axis leans more than this from upright, rad."""
    orientation_error: float | None
    """push: geodesic angle to the demonstrated orientation, rad."""
    released_force: float | None
    """grasp: hand-object force stays below, N."""
    holding_force: float | None
    """pour: hand-object force at the end above, N."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Verdict on one rollout."""

    success: bool
    stages: Mapping[str, bool]
    """lift and object_pose and hand for grasp and pour; object_pose for push."""
    conditions: Mapping[str, tuple[float, bool]]
    """Each condition's measured value and whether it held."""
    invalid: str
    """Why the rollout may not be scored; empty if it may."""


def score(
    log: RolloutLog,
    criteria: SuccessCriteria,
    task: Literal["grasp", "pour", "push", "pull"],
    T_demo_final: FloatArray,
    object_height: float,
) -> Outcome:
    """Score `log` against Table 4.

    Args:
        log: the rollout.
        criteria: the spec's bounds.
        task: pull is scored as push (LANGUAGE).
        T_demo_final: (4, 4) pose of the manipulated object at the end of the demonstration, table frame.
        object_height: m, extent of the object along its own z.
    """
    end, target = log.T_table_manip[-1], log.T_table_target[-1]
    lowest = float(log.manip_lowest_z[-1])
    checks: dict[str, tuple[str, float, bool]] = {}
    if criteria.rise is not None:
        rise = float(np.max(log.T_table_manip[:, 2, 3] - log.T_table_manip[0, 2, 3]))
        checks["rise"] = ("lift", rise, rise > criteria.rise)
    offset = _offset(end, target, T_demo_final, task)
    checks["final_offset"] = ("object_pose", offset, offset < criteria.final_offset)
    if criteria.max_height_above_target is not None:
        height, bound = lowest - target[2, 3], object_height + criteria.max_height_above_target
        checks["height_above_target"] = ("object_pose", height, height < bound)
    if criteria.min_height_above_target is not None:
        height = lowest - (target[2, 3] if np.isfinite(target[2, 3]) else 0.0)
        checks["height_above_target"] = ("object_pose", height, height > criteria.min_height_above_target)
    if criteria.tilt is not None:
        tilt = float(np.arccos(np.clip(end[2, 2], -1.0, 1.0)))
        checks["tilt"] = ("object_pose", tilt, tilt > criteria.tilt)
    if criteria.orientation_error is not None:
        error = rotation_angle(end, T_demo_final)
        checks["orientation_error"] = ("object_pose", error, error < criteria.orientation_error)
    recent = log.hand_object_force[log.time_s > log.time_s[-1] - RELEASED_WINDOW_S]
    if criteria.released_force is not None:
        force = float(np.max(recent))
        checks["released"] = ("hand", force, force < criteria.released_force)
    if criteria.holding_force is not None:
        force = float(np.min(recent))
        checks["holding"] = ("hand", force, force > criteria.holding_force)
    invalid = log.bad_state or _early_contact(log)
    stages = {stage: True for stage, _, _ in checks.values()}
    for stage, _, held in checks.values():
        stages[stage] = stages[stage] and bool(held) and not invalid
    return Outcome(
        success=all(stages.values()),
        stages=stages,
        conditions={name: (value, bool(held)) for name, (_, value, held) in checks.items()},
        invalid=invalid,
    )


def _offset(end: FloatArray, target: FloatArray, demo: FloatArray, task: str) -> float:
    """Horizontal in the target's frame for grasp (height has its own condition); 3D to the demonstration otherwise."""
    if task == "grasp":
        return float(np.linalg.norm((inverse(target) @ end)[:2, 3]))
    return float(np.linalg.norm(end[:3, 3] - demo[:3, 3]))


def _early_contact(log: RolloutLog) -> str:
    """Moving the object before the hand is meant to touch it is a failure, however the rollout ends.

    A touch that leaves the object within the settling bound of D.2.4 (5 mm) is a touch, not a push.
    """
    if log.first_contact_tick < 0 or log.first_contact_tick >= log.close_tick:
        return ""
    moved = float(np.linalg.norm(log.T_table_manip[log.close_tick, :3, 3] - log.T_table_manip[0, :3, 3]))
    return f"pushed the object {moved * 1e3:.0f} mm before closing" if not (moved <= 0.005) else ""
