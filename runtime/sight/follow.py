"""Follow every object from picture to picture, through what a hand hides.

An object stays where it is or goes with the hand; the picture says which of the two it fits, and then how it lies.
Where it is hidden the picture still speaks: what is seen through is not there. A place that a picture does not
contradict holds for as long as `HIDDEN_S`, said as hidden; one that it contradicts is not confirmed, and its age grows
until it is found again or lost.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from skillc.runtime.drivers.picture import Picture
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.geometry import se3
from skillc.runtime.sight.known_shape import KnownShape
from skillc.runtime.sight.likeness import compared, surface_distance
from skillc.runtime.sight.locate import locate
from skillc.runtime.sight.pose_fit import FREE, SLID, Believed, fit_pose
from skillc.runtime.sight.scene_sight import SceneFound, SceneSight
from skillc.runtime.sight.sighting import Sighting
from skillc.runtime.sight.table_cloud import above_table

STEP_M, STEP_RAD = 0.003, 0.02
"""ours: by how much an object moves in a picture's time besides going with the hand, one standard deviation. What depth
shows well follows any motion; what it hardly shows, the turn of a ball, does not wander with the noise."""
AROUND_M = 0.035
"""ours: farther than this no object moves between two pictures."""
STEPS, POINTS = 6, 350
NEAR_HAND_M = 0.28
"""ours: of an object's surface from the hand's frame; fingers are 0.2 m long, what is farther they cannot move."""
OTHERS_M = 0.006
"""ours: points so near another object, and nearer to it than to this one, are the other's."""
MOST_CONTRADICTED, UNMOVED = 0.3, 0.12
"""ours: of what could be shown; at the edges of a moving thing more is seen through than of one that rests."""
LEAST_SHOWN, LEAST_PAIRED, WELL_SHOWN = 0.15, 30, 0.5
"""ours: of the near side, and of points: less does not tell how it lies; and from where on nothing else is needed."""
MOST_RMS_M = 0.007
BETTER = 0.1
"""ours: by so much less contradicted the other way to go has to be to be believed."""
TELLING_M = 0.0015
"""ours: less does not tell whether what is shown went with the hand."""
HIDDEN_S = 4.0
"""ours: longer than a carried object stays behind the fingers; then it counts as lost."""
LOST_S = 0.5
"""ours: unconfirmed for so long, it is looked for on the whole table."""
LOOK_S = 0.5
"""ours: a look takes as long."""


@dataclass(frozen=True, kw_only=True)
class FollowedObject:
    """One object as it is believed to be."""

    T: FloatArray
    """(4, 4) T_table_object; NaN where it is lost."""
    scale: float
    how: Literal["shown", "hidden", "unconfirmed", "lost"]
    """hidden: the picture shows too little of it and contradicts nothing; unconfirmed: the last place holds, older."""
    held: bool
    """It goes with the hand."""
    confirmed_s: float
    """s, exposure of the last picture that showed it or did not contradict it."""
    shown_s: float
    """s, exposure of the last picture that showed it."""


@dataclass(frozen=True, kw_only=True)
class FollowedScene:
    """All objects after a picture."""

    objects: Mapping[str, FollowedObject]
    T_camera_table: FloatArray
    """(4, 4) of the colour camera, levelled."""
    T_hand: FloatArray
    """(4, 4) where the hand was."""
    looked_s: float
    """s, when lost objects were last looked for."""


class Follower:
    """Follows the objects of one build; immutable."""

    def __init__(self, sight: SceneSight) -> None:
        """Take what finds them first."""
        self._sight = sight

    def begin(self, found: SceneFound, q: FloatArray, t: float) -> FollowedScene:
        """Return what a first look found in a picture of t (s), with the robot at q (n,) rad."""
        objects = {}
        for name, one in found.objects.items():
            at = float("-inf") if one.refused else t
            objects[name] = FollowedObject(
                T=one.T,
                scale=one.scale,
                how="lost" if one.refused else "shown",
                held=False,
                confirmed_s=at,
                shown_s=at,
            )
        level = found.levelling.T_camera_table
        return FollowedScene(objects=objects, T_camera_table=level, T_hand=self._sight.robot.hand_pose(q), looked_s=t)

    def next(self, scene: FollowedScene, picture: Picture, q: FloatArray, t: float) -> FollowedScene:
        """Return where everything is in the next picture, exposed at t (s) with the robot at q (n,) rad."""
        sighting = self._sight.sighting(picture, scene.T_camera_table)
        cloud = above_table(sighting, self._sight.robot, q, self._sight.twin)
        T_hand = self._sight.robot.hand_pose(q)
        moved = T_hand @ se3.inverse(scene.T_hand)
        objects = dict(scene.objects)
        for shape in self._sight.shapes:
            before = objects[shape.name]
            if before.how != "lost":
                own = _not_of_others(cloud, shape, before, self._sight.shapes, objects)
                palm = surface_distance(shape, before.T, before.scale, scene.T_hand[None, :3, 3])
                near = float(palm[0]) < NEAR_HAND_M
                objects[shape.name] = _followed(sighting, own, shape, before, moved if near else None, t)
        scene = replace(scene, objects=objects, T_hand=T_hand)
        return self._found_again(scene, sighting, cloud, t)

    def _found_again(self, scene: FollowedScene, sighting: Sighting, cloud: FloatArray, t: float) -> FollowedScene:
        """Look on the whole table for what is lost, from time to time."""
        missing = [s for s in self._sight.shapes if t - scene.objects[s.name].confirmed_s > LOST_S]
        if not missing or t - scene.looked_s < LOOK_S:
            return scene
        left = cloud
        for shape in self._sight.shapes:
            known = scene.objects[shape.name]
            if shape not in missing:
                left = left[surface_distance(shape, known.T, known.scale, left) > OTHERS_M]
        objects = dict(scene.objects)
        for one in locate(sighting, left, missing):
            if not one.refused:
                objects[one.name] = FollowedObject(
                    T=one.T, scale=one.scale, how="shown", held=False, confirmed_s=t, shown_s=t
                )
        return replace(scene, objects=objects, looked_s=t)


def _followed(
    sighting: Sighting,
    points: FloatArray,
    shape: KnownShape,
    before: FollowedObject,
    moved: FloatArray | None,
    t: float,
) -> FollowedObject:
    """Return an object in the next picture; `moved` (4, 4) is how the hand beside it moved, None if none is."""
    stays = compared(sighting, shape, before.T, before.scale)
    if moved is None and stays.shown >= LEAST_SHOWN and stays.contradicted <= UNMOVED:
        # Nothing is near that could move it: it is only confirmed, and does not wander with the noise.
        return replace(before, how="shown", held=False, confirmed_s=t, shown_s=t)
    T_carried = before.T if moved is None else moved @ before.T
    carried = compared(sighting, shape, T_carried, before.scale)
    # What is as likely goes on as it went.
    held = carried.contradicted < stays.contradicted + (BETTER if before.held else -BETTER)
    T, like = (T_carried, carried) if held else (before.T, stays)
    around = points[np.linalg.norm(points - T[:3, 3], axis=1) < _reach(shape, before.scale)]
    some = around[:: max(1, len(around) // POINTS)]
    # The less is shown the more it goes as it went: a fingertip's depth beside it would drag it away.
    free = float(np.clip(like.shown / WELL_SHOWN, 0.1, 1.0))
    believed = Believed(T=T, scale=before.scale, sigma=free * np.array([STEP_M] * 3 + [STEP_RAD] * 3 + [np.inf]))
    fitted = fit_pose(sighting, shape, some, believed, FREE if shape.carried else SLID, steps=STEPS)
    picture = compared(sighting, shape, fitted.T, fitted.scale)
    good = fitted.paired >= LEAST_PAIRED and fitted.rms_m <= MOST_RMS_M
    if good and picture.shown >= LEAST_SHOWN and picture.contradicted <= MOST_CONTRADICTED:
        held = _went_along(shape, fitted.T, before, T_carried, held)
        return FollowedObject(T=fitted.T, scale=before.scale, how="shown", held=held, confirmed_s=t, shown_s=t)
    told_little = like.shown + like.seen_through < LEAST_SHOWN
    if (told_little or like.contradicted <= MOST_CONTRADICTED) and t - before.shown_s <= HIDDEN_S:
        return replace(before, T=T, how="hidden", held=held, confirmed_s=t)
    if t - before.shown_s > HIDDEN_S:
        return replace(before, T=np.full((4, 4), np.nan), how="lost", held=False)
    return replace(before, how="unconfirmed")


def _went_along(
    shape: KnownShape, T: FloatArray, before: FollowedObject, T_carried: FloatArray, otherwise: bool
) -> bool:
    """Whether an object that is shown at T (4, 4) went with the hand; `otherwise` where the hand hardly moved."""
    middle = np.array([0.0, 0.0, before.scale * shape.height_m / 2.0, 1.0])
    from_carried, from_rest = (float(np.linalg.norm((T - other) @ middle)) for other in (T_carried, before.T))
    return otherwise if abs(from_carried - from_rest) < TELLING_M else from_carried < from_rest


def _reach(shape: KnownShape, scale: float) -> float:
    """Return how far from an object's origin its points may lie, m."""
    return scale * float(np.hypot(shape.radius_m, shape.height_m)) + AROUND_M


def _not_of_others(
    points: FloatArray, shape: KnownShape, own: FollowedObject, shapes: tuple[KnownShape, ...],
    objects: Mapping[str, FollowedObject],
) -> FloatArray:  # fmt: skip
    """Return the points (N, 3) that are not another object's."""
    points = points[np.linalg.norm(points - own.T[:3, 3], axis=1) < _reach(shape, own.scale) + 0.05]
    kept = np.ones(len(points), dtype=np.bool_)
    mine = surface_distance(shape, own.T, own.scale, points)
    for other in shapes:
        known = objects[other.name]
        if other is not shape and known.how in ("shown", "hidden"):
            theirs = surface_distance(other, known.T, known.scale, points)
            kept &= ~((theirs < OTHERS_M) & (theirs < mine))
    return np.asarray(points[kept])
