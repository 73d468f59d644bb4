"""Which surface points which finger can touch from a given hand pose, and draws of contact sets that oppose each other.

The contact field of a finger is its set of reachable (tip centre, pad normal) pairs; matching it with the object's
surface gives, for every hand pose, the contacts each finger could make and a posture near each of them.
"""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

from skillc.runtime.formats.arrays import BoolArray, FloatArray, IntArray
from skillc.runtime.motion.cell.surface import Surface
from skillc.runtime.motion.kinematics.hand_model import HandModel

NEAR_ENOUGH = 0.5
"""ours: a posture up to this much farther than the nearest does as well; contact IK moves on from it. Found sooner."""


@dataclass(frozen=True, kw_only=True)
class FieldParameters:
    """How contacts are matched and drawn."""

    postures: int
    """Random postures per finger that stand for its reach."""
    spread: float
    """Share of its range in which a joint that opens to both sides alike is sampled."""
    normal_m: float
    """Distance worth one unit of difference between pad normal and inward surface normal."""
    reach_m: float
    """A surface point counts as touchable if a posture is this near in the combined metric."""
    opposition: float
    """Least cosine between the line from thumb to the first finger's contact and both inward normals."""
    support: float
    """The same for further fingers, which share the load."""
    least_fingers: int
    """Contact sets with fewer fingers are dropped, unless a hand pose has none better."""
    spacing_m: float
    """Least distance between tip centres of neighbouring fingers."""
    skip_last: float
    """Share of draws without the third finger."""
    noise: float
    """Spread of the random part of a contact's score."""


class ContactField:
    """Sampled reach of every finger, and which points of one surface oppose each other."""

    def __init__(
        self, hand: HandModel, surface: Surface, parameters: FieldParameters, rng: np.random.Generator
    ) -> None:
        """Sample postures, index their tips, and measure the opposition of every pair of surface points.

        Joints that open to both sides alike (spreading) are sampled near the open posture, flexing ones over their
        whole range: crossed fingers are rarely of use.
        """
        self._hand, self._p, self.surface = hand, parameters, surface
        span = hand.upper - hand.lower
        one_sided = np.abs(hand.upper + hand.lower - 2 * hand.open_posture) / span
        share = parameters.spread + (1 - parameters.spread) * one_sided
        middle = share * 0.5 * (hand.upper + hand.lower) + (1 - share) * hand.open_posture
        q = middle + share * span * rng.uniform(-0.5, 0.5, size=(parameters.postures, len(hand.lower)))
        self._q = np.clip(q, hand.lower, hand.upper)
        centres, normals = hand.tips(self._q)
        self._trees = [
            cKDTree(np.concatenate([centres[:, f], parameters.normal_m * normals[:, f]], axis=1))
            for f in range(len(hand.finger_names))
        ]
        line = surface.points[None] - surface.points[:, None]
        line /= np.maximum(np.linalg.norm(line, axis=2, keepdims=True), 1e-9)
        leaves = -np.einsum("tsi,ti->ts", line, surface.normals)
        arrives = np.einsum("tsi,si->ts", line, surface.normals)
        self._opposed, self._sum = np.minimum(leaves, arrives), leaves + arrives
        self._apart = cdist(surface.points, surface.points)
        self._order = [hand.finger_names.index(n) for n in ("middle", "index", "ring") if n in hand.finger_names]

    def touchable(
        self, R_object_hand: FloatArray, p_object_hand: FloatArray, every: int = 1
    ) -> tuple[FloatArray, IntArray]:
        """Return (F, M) matching distances (inf if out of reach) and (F, M) posture indices for one hand pose.

        Args:
            R_object_hand: (3, 3).
            p_object_hand: (3,).
            every: look at each `every`-th surface point only.
        """
        hand, p, surface = self._hand, self._p, self.surface
        points, outward = surface.points[::every], surface.normals[::every]
        normals = -outward @ R_object_hand
        distances, postures = [], []
        for f, tree in enumerate(self._trees):
            centres = (points + hand.tip_radius[f] * outward - p_object_hand) @ R_object_hand
            place = np.concatenate([centres, p.normal_m * normals], axis=1)
            d, k = tree.query(place, distance_upper_bound=p.reach_m, eps=NEAR_ENOUGH)
            distances.append(d)
            postures.append(np.where(np.isfinite(d), k, 0))
        return np.array(distances), np.array(postures)

    def promise(self, R_object_hand: FloatArray, p_object_hand: FloatArray, every: int) -> float:
        """Return how well a hand pose lends itself: fingers that can oppose the best thumb contact, then how many do.

        The integer part is the number of such fingers (0: nothing opposes the thumb).
        """
        near = np.isfinite(self.touchable(R_object_hand, p_object_hand, every)[0])
        thumbs = np.flatnonzero(near[0]) * every
        if not len(thumbs):
            return 0.0
        opposed = self._opposed[thumbs][:, ::every]
        first = (opposed > self._p.opposition) & near[self._order[0]]
        support = [(opposed > self._p.support) & near[f] for f in self._order[1:]]
        held = first.any(axis=1)
        count = held * (1 + np.sum([s.any(axis=1) for s in support], axis=0))
        return float(count.max() + min(0.99, 0.02 * np.sum(count == count.max())))

    def draw(
        self,
        R_object_hand: FloatArray,
        p_object_hand: FloatArray,
        q_rest: FloatArray,
        count: int,
        rng: np.random.Generator,
    ) -> tuple[IntArray, BoolArray, FloatArray]:
        """Draw up to `count` contact sets for one hand pose.

        The thumb's point is drawn first; each other finger then takes the point that best opposes it, is near its
        reach and keeps its distance from the fingers already placed.

        Returns:
            (N, F) surface point indices, (N, F) used fingers, (N, m) postures to start from.
        """
        p, fingers = self._p, len(self._hand.finger_names)
        distance, posture = self.touchable(R_object_hand, p_object_hand)
        near = np.isfinite(distance)
        first = near[0] & ((self._opposed > p.opposition) & near[self._order[0]]).any(axis=1)
        thumbs = np.flatnonzero(first)
        nothing = np.zeros((0, fingers), dtype=np.int64)
        if not len(thumbs):
            return nothing, nothing.astype(np.bool_), np.zeros((0, len(q_rest)))
        chosen, used, start = [], [], []
        for thumb in rng.choice(thumbs, size=count):
            opposed = self._opposed[thumb]
            score = 2.0 * self._sum[thumb] + p.noise * rng.gumbel(size=len(opposed))
            row, on, q = np.zeros(fingers, dtype=np.int64), np.zeros(fingers, dtype=np.bool_), q_rest.copy()
            row[0], on[0] = thumb, True
            q[self._hand.columns[0]] = self._q[posture[0, thumb]][self._hand.columns[0]]
            placed: list[int] = []
            skip_last = rng.random() < p.skip_last
            for rank, f in enumerate(self._order):
                if rank == 2 and skip_last:
                    continue
                fits = (opposed > (p.support if placed else p.opposition)) & near[f]
                for other in placed:
                    fits &= self._apart[other] > p.spacing_m
                if not fits.any():
                    continue
                off = 4.0 * np.where(near[f], distance[f], 1.0) / p.reach_m
                value = np.where(fits, (0.5 if placed else 1.0) * score - off, -np.inf)
                best = int(value.argmax())
                row[f], on[f] = best, True
                placed.append(best)
                q[self._hand.columns[f]] = self._q[posture[f, best]][self._hand.columns[f]]
            if placed:
                chosen.append(row)
                used.append(on)
                start.append(q)
        on_sets = np.array(used)
        rich = on_sets.sum(axis=1) >= p.least_fingers
        keep = rich if rich.any() else np.ones(len(rich), dtype=np.bool_)
        return np.array(chosen)[keep], on_sets[keep], np.array(start)[keep]
