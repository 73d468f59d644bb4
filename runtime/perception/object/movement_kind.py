"""What was done to the object - lifted, tilted, slid away or closer - read from its motion and the hand's."""

from dataclasses import dataclass

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.geometry import se3
from skillc.runtime.tasks.task_type import Traits

SURE = 3.0
"""ours: standard deviations beyond which a motion counts as one."""
TILTED_RAD = np.pi / 4
"""ours: nearer to lying than to upright; what is carried level stays well below, what is poured goes beyond."""
SLIDES_PX = 2.0
"""ours: px at 960 px width; trackers err by about 1 px, and what is lifted by a few cm leaves 3 px and more."""
SUSTAINED_S = 0.3
"""ours: longer than one failed estimate, shorter than a lift or a pour."""


@dataclass(frozen=True, kw_only=True)
class Movement:
    """One demonstration's motion in numbers; lengths are as true as the tag's size."""

    shown: Traits
    """What it was: lifted and set down, lifted and tilted, pushed or pulled."""
    rise_m: float
    """How far the object's lowest point rises, sustained."""
    tilt_rad: float
    """How far its vertical axis leans from the start, sustained."""
    slide_m: float
    """Horizontal distance from start to end."""
    moved_s: tuple[float, float]
    """First and last time at which it is on its way."""
    lead: float
    """Place of the wrist along the motion, in lengths of the hand: above 0 ahead of the object (it is pulled), below 0
    behind it (it is pushed); NaN without a hand."""


def movement(
    T_table_object: FloatArray,
    solid: FloatArray,
    position_sigma_m: FloatArray,
    rotation_sigma_rad: FloatArray,
    centroid_px: FloatArray,
    joints_px: FloatArray,
    time_s: FloatArray,
    *,
    slide_px: float,
    lift_height_m: float,
) -> Movement:
    """Return what was done to the object.

    Args:
        T_table_object: (T, 4, 4).
        solid: (N, 3) outline points in the object's frame.
        position_sigma_m: (T,).
        rotation_sigma_rad: (T,).
        centroid_px: (T, 2) the object in the picture, NaN where unseen.
        joints_px: (T, 21, 2) the hand in the picture, NaN where unseen.
        time_s: (T,).
        slide_px: how far its points are from where a slide would take them (`slide_residual`), NaN where unknown. A
            pose may err by more than its sigma; points that agree with a slide were not lifted.
        lift_height_m: least rise that counts as lifting.
    """
    span = max(1, int(np.searchsorted(time_s, time_s[0] + SUSTAINED_S)))
    lowest = np.array([se3.apply(T, solid)[:, 2].min() for T in T_table_object])
    rise = lowest - lowest[0]
    axis = T_table_object[:, :3, 2]
    tilt = np.arccos(np.clip(axis @ axis[0], -1.0, 1.0))
    rise_m, tilt_rad = _sustained(rise, span), _sustained(tilt, span)
    raised = _sustained(rise - np.maximum(lift_height_m, SURE * position_sigma_m), span) > 0
    lifted = bool(raised and not slide_px < SLIDES_PX)
    tilted = bool(_sustained(tilt - np.maximum(TILTED_RAD, SURE * rotation_sigma_rad), span) > 0)
    places = T_table_object[:, :3, 3]
    moved_s = _moved(places, position_sigma_m, time_s)
    lead = _lead(centroid_px, joints_px, time_s, moved_s)
    return Movement(
        shown=Traits(
            lifts=lifted,
            slides=not lifted,
            places=lifted and not tilted,
            holds_to_the_end=lifted and tilted,
            pours=lifted and tilted,
            pulls=not lifted and lead > 0,
        ),
        rise_m=rise_m,
        tilt_rad=tilt_rad,
        slide_m=float(np.hypot(*(places[-1] - places[0])[:2])),
        moved_s=moved_s,
        lead=lead,
    )


def _sustained(values: FloatArray, span: int) -> float:
    """Return the largest value that `span` neighbouring frames all reach."""
    count = len(values) - min(span, len(values)) + 1
    return float(max(values[k : k + span].min() for k in range(count)))


def _moved(places: FloatArray, sigma_m: FloatArray, time_s: FloatArray) -> tuple[float, float]:
    """Return when the object leaves its first place, and when it reaches its last."""
    limit = SURE * sigma_m
    away = np.linalg.norm(places - places[0], axis=1) > limit
    before = np.linalg.norm(places - places[-1], axis=1) > limit
    if not away.any():
        return float(time_s[0]), float(time_s[-1])
    start = int(np.argmax(away))
    end = int(len(before) - 1 - np.argmax(before[::-1])) if before.any() else len(before) - 1
    return float(time_s[start]), float(time_s[max(start, end)])


def _lead(centroid_px: FloatArray, joints_px: FloatArray, time_s: FloatArray, moved_s: tuple[float, float]) -> float:
    """Return how far the wrist is ahead of the object along its motion, in lengths of the hand."""
    seen = np.flatnonzero(np.isfinite(centroid_px[:, 0]))
    if len(seen) < 2:
        return float("nan")
    way = centroid_px[seen[-1]] - centroid_px[seen[0]]
    length = float(np.hypot(*way))
    during = (time_s >= moved_s[0]) & (time_s <= moved_s[1]) & np.isfinite(joints_px).all(axis=(1, 2))
    during &= np.isfinite(centroid_px[:, 0])
    if length == 0 or not during.any():
        return float("nan")
    wrist, middle_tip = joints_px[during, 0], joints_px[during, 12]
    ahead = (wrist - centroid_px[during]) @ (way / length)
    hand = np.maximum(np.linalg.norm(middle_tip - wrist, axis=1), 1.0)
    return float(np.median(ahead) / np.median(hand))
