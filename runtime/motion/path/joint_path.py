"""Joint paths through hand poses, and their timing at the control rate."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.interpolate import BSpline, PchipInterpolator, make_interp_spline

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.motion_limits import MotionLimits
from skillc.runtime.motion.kinematics.arm_ik import Arm, solve_arm
from skillc.runtime.motion.path.interpolation import smoothstep
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
    knots: FloatArray, limits: MotionLimits, *, rate_hz: float, at_least_s: float, aim_acceleration: float
) -> TimedPath:
    """Run along the curve through joint knots (K, n) from rest to rest, by a smoothstep (Eq. 2) in time.

    The duration is the shortest whole number of periods that keeps all limits, is at least `at_least_s`, and keeps the
    RMS acceleration near `aim_acceleration`.

    Args:
        knots: (K, n) rad, first and last at rest.
        limits: of the n joints.
        rate_hz: control rate.
        at_least_s: s.
        aim_acceleration: rad/s^2, bound on the largest acceleration; smooth motion costs little time (ours).
    """
    curve = _curve(knots, limits)
    if curve is None:
        count = max(int(np.ceil(at_least_s * rate_hz - 1e-9)), 1)
        return TimedPath(
            q=np.repeat(knots[-1:], count, axis=0),
            progress=np.linspace(0, len(knots) - 1, count + 1)[1:],
            duration_s=count / rate_hz,
        )
    duration = max(at_least_s, 1.875 * float(curve.u[-1]))
    smooth = limits
    if aim_acceleration > 0:
        smooth = replace(limits, acceleration=np.minimum(limits.acceleration, aim_acceleration))
    for _ in range(60):
        count = int(np.ceil(duration * rate_hz - 1e-9))
        s = curve.u[-1] * smoothstep(np.arange(1, count + 1) / count)
        q = curve.spline(s)
        q[-1] = knots[-1]
        held = np.concatenate([np.repeat(knots[:1], 3, axis=0), q, np.repeat(knots[-1:], 3, axis=0)])
        use = limit_use(held, smooth, rate_hz)
        slower = max(use.speed, use.acceleration**0.5, use.jerk ** (1 / 3))
        if slower <= 1.0:
            break
        duration *= min(max(slower, 1.005), 1.3)
    return TimedPath(q=q, progress=np.interp(s, curve.u, curve.index), duration_s=count / rate_hz)


def swept(knots: FloatArray, limits: MotionLimits, *, step_rad: float = 0.05) -> tuple[FloatArray, FloatArray]:
    """Return postures (S, n) about `step_rad` apart on the curve that `timed` runs along, and their progress (S,)."""
    curve = _curve(knots, limits)
    if curve is None:
        return knots, np.arange(float(len(knots)))
    pieces = np.ceil(np.max(np.abs(np.diff(knots[curve.index.astype(int)], axis=0)), axis=1) / step_rad).astype(int)
    parts = [a + (b - a) * np.arange(n) / n for a, b, n in zip(curve.u[:-1], curve.u[1:], pieces)]
    u = np.append(np.concatenate(parts), curve.u[-1])
    return curve.spline(u), np.interp(u, curve.u, curve.index)


@dataclass(frozen=True, kw_only=True)
class _Curve:
    spline: BSpline
    u: FloatArray
    """(M,) where the spline meets its knots."""
    index: FloatArray
    """(M,) which of the given knots these are: repeated ones are left out."""


def _curve(knots: FloatArray, limits: MotionLimits) -> _Curve | None:
    """Return the C4 quintic through joint knots (K, n), in path length; None where they are all one posture.

    Path length is measured in seconds at full speed of the fastest joint, so no part of the path is rushed. Second and
    third derivative vanish at both ends: left free there, a quintic between uneven knots swings far off.

    Where it still leaves the joints' range it is held to a curve that stays between neighbouring knots (Fritsch and
    Carlson's monotone cubic), sampled ever more closely.
    """
    keep = np.concatenate([[True], np.max(np.abs(np.diff(knots, axis=0)), axis=1) > 1e-9])
    q = knots[keep]
    if len(q) < 2:
        return None
    cost = np.max(np.abs(np.diff(q, axis=0)) / limits.speed, axis=1)
    u = np.concatenate([[0.0], np.cumsum(np.maximum(cost, 0.1 * cost.mean()))])
    spline = _unbent(u, q)
    for pieces in (4, 8, 16):
        seen = spline(np.linspace(0.0, u[-1], 20 * len(u)))
        if np.all((seen >= limits.lower) & (seen <= limits.upper)):
            break
        share = np.linspace(0.0, 1.0, pieces, endpoint=False)
        fine = np.append((u[:-1, None] + share * np.diff(u)[:, None]).ravel(), u[-1])
        spline = _unbent(fine, PchipInterpolator(u, q)(fine))
    return _Curve(spline=spline, u=u, index=np.flatnonzero(keep).astype(np.float64))


def _unbent(u: FloatArray, q: FloatArray) -> BSpline:
    flat = np.zeros(q.shape[1])
    return make_interp_spline(u, q, k=5, bc_type=([(2, flat), (3, flat)], [(2, flat), (3, flat)]))
