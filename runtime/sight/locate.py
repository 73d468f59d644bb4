"""Where every object of the twin stands, from one picture before the robot moves: found, or refused with the reason.

Every heap above the table is tried with every object, from several turns. What is kept must be shown by the picture,
must not be seen through, must explain the points around it, and nothing else may fit as well: a pose that is not sure
is none. What looks alike at several turns is taken as it stood in the twin, or nearest to that.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.geometry import se3
from skillc.runtime.sight.known_shape import KnownShape
from skillc.runtime.sight.likeness import Likeness, compared, surface_distance
from skillc.runtime.sight.pose_fit import ROUND, STANDING, Believed, FittedPose, fit_pose
from skillc.runtime.sight.sighting import Sighting
from skillc.runtime.sight.table_cloud import heaps

TURNS = 12
"""ours: starts of the turn, 30 deg apart."""
COARSE_POINTS, FINE_POINTS = 200, 1200
COARSE_STEPS, FINE_STEPS = 7, 16
REFINED = 4
"""Candidates that are fitted to all points."""
SIZE_SIGMA = 0.12
"""ours: of the logarithm of an object's size against the twin's; the test box allows a fifth."""
EXPLAINED_M = 0.009
"""ours: of a point from the surface that explains it."""
LEAST_SHOWN, MOST_CONTRADICTED, LEAST_EXPLAINED, MOST_RMS_M = 0.25, 0.15, 0.75, 0.0055
"""ours: shares and error within which a fit is believed; chosen on rendered pictures of other tasks' twins."""
LEAST_POINTS = 40
AS_GOOD = 0.06
"""ours: a score so near the best is as good as it."""
SAME_M = 0.02
"""ours: fits nearer than this to each other are of one place."""


@dataclass(frozen=True, kw_only=True)
class Located:
    """One object in one picture."""

    name: str
    T: FloatArray
    """(4, 4) T_table_object; NaN where it was refused."""
    scale: float
    """Its size over the twin's."""
    sigma: FloatArray
    """(6,) one standard deviation of position (m) and turn (rad); by `locate` of the points alone, as if the
    camera's place were known exactly."""
    rms_m: float
    picture: Likeness | None
    """None where it was refused."""
    points: FloatArray
    """(N, 3) m, table frame, the points that are the object's."""
    refused: str
    """Why there is no pose; empty where there is one."""

    @classmethod
    def nowhere(cls, name: str, why: str) -> "Located":
        """Return that an object was not found."""
        return cls(
            name=name, T=np.full((4, 4), np.nan), scale=1.0, sigma=np.full(6, np.inf), rms_m=np.inf, picture=None,
            points=np.zeros((0, 3)), refused=why,
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class TriedPlace:
    """An object tried at one place."""

    fitted: FittedPose
    picture: Likeness
    explained: float
    """Share of the points over it that lie on it."""
    own: FloatArray
    """(N, 3) the points that do."""
    score: float


def locate(sighting: Sighting, points: FloatArray, shapes: Sequence[KnownShape]) -> tuple[Located, ...]:
    """Return where every object stands, in the order of `shapes`.

    Args:
        sighting: the picture and the camera's place.
        points: (N, 3) m, table frame: all that is above the table and not the robot's.
        shapes: the objects.
    """
    left, waiting, found = points, list(shapes), dict[str, Located]()
    while waiting:
        # The surest first: what it explains is no other object's.
        tried = [(shape, _search(sighting, left, shape)) for shape in waiting]
        shape, located = max(tried, key=lambda pair: (not pair[1].refused, len(pair[1].points)))
        if located.refused:
            found |= {s.name: answer for s, answer in tried}
            break
        found[shape.name] = located
        waiting.remove(shape)
        left = left[surface_distance(shape, located.T, located.scale, left) > EXPLAINED_M]
    return tuple(found[shape.name] for shape in shapes)


def _search(sighting: Sighting, points: FloatArray, shape: KnownShape) -> Located:
    free = ROUND if shape.symmetric else STANDING
    starts = list(_starts(points, shape))
    if not starts:
        return Located.nowhere(shape.name, "nothing on the table is as large")
    coarse = [_fitted(sighting, points, shape, T, 1.0, free, COARSE_POINTS, COARSE_STEPS) for T in starts]
    best = sorted(coarse, key=lambda fit: -fit.score)[:REFINED]
    fine = [_fitted(sighting, points, shape, f.fitted.T, f.fitted.scale, free, FINE_POINTS, FINE_STEPS) for f in best]
    good = [fit for fit in fine if not disbelief(fit)]
    if not good:
        return Located.nowhere(shape.name, disbelief(max(fine, key=lambda fit: fit.score)))
    top = max(fit.score for fit in good)
    alike = [fit for fit in good if fit.score >= top - AS_GOOD]
    places = [fit.fitted.T[:3, 3] for fit in alike]
    if max(float(np.linalg.norm(p - places[0])) for p in places) > SAME_M:
        return Located.nowhere(shape.name, f"it may stand at {len(alike)} places that fit as well")
    chosen = min(alike, key=lambda fit: se3.rotation_angle(fit.fitted.T, shape.T_built) - fit.score)
    return Located(
        name=shape.name,
        T=chosen.fitted.T,
        scale=chosen.fitted.scale,
        sigma=np.sqrt(np.diag(chosen.fitted.covariance)[:6]),
        rms_m=chosen.fitted.rms_m,
        picture=chosen.picture,
        points=chosen.own,
        refused="",
    )


def _starts(points: FloatArray, shape: KnownShape) -> Iterator[FloatArray]:
    """Yield poses (4, 4) to start from: upright on every heap that may be the object or hold it."""
    angles = [0.0] if shape.symmetric else np.linspace(0.0, 2.0 * np.pi, TURNS, endpoint=False)
    for heap in heaps(points):
        low, high = heap[:, :2].min(axis=0), heap[:, :2].max(axis=0)
        if heap[:, 2].max() < 0.5 * shape.height_m:
            continue
        # A heap much larger than the object holds more than it: start at several places of it.
        count = np.maximum(np.ceil((high - low) / (2.6 * shape.radius_m)), 1).astype(int)
        for k in np.ndindex(int(count[0]), int(count[1])):
            middle = low + (np.array(k) + 0.5) / count * (high - low)
            for angle in angles:
                T = shape.T_built.copy()
                T[:3, :3] = se3.exp(np.array([0, 0, 0, 0, 0, angle]))[:3, :3] @ T[:3, :3]
                T[:2, 3] = middle
                yield T


def _fitted(
    sighting: Sighting, points: FloatArray, shape: KnownShape, T: FloatArray, scale: float, free: np.ndarray,
    most: int, steps: int,
) -> TriedPlace:  # fmt: skip
    around = points[np.linalg.norm(points[:, :2] - T[:2, 3], axis=1) < 1.3 * scale * shape.radius_m + 0.04]
    some = around[:: max(1, len(around) // most)]
    before = Believed(T=T, scale=scale, sigma=np.array([np.inf] * 6 + [SIZE_SIGMA]))
    fitted = fit_pose(sighting, shape, some, replace(before, scale=scale), free, steps=steps)
    picture = compared(sighting, shape, fitted.T, fitted.scale)
    over = np.linalg.norm(some[:, :2] - fitted.T[:2, 3], axis=1) < fitted.scale * shape.radius_m
    near = surface_distance(shape, fitted.T, fitted.scale, some) < EXPLAINED_M
    explained = float(near[over].mean()) if over.any() else 0.0
    score = picture.shown / max(1.0 - picture.hidden, 0.2) - 2.0 * picture.contradicted + explained
    return TriedPlace(
        fitted=fitted, picture=picture, explained=explained, own=some[near], score=score - 50.0 * min(fitted.rms_m, 1.0)
    )


def disbelief(fit: TriedPlace) -> str:
    """Return why a fit is not believed; empty if it is."""
    picture = fit.picture
    if not len(fit.own) >= LEAST_POINTS:
        return f"{len(fit.own)} points lie on it; expected {LEAST_POINTS} or more"
    if not picture.contradicted <= MOST_CONTRADICTED:
        return f"{picture.contradicted:.0%} of it is seen through; expected {MOST_CONTRADICTED:.0%} or less"
    if not picture.shown >= LEAST_SHOWN:
        return f"{picture.shown:.0%} of its near side is seen; expected {LEAST_SHOWN:.0%} or more"
    if not fit.explained >= LEAST_EXPLAINED:
        return f"it explains {fit.explained:.0%} of what is there; expected {LEAST_EXPLAINED:.0%} or more"
    if not fit.fitted.rms_m <= MOST_RMS_M:
        return f"its surface is {1e3 * fit.fitted.rms_m:.1f} mm off; expected {1e3 * MOST_RMS_M:.1f} mm or less"
    return ""
