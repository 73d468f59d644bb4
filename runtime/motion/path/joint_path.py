"""Joint paths through hand poses, and their timing at the control rate."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.interpolate import BPoly, PchipInterpolator

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.motion_limits import MotionLimits
from skillc.runtime.motion.kinematics.arm_ik import Arm, solve_arm
from skillc.runtime.motion.path.smooth_curve import smooth_curve
from skillc.runtime.motion.path.time_scaling import limit_use


@dataclass(frozen=True, kw_only=True)
class Followed:
    """Arm postures along hand poses and how well each pose is met."""

    q: FloatArray
    """(K, n) rad."""
    position_error_m: FloatArray
    """(K,)."""
    rotation_error_rad: FloatArray
    """(K,)."""


def follow(
    arm: Arm, T_table_robot: FloatArray, Ts_table_hand: FloatArray, q_first: FloatArray, *, rest_weight: float = 0.02
) -> Followed:
    """Solve the hand poses (K, 4, 4) one after another from posture `q_first` (n,): the DLS tracking of A.2.2.

    Each solution starts from the one before, with a light pull of the null space towards it, so the elbow does not
    wander.
    """
    T_robot_table = np.linalg.inv(T_table_robot)
    q = np.array(q_first)
    postures, position, rotation = [], [], []
    for T in Ts_table_hand:
        found = solve_arm(
            arm, (T_robot_table @ T)[None], q, q_rest=q_first, rest_weight=rest_weight, iterations=30, step_rad=0.3
        )
        q = found.q[0]
        postures.append(q)
        position.append(found.position_error_m[0])
        rotation.append(found.rotation_error_rad[0])
    return Followed(q=np.array(postures), position_error_m=np.array(position), rotation_error_rad=np.array(rotation))


@dataclass(frozen=True, kw_only=True)
class TimedPath:
    """A rest-to-rest motion along a joint path."""

    q: FloatArray
    """(T, n) at the control rate; the first sample is one period after the start, the last is the end."""
    progress: FloatArray
    """(T,) position along the knots, 0..K-1: knot k is met at progress k."""
    duration_s: float


def timed(
    knots: FloatArray,
    limits: MotionLimits,
    *,
    tolerance: FloatArray,
    rate_hz: float,
    at_least_s: float,
    aim_acceleration: float,
) -> TimedPath:
    """Run along joint knots (K, n) from rest to rest with the least jerk; between two knots that is Eq. 2.

    The duration is the shortest whole number of periods that keeps all limits, is at least `at_least_s`, and keeps the
    RMS acceleration near `aim_acceleration`.

    Args:
        knots: (K, n) rad, first and last at rest.
        limits: of the n joints.
        tolerance: (n,) rad by which the knots between the ends may be missed.
        rate_hz: control rate.
        at_least_s: s.
        aim_acceleration: rad/s^2, bound on the largest acceleration; smooth motion costs little time (ours).
    """
    curve = _curve(knots, limits, tolerance)
    if curve is None:
        count = max(int(np.ceil(at_least_s * rate_hz - 1e-9)), 1)
        return TimedPath(
            q=np.repeat(knots[-1:], count, axis=0),
            progress=np.linspace(0, len(knots) - 1, count + 1)[1:],
            duration_s=count / rate_hz,
        )
    duration = max(at_least_s, 1.0 / rate_hz)
    smooth = limits
    if aim_acceleration > 0:
        smooth = replace(limits, acceleration=np.minimum(limits.acceleration, aim_acceleration))
    for _ in range(60):
        count = int(np.ceil(duration * rate_hz - 1e-9))
        s = np.arange(1, count + 1) / count
        q = curve.path(s)
        q[-1] = knots[-1]
        held = np.concatenate([np.repeat(knots[:1], 3, axis=0), q, np.repeat(knots[-1:], 3, axis=0)])
        use = limit_use(held, smooth, rate_hz)
        slower = max(use.speed, use.acceleration**0.5, use.jerk ** (1 / 3))
        if slower <= 1.0:
            break
        duration *= min(max(slower, 1.005), 1.3)
    return TimedPath(q=q, progress=curve.progress(s), duration_s=count / rate_hz)


def swept(
    knots: FloatArray, limits: MotionLimits, *, tolerance: FloatArray, step_rad: float = 0.05
) -> tuple[FloatArray, FloatArray]:
    """Return postures (S, n) at most `step_rad` apart on the curve that `timed` runs along, and their progress (S,)."""
    curve = _curve(knots, limits, tolerance)
    if curve is None:
        return knots, np.arange(float(len(knots)))
    fine = np.linspace(0.0, 1.0, 40 * len(curve.at))
    moved = np.max(np.abs(np.diff(curve.path(fine), axis=0)), axis=1)
    along = np.concatenate([[0.0], np.cumsum(moved)])
    s = np.interp(np.linspace(0.0, along[-1], int(np.ceil(along[-1] / step_rad)) + 1), along, fine)
    s = np.unique(np.concatenate([s, curve.at]))
    return curve.path(s), curve.progress(s)


@dataclass(frozen=True, kw_only=True)
class _Curve:
    path: BPoly
    """Over 0..1, from rest to rest."""
    at: FloatArray
    """(M,) where it passes its knots."""
    index: FloatArray
    """(M,) which of the given knots these are: repeated ones are left out."""

    def progress(self, s: FloatArray) -> FloatArray:
        """Return where s (S,), 0..1, lies along the knots: between two of them by the length of the way."""
        fine = np.unique(np.concatenate([self.at, np.linspace(0.0, 1.0, 30 * len(self.at))]))
        moved = np.linalg.norm(np.diff(self.path(fine), axis=0), axis=1)
        length = np.concatenate([[0.0], np.cumsum(moved)])
        return np.asarray(np.interp(np.interp(s, fine, length), np.interp(self.at, fine, length), self.index))


def _curve(knots: FloatArray, limits: MotionLimits, tolerance: FloatArray) -> _Curve | None:
    """Return the smoothest curve along joint knots (K, n); None where they are all one posture.

    The ends are met, the knots between them within the tolerance: they come from a picture, and what jitters in it is
    no part of the motion. Where the curve leaves the joints' range it is held to one that stays between neighbouring
    knots (Fritsch and Carlson's monotone cubic), sampled ever more closely.
    """
    keep = np.concatenate([[True], np.max(np.abs(np.diff(knots, axis=0)), axis=1) > 1e-9])
    q, index = knots[keep], np.flatnonzero(keep).astype(np.float64)
    if len(q) < 2:
        return None
    first = smooth = smooth_curve(q, tolerance)
    for pieces in (1, 4, 8, 16):
        if pieces > 1:
            share = np.linspace(0.0, 1.0, pieces, endpoint=False)
            at = np.append((first.at[:-1, None] + share * np.diff(first.at)[:, None]).ravel(), 1.0)
            smooth = smooth_curve(PchipInterpolator(first.at, q)(at), tolerance / 20.0)
        seen = smooth.path(np.linspace(0.0, 1.0, 20 * len(q)))
        if np.all((seen >= limits.lower) & (seen <= limits.upper)):
            break
    return _Curve(path=smooth.path, at=smooth.at[::pieces], index=index)
