"""Collision and singular postures ahead: motion is slowed, then not begun (FAULTS R23, R24).

A step is judged by where hardest braking after it would end. As every step that was taken could still be braked
before anything came too near, so can the next: what is refused is never too late.
"""

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.collision_model import CollisionModel
from skillc.runtime.formats.motion_limits import MotionLimits
from skillc.runtime.safety.body import RobotBody
from skillc.runtime.safety.braking import travel
from skillc.runtime.safety.motion_limits import MotionState
from skillc.runtime.safety.trip import Fault, Trip

COLLISION = Fault(code="R23", fault="collision")
SINGULARITY = Fault(code="R24", fault="singularity")
CLOSER = 1e-9
"""Less is rounding, not coming closer."""
CRAWL = 0.05
"""ours: least share of its speed that motion is slowed to; slowed in proportion alone, it would never arrive."""


def braking_postures(state: MotionState, limits: MotionLimits, dt: float) -> FloatArray:
    """Return postures (3, ..., n) that hardest braking from `state` passes: at once, halfway and at rest.

    Halfway too, because the joints stop one after another and not along a line.
    """
    step = limits.jerk * dt
    forth = travel(state.v, state.a, limits.acceleration, step, dt)
    back = travel(-state.v, -state.a, limits.acceleration, step, dt)
    return np.stack([state.q + share * (forth - back) for share in (0.0, 0.5, 1.0)])


class CollisionMonitor:
    """Judges states by the postures that braking from them passes."""

    def __init__(self, model: CollisionModel, limits: MotionLimits, dt: float) -> None:
        """Take the body from `model`, the braking from the joints' limits and the tick of dt seconds."""
        self._model, self._body, self._limits, self._dt = model, RobotBody(model), limits, dt
        halts = (model.pair_halt_m, model.table_halt_m, model.box_halt_m.ravel(), [model.singular_halt])
        self._halt = np.concatenate(halts)
        self._zone = np.full(len(self._halt), model.slow_m)
        self._zone[-1] = model.singular_slow - model.singular_halt

    def ahead(self, state: MotionState) -> FloatArray:
        """Return how near `state`, and braking from it, comes to everything.

        Returns:
            The margins (K,): least distance of each pair, table, box and singularity above its halt, in shares of the
            zone in which motion is slowed.
        """
        postures = braking_postures(state, self._limits, self._dt)
        margins: FloatArray = (self.nearest(postures).min(axis=0) - self._halt) / self._zone
        return margins

    def nearest(self, q: FloatArray) -> FloatArray:
        """Return (N, K) distances, and last the least singular value, at postures q (N, n)."""
        pairs, table, boxes, singular = self._body.distances(q)
        return np.concatenate([pairs, table, boxes.reshape(len(q), -1), singular[:, None]], axis=1)

    def share(self, now: FloatArray, then: FloatArray) -> float:
        """Return which share of a step between two margins (K,) may be taken; 1 where nothing comes closer."""
        closing = then < now - CLOSER
        return float(np.clip(np.min(then[closing], initial=1.0), CRAWL, 1.0))

    def check(self, now: FloatArray, then: FloatArray, tick: int) -> Trip | None:
        """Return a trip where a step between two margins (K,) leads closer to what is too near already."""
        bad = (then < now - CLOSER) & ~(then > 0.0)
        if not bad.any():
            return None
        k = int(np.argmin(np.where(bad, then, np.inf)))
        value = float(self._halt[k] + then[k] * self._zone[k])
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
