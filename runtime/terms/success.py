"""Conditions on the end of a rollout: Table 4 of Video2Sim2Real (arXiv:2606.08828), split by D.2.1, and a few more."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from skillc.runtime.terms.term import Bounds, Term, by_name, not_implemented

if TYPE_CHECKING:
    from skillc.runtime.formats.arrays import FloatArray
    from skillc.runtime.terms.rollout import Rollout

HAND_WINDOW_S = 0.5
"""LANGUAGE: released = summed hand-object force below the bound over the last 0.5 s; holding = above it as long."""
Direction = Literal["<", ">", "either"]


@dataclass(frozen=True, kw_only=True)
class Success(Term):
    """One measured value that must compare with a bound."""

    dimension: str
    direction: Direction
    """How it compares; `either` where it depends on the task, and then as the task's own condition does."""
    bounds: Bounds
    """Of the bound that is written: beyond them it always or never holds."""
    example: str
    stage: str
    """Of D.2.1: lift, object_pose or hand."""
    value: Callable[[Rollout], float] = not_implemented
    """Measured value, SI."""


def rise(done: Rollout) -> float:
    """Return how far the object rose above its start, m."""
    height = done.log.T_table_manip[:, 2, 3]
    return float(height.max() - height[0])


def final_offset(done: Rollout) -> float:
    """Return the distance of the object from its goal at the end, m."""
    end = done.log.T_table_manip[-1]
    if not done.placed_on_target:
        return math.dist(end[:3, 3], done.T_demo_final[:3, 3])
    from skillc.runtime.geometry.se3 import inverse

    # Horizontal: the height has its own condition.
    return math.hypot(*(inverse(done.log.T_table_target[-1]) @ end)[:2, 3])


def max_height_above_target(done: Rollout) -> float:
    """Return the height of the object's lowest point above the target less the object's height, m."""
    return min_height_above_target(done) - done.object_height


def min_height_above_target(done: Rollout) -> float:
    """Return the height of the object's lowest point above the target at the end, m."""
    return float(done.log.manip_lowest_z[-1] - done.log.T_table_target[-1, 2, 3])


def tilt(done: Rollout) -> float:
    """Return the angle of the object's own z axis from the vertical at the end, rad."""
    return math.acos(min(max(float(done.log.T_table_manip[-1, 2, 2]), -1.0), 1.0))


def orientation_error(done: Rollout) -> float:
    """Return the angle between the object's orientation at the end and the demonstrated one, rad."""
    from skillc.runtime.geometry.se3 import rotation_angle

    return rotation_angle(done.log.T_table_manip[-1], done.T_demo_final)


def poured_share(done: Rollout) -> float:
    """Return the share of the filling that lies in the target at the end; NaN, which is no success, without one."""
    return float(done.log.poured_share[-1])


def released_force(done: Rollout) -> float:
    """Return the largest summed hand-object force of the last half second, N."""
    return float(_recent_force(done).max())


def holding_force(done: Rollout) -> float:
    """Return the smallest summed hand-object force of the last half second, N."""
    return float(_recent_force(done).min())


def _recent_force(done: Rollout) -> FloatArray:
    log = done.log
    recent: FloatArray = log.hand_object_force[log.time_s > log.time_s[-1] - HAND_WINDOW_S]
    return recent


_FARTHEST_M = 10.0
"""ours: no room is larger; the arm's own reach is the closer bound (SK501)."""
_TURNED = Bounds(above=0.0, most=math.radians(175.0))
"""ours: an angle is at most 180 deg, so a bound near it holds always or never."""

SUCCESS = by_name(
    Success(
        name="rise",
        meaning="The object's lowest point rises above its start by this much.",
        source="Table 4",
        dimension="length",
        direction=">",
        bounds=Bounds(above=0.0, most=_FARTHEST_M),
        example="> 5 cm",
        stage="lift",
        value=rise,
    ),
    Success(
        name="final_offset",
        meaning=(
            "Distance at the end between object and target (grasp), the demonstrated place in the target's frame "
            "(pour) or on the table (push, pull)."
        ),
        source="Table 4",
        dimension="length",
        direction="<",
        bounds=Bounds(least=1e-4, most=_FARTHEST_M),
        example="< 7 cm",
        stage="object_pose",
        value=final_offset,
    ),
    Success(
        name="max_height_above_target",
        meaning="Height of the object above the target at the end, less the object's own height.",
        source="Table 4",
        dimension="length",
        direction="<",
        bounds=Bounds(least=0.0, most=_FARTHEST_M),
        example="< 1 cm",
        stage="object_pose",
        value=max_height_above_target,
    ),
    Success(
        name="min_height_above_target",
        meaning="Height of the object above the target at the end.",
        source="Table 4",
        dimension="length",
        direction=">",
        bounds=Bounds(least=0.0, most=_FARTHEST_M),
        example="> 10 cm",
        stage="object_pose",
        value=min_height_above_target,
    ),
    Success(
        name="poured_share",
        meaning="Share of what was in the object that lies in the target at the end.",
        source="ours: what pouring is for; Table 4 looks at the vessel alone",
        dimension="ratio",
        direction=">",
        bounds=Bounds(least=0.0, most=0.99),
        example="> 50 %",
        stage="object_pose",
        value=poured_share,
    ),
    Success(
        name="tilt",
        meaning="Tilt of the object from upright.",
        source="Table 4",
        dimension="angle",
        direction="either",
        bounds=_TURNED,
        example="> 90 deg",
        stage="object_pose",
        value=tilt,
    ),
    Success(
        name="orientation_error",
        meaning="Angle at the end between the object's and the demonstrated orientation.",
        source="Table 4",
        dimension="angle",
        direction="<",
        bounds=_TURNED,
        example="< 60 deg",
        stage="object_pose",
        value=orientation_error,
    ),
    Success(
        name="released_force",
        meaning="Summed hand-object force over the last 0.5 s: the hand has let go.",
        source="Table 4",
        dimension="force",
        direction="<",
        # ours: a hand that presses with more has not let go.
        bounds=Bounds(above=0.0, most=5.0),
        example="< 0.1 N",
        stage="hand",
        value=released_force,
    ),
    Success(
        name="holding_force",
        meaning="Summed hand-object force over the last 0.5 s: the hand still holds it.",
        source="Table 4",
        dimension="force",
        direction=">",
        # ours: what no hand here can press with; the spec's own limit of the contact force is closer (SK504).
        bounds=Bounds(above=0.0, most=500.0),
        example="> 1 N",
        stage="hand",
        value=holding_force,
    ),
    Success(
        name="tracking_error",
        meaning="Mean distance between tracked and reached points over the rollout.",
        source="Dex4D, A.2c",
        dimension="length",
        direction="<",
        bounds=Bounds(least=1e-4, most=_FARTHEST_M),
        example="< 5 cm",
        stage="object_pose",
        needs="point tracks in the log of a rollout (Dex4D)",
    ),
    Success(
        name="hold_time",
        meaning="How long the conditions must hold without a break.",
        source="Dex4D, I: success time",
        dimension="time",
        direction=">",
        bounds=Bounds(above=0.0, most=600.0),
        example="> 0.5 s",
        stage="object_pose",
        needs="an evaluation that judges every tick and not the end alone",
    ),
)
"""Every condition the language knows."""
