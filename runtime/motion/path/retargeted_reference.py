"""The retargeted motion before refinement as a reference: what refinement is compared with, and baselines learn from.

A baseline must be able to win: it starts at the robot's home posture, comes to the demonstration's first pose by a path
of its own, picks up and gives up speed gradually, and is slowed down as a whole until it keeps every limit of the
contract. The poses themselves are not touched (the paper's "retargeted replay").
"""

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.contract import Contract
from skillc.runtime.formats.joint_motion import JointMotion
from skillc.runtime.formats.keyframes import Keyframes
from skillc.runtime.formats.motion_limits import MotionLimits
from skillc.runtime.formats.object_motion import ObjectMotion
from skillc.runtime.formats.reference import PHASES, Reference
from skillc.runtime.motion.path.interpolation import smoothstep
from skillc.runtime.motion.path.time_scaling import LimitUse, limit_use, rest_to_rest_duration

RAMP_S = 0.5
"""ours: demonstrated time over which speed is picked up at the start and given up at the end."""
ROUNDS = 30
"""ours: slowing by the excess reaches the limits within about ten."""


@dataclass(frozen=True, kw_only=True)
class Retargeted:
    """What the motion is made of."""

    raw: JointMotion
    keyframes: Keyframes
    object_motion: ObjectMotion
    contract: Contract
    home: FloatArray
    """(n,) rad, where it begins."""
    releases: bool
    """Whether the skill lets go in the end."""


def retargeted_reference(made_of: Retargeted) -> Reference:
    """Return the retargeted motion at the control rate, within all limits, from home; phases follow the keyframes.

    Raises:
        ValueError: no slowing brings the motion inside the limits (a pose outside a joint's range).
    """
    raw, keys, contract = made_of.raw, made_of.keyframes, made_of.contract
    order = [raw.joint_names.index(name) for name in contract.joint_names]
    limits = MotionLimits.of(contract.joints)
    shown = CubicSpline(raw.time_s - raw.time_s[0], np.clip(raw.qpos[:, order], limits.lower, limits.upper))
    # Splines may swing a little over the range that their knots keep.
    u = _paced(shown, float(raw.time_s[-1] - raw.time_s[0]), limits, contract.control_rate_hz)
    played = np.clip(shown(u), limits.lower, limits.upper)
    home = _from_home(made_of.home, played[0], limits, contract.control_rate_hz)
    frame = np.clip(np.searchsorted(raw.time_s - raw.time_s[0], u, side="right") - 1, 0, len(raw.time_s) - 1)
    release = keys.release if keys.release is not None else len(raw.time_s)
    phase = np.full(len(u), PHASES.index("approach"))
    phase[frame >= keys.contact] = PHASES.index("track")
    # The machine goes through its contact state, which must not be a pause: the tick of contact is its motion.
    phase[np.searchsorted(frame, keys.contact)] = PHASES.index("close")
    if made_of.releases:
        phase[frame >= release] = PHASES.index("release")
    qpos = np.vstack([home, played])
    nowhere = np.full((len(PHASES), 4, 4), np.nan)
    poses = made_of.object_motion.T_table_object
    expected = poses[np.clip(frame, 0, len(poses) - 1)]
    return Reference(
        time_s=np.arange(len(qpos)) / contract.control_rate_hz,
        qpos=qpos,
        joint_names=contract.joint_names,
        phase=np.concatenate([np.full(len(home), PHASES.index("approach")), phase]),
        T_table_robot=raw.T_table_robot,
        anchor_index=np.zeros(0, dtype=np.int64),
        anchor_name=(),
        anchor_T_table_hand=np.zeros((0, 4, 4)),
        T_manip_hand=nowhere,
        T_target_hand=nowhere,
        T_table_manip=np.concatenate([np.repeat(expected[:1], len(home), axis=0), expected]),
        demonstrated_frame=np.concatenate([np.full(len(home), np.nan), frame.astype(np.float64)]),
    )


def _from_home(home: FloatArray, first: FloatArray, limits: MotionLimits, rate_hz: float) -> FloatArray:
    """Return the commands (T, n) from home to just before `first` (n,), from rest to rest."""
    ticks = int(np.ceil(rest_to_rest_duration(first - home, limits) * rate_hz))
    s = (np.arange(ticks) / max(ticks, 1))[:, None]
    path: FloatArray = home + (first - home) * smoothstep(s)
    return path


def _paced(shown: CubicSpline, length_s: float, limits: MotionLimits, rate_hz: float) -> FloatArray:
    """Return the demonstrated time (T,) of each tick, from rest to rest, slow enough for every limit."""
    slow = 1.0
    for _ in range(ROUNDS):
        u = _ticks(length_s, slow, rate_hz)
        q = np.clip(shown(u), limits.lower, limits.upper)
        used = limit_use(np.vstack([q[:1], q[:1], q[:1], q, q[-1:], q[-1:], q[-1:]]), limits, rate_hz)
        if used.inside:
            return u
        slow *= max(1.001, _excess(used))
    raise ValueError(f"slowing the retargeted motion {slow:.1f} times does not bring it inside the limits: {used}")


def _excess(used: LimitUse) -> float:
    """Return by how much the motion must be slowed to use no limit more than fully."""
    return float(max(used.speed, used.acceleration ** (1 / 2), used.jerk ** (1 / 3)))


def _ticks(length_s: float, slow: float, rate_hz: float) -> FloatArray:
    """Return demonstrated times (T,) from 0 to `length_s`, advancing by 1 / slow but for a ramp at both ends."""
    ramp = int(np.ceil(RAMP_S * slow * rate_hz))
    rising = smoothstep(np.arange(1, ramp + 1) / ramp)
    whole = max(1, int(np.ceil(length_s * slow * rate_hz)) - ramp)
    pace = np.concatenate([[0.0], rising, np.ones(whole), rising[::-1]])
    u: FloatArray = np.cumsum(pace)
    times: FloatArray = u * (length_s / u[-1])
    return times
