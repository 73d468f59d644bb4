"""Collision and singular postures ahead: motion is slowed, then not begun (FAULTS R23, R24).

A step is judged by where hardest braking after it would end. As every step that was taken could still be braked
before anything came too near, so can the next: what is refused is never too late.
"""

from dataclasses import dataclass

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.collision_model import CollisionModel
from skillc.runtime.safety.body import RobotBody
from skillc.runtime.safety.motion_limits import MotionState
from skillc.runtime.safety.trip import Fault, Trip

COLLISION = Fault(code="R23", fault="collision")
SINGULARITY = Fault(code="R24", fault="singularity")
CLOSER = 1e-9
"""Less is rounding, not coming closer."""
MEASURED = 1e-4
"""ours: m, far more than the distance of two nearly parallel lines is wrong by (`segment_distance`: 10 um at 0.3 m)."""
TOGETHER = 8.0
"""ours: what is due within so many ticks is measured with what is due now; more at once costs less than more often."""
CRAWL = 0.05
"""ours: least share of its speed that motion is slowed to; slowed in proportion alone, it would never arrive."""


def braking_postures(state: MotionState) -> FloatArray:
    """Return postures (3, ..., n) that hardest braking from `state` passes: at once, halfway and at rest.

    Halfway too, because the joints stop one after another and not along a line.
    """
    way = state.to_rest[0] - state.to_rest[1]
    return np.array([state.q, state.q + 0.5 * way, state.q + way])


@dataclass(frozen=True, kw_only=True)
class Ahead:
    """How near a state, and braking from it, comes to everything."""

    ends: FloatArray
    """(2, n) rad, where braking begins and ends."""
    margins: FloatArray
    """(K,) least distance of each pair, table, box and singularity above its halt, in shares of the zone in which
    motion is slowed: exact where it matters, and a lower bound where that is beyond the zone."""


class CollisionMonitor:
    """Judges states by the postures that braking from them passes.

    What lies beyond its zone decides nothing, so it is measured again only when it could have come near: since it was
    measured last, no joint's turn can have brought it closer than its lever allows (`RobotBody.most_closing`).
    """

    def __init__(self, model: CollisionModel) -> None:
        """Take the body and the halts from `model`."""
        self._model, self._body = model, RobotBody(model)
        halts = (model.pair_halt_m, model.table_halt_m, model.box_halt_m.ravel(), [model.singular_halt])
        self._halt = np.concatenate(halts)
        self._zone = np.full(len(self._halt), model.slow_m)
        self._zone[-1] = model.singular_slow - model.singular_halt
        self._closing = self._body.most_closing() / self._zone[:, None]
        self._open = 1.0 + CLOSER + MEASURED / self._zone

    def ahead(self, state: MotionState, before: Ahead | None = None) -> Ahead:
        """Return how near `state` comes to everything, given how near one `before` did."""
        postures = braking_postures(state)
        ends = postures[::2]
        if before is None:
            margins, near = np.empty(len(self._halt)), np.arange(len(self._halt))
        else:
            closer = self._closing @ np.abs(ends - before.ends).max(axis=0)
            margins = before.margins - closer
            near = np.flatnonzero(~(margins > self._open))
            if len(near):
                near = np.flatnonzero(~(margins - TOGETHER * closer > self._open))
        if len(near):
            margins[near] = (self._body.nearest(postures, near).min(axis=0) - self._halt[near]) / self._zone[near]
        return Ahead(ends=ends, margins=margins)

    def share(self, now: Ahead, then: Ahead) -> float:
        """Return which share of a step from one state to another may be taken; 1 where nothing comes closer."""
        if then.margins.min() >= 1.0:
            return 1.0
        nearest = np.min(then.margins, initial=1.0, where=then.margins < now.margins - CLOSER)
        return max(CRAWL, float(nearest))

    def check(self, now: Ahead, then: Ahead, tick: int) -> Trip | None:
        """Return a trip where a step from one state to another leads closer to what is too near already."""
        if then.margins.min() > 0.0:
            return None
        bad = (then.margins < now.margins - CLOSER) & ~(then.margins > 0.0)
        if not bad.any():
            return None
        k = int(np.argmin(np.where(bad, then.margins, np.inf)))
        value = float(self._halt[k] + then.margins[k] * self._zone[k])
        if k == len(self._halt) - 1:
            told = f"the arm comes to a singular posture ({value:.3g}, {self._halt[k]:.3g} allowed)"
            return SINGULARITY.trip(told, "hold", tick=tick, value=value, limit=self._halt[k])
        told = f"{self._told(k)} would come within {1e3 * value:.0f} mm, {1e3 * self._halt[k]:.0f} mm allowed"
        return COLLISION.trip(told, "hold", tick=tick, value=value, limit=self._halt[k])

    def _told(self, k: int) -> str:
        model = self._model
        if k < len(model.pairs):
            return " and ".join(self._link(capsule) for capsule in model.pairs[k])
        moving = len(model.table_capsules)
        row, column = divmod(k - len(model.pairs), moving)
        what = "the table" if row == 0 else model.boxes[row - 1].name
        return f"{self._link(model.table_capsules[column])} and {what}"

    def _link(self, capsule: int) -> str:
        return self._model.links[self._model.capsules[capsule].link].name
