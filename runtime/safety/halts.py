"""How near each part of the robot may come to what, given the motion that was planned and checked.

A planned motion passes unchanged: what it comes nearer than is kept elsewhere is allowed for these two things, and a
little more. The rest of the body keeps its full distance.
"""

from dataclasses import replace

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.collision_model import CollisionModel
from skillc.runtime.formats.motion_limits import MotionLimits
from skillc.runtime.safety.body import RobotBody
from skillc.runtime.safety.collision import braking_postures
from skillc.runtime.safety.motion_limits import MotionState

AT_ONCE = 200
"""Ticks measured at once, so that a long motion needs no gigabyte."""
SINGULAR_SLACK, SINGULAR_HALT = 0.8, 0.5
"""ours: shares; a fifth below the planned motion's least singular value begins to be slowed, half of that halts."""


def with_halts(model: CollisionModel, qpos: FloatArray, limits: MotionLimits, dt: float) -> CollisionModel:
    """Return `model` with its halts set for a planned motion.

    Args:
        model: the body and what surrounds it; its halts are not read.
        qpos: (T, n) rad, the motion, one posture every dt seconds.
        limits: how the robot brakes: the postures that braking from the motion passes count as the motion's.
        dt: s.
    """
    least = _least(RobotBody(model), qpos, limits, dt)
    halts = [np.minimum(model.keep_m, near - model.slack_m) - model.slow_m for near in least[:3]]
    slow = min(model.keep_singular, SINGULAR_SLACK * float(least[3]))
    return replace(
        model,
        pair_halt_m=halts[0],
        table_halt_m=halts[1],
        box_halt_m=halts[2],
        singular_slow=slow,
        singular_halt=SINGULAR_HALT * slow,
    )


def _least(
    body: RobotBody, qpos: FloatArray, limits: MotionLimits, dt: float
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return the least of what `RobotBody.distances` measures, over the motion and all braking from it."""
    v = np.diff(qpos, axis=0, prepend=qpos[:1]) / dt
    a = np.diff(v, axis=0, prepend=v[:1]) / dt
    found = []
    for first in range(0, len(qpos), AT_ONCE):
        part = slice(first, first + AT_ONCE)
        passed = braking_postures(MotionState.moving(qpos[part], v[part], a[part], limits, dt))
        found.append([distances.min(axis=0) for distances in body.distances(passed.reshape(-1, qpos.shape[1]))])
    pairs, table, boxes, singular = (np.min(parts, axis=0) for parts in zip(*found))
    return pairs, table, boxes, singular
