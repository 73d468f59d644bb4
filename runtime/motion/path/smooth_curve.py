"""The smoothest way along a row of knots: from rest to rest with the least jerk, each knot met within a tolerance.

A curve of quintics is told by position, velocity and acceleration at its knots, and the integral of its squared jerk is
a quadratic form in them; whatever of them is left free takes the values with the least jerk by one linear solve, which
makes the curve C4 (Flash and Hogan's minimum-jerk motion through points).
"""

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import BPoly
from scipy.optimize import minimize

from skillc.runtime.formats.arrays import BoolArray, FloatArray
from skillc.runtime.motion.path.interpolation import smoothstep

HALVINGS = 20
"""ours: of the range of weights searched, 1e-12 .. 1e12 of the least that matters, down to a factor of 1.1."""
RUSHED = 5.0
"""ours: a step between knots takes at least a fifth, at most five times the time that its length asks for."""


@dataclass(frozen=True, kw_only=True)
class SmoothCurve:
    """A curve over 0..1 that begins and ends at rest."""

    path: BPoly
    """0..1 -> (n,)."""
    at: FloatArray
    """(K,) where it passes the knots, from 0 to 1."""


def smooth_curve(q: FloatArray, tolerance: FloatArray) -> SmoothCurve:
    """Return the curve that meets the ends of q (K, n) and passes its other knots within `tolerance` (n,).

    Of the curves through all knots the one with the least jerk, in shape and timing, says when they are passed; at
    these times it is then relaxed as far as the tolerance allows. Through two knots it is the quintic of Eq. 2.

    Args:
        q: no two neighbours alike; the jerk of every column counts alike.
        tolerance: above zero.
    """
    at = _times(q)
    steps = np.diff(at)
    columns = [_relaxed(steps, q[:, k : k + 1], float(allowed)) for k, allowed in enumerate(tolerance)]
    return SmoothCurve(path=BPoly.from_derivatives(at, list(np.concatenate(columns, axis=2))), at=at)


def _times(x: FloatArray) -> FloatArray:
    """Return when the knots x (K, n) are passed, 0..1, so that the way through all of them has the least jerk."""
    length = np.linalg.norm(np.diff(x, axis=0), axis=1)
    length = np.maximum(length, 0.02 * length.sum())
    fine = np.linspace(0.0, 1.0, 201)
    share = np.concatenate([[0.0], np.cumsum(length)]) / length.sum()
    first = np.diff(np.interp(share, smoothstep(fine), fine))
    if len(first) < 2:
        return np.array([0.0, 1.0])
    passed = np.ones((len(x), 3), dtype=np.bool_)
    passed[1:-1, 1:] = False

    def cost(logs: FloatArray) -> tuple[float, FloatArray]:
        """Return the logarithm of the jerk of a motion of duration 1, and its gradient."""
        steps = first * np.exp(logs)
        state = _least_jerk(_form(_pieces(steps)), _at_rest(x), passed)
        ends = np.concatenate([state[:-1], state[1:]], axis=1)
        pieces = _pieces(steps)
        jerk = np.einsum("kan,kab,kbn->", ends, pieces, ends)
        slope = np.einsum(
            "kan,kab,kbn->k", ends, POWER * pieces, ends
        )  # of each step's logarithm; the state is optimal
        whole = steps.sum()
        return float(np.log(jerk) + 5.0 * np.log(whole)), slope / jerk + 5.0 * steps / whole

    bounds = [(-np.log(RUSHED), np.log(RUSHED))] * len(first)
    steps = first * np.exp(minimize(cost, np.zeros(len(first)), jac=True, method="L-BFGS-B", bounds=bounds).x)
    return np.concatenate([[0.0], np.cumsum(steps[:-1]) / steps.sum(), [1.0]])


def _relaxed(steps: FloatArray, x: FloatArray, tolerance: float) -> FloatArray:
    """Return the states (K, 3, 1) with the least jerk whose positions stay within `tolerance` of x (K, 1)."""
    form, held = _form(_pieces(steps)), np.ones((len(x), 3), dtype=np.bool_)
    held[1:-1, 1:] = False
    best = _least_jerk(form, _at_rest(x), held)
    if len(x) < 3:
        return best
    held[1:-1] = False
    near = np.zeros((len(x), 3))
    near[1:-1, 0] = 1.0
    unit = np.trace(form[3:-3:3, 3:-3:3]) / (len(x) - 2)
    low, high = -12.0, 12.0
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        found = _least_jerk(form / unit * 10.0**middle, _at_rest(x), held, near.ravel())
        if np.abs(found[:, 0] - x).max() <= tolerance:
            low, best = middle, found
        else:
            high = middle
    return best


def _least_jerk(form: FloatArray, state: FloatArray, held: BoolArray, near: FloatArray | float = 0.0) -> FloatArray:
    """Return the states (K, 3, n) of least jerk: those `held` (K, 3) are kept, others drawn to `state` by `near`."""
    z, fixed = state.reshape(-1, state.shape[2]).copy(), held.ravel()
    pull = np.broadcast_to(np.asarray(near, dtype=np.float64), fixed.shape)[~fixed]
    normal = form[np.ix_(~fixed, ~fixed)] + np.diag(pull)
    z[~fixed] = np.linalg.solve(normal, pull[:, None] * z[~fixed] - form[np.ix_(~fixed, fixed)] @ z[fixed])
    return z.reshape(state.shape)


def _at_rest(x: FloatArray) -> FloatArray:
    """Return states (K, 3, n) at positions x (K, n), without velocity and acceleration."""
    return np.stack([x, np.zeros_like(x), np.zeros_like(x)], axis=1)


def _form(pieces: FloatArray) -> FloatArray:
    """Put the forms of the pieces (K - 1, 6, 6) together: (3 K, 3 K)."""
    whole = np.zeros((3 * len(pieces) + 3, 3 * len(pieces) + 3))
    for k, piece in enumerate(pieces):
        whole[3 * k : 3 * k + 6, 3 * k : 3 * k + 6] += piece
    return whole


def _pieces(steps: FloatArray) -> FloatArray:
    """Return the integral of the squared jerk of a quintic that takes steps (N,), as a form in its ends: (N, 6, 6)."""
    return np.asarray(steps[:, None, None] ** POWER * UNIT_JERK)


def _unit_jerk() -> FloatArray:
    """Return that form for a step of 1."""
    exponent = np.arange(6)
    at_0, at_1 = np.diag([1.0, 1.0, 2.0, 0.0, 0.0, 0.0])[:3], np.ones((3, 6))
    at_1[1], at_1[2] = exponent, exponent * (exponent - 1)
    falling = exponent * (exponent - 1) * (exponent - 2)
    power = np.add.outer(exponent, exponent) - 5.0
    jerk = np.where(power > 0, np.outer(falling, falling) / np.maximum(power, 1.0), 0.0)
    from_ends = np.linalg.inv(np.concatenate([at_0, at_1]))
    return np.asarray(from_ends.T @ jerk @ from_ends)


UNIT_JERK = _unit_jerk()
POWER = np.add.outer(np.tile(np.arange(3), 2), np.tile(np.arange(3), 2)) - 5.0
"""Of the step in each entry of the form: a velocity comes with the step, an acceleration with its square."""
