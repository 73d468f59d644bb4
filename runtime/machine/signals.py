"""What the guards of a machine read, each computed when a guard asks for it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from skillc.runtime.drivers.measurement import Measurement
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.contract import Contract
from skillc.runtime.formats.reference import Reference
from skillc.runtime.machine.device_watch import SceneSeen
from skillc.runtime.safety.filter import SafeCommand


@dataclass(frozen=True, kw_only=True)
class Now:
    """One tick as the machine sees it."""

    contract: Contract
    reference: Reference
    measured: Measurement
    q_before: FloatArray
    """(n,) rad, measured one tick earlier."""
    safe: SafeCommand
    """What was sent last, and what the safety filter found."""
    seen: SceneSeen
    fresh_s: float
    """s; a scene seen longer ago is not ready."""
    sample: int
    """Of the reference, commanded last."""
    phase_remaining: float
    time_in_state: float
    answered: bool
    """There is no policy, or it has answered."""
    distilled: bool
    """There is no planner, or it knows the hand poses for the scene that was seen."""
    adjusted: bool
    """There is no planner, or its motion for that scene is followed."""
    fault_active: bool


class MachineSignals(Mapping[str, float]):
    """Every signal of `SIGNALS` at one tick."""

    def __init__(self, now: Now) -> None:
        """Read nothing yet."""
        self._now = now

    def __getitem__(self, name: str) -> float:
        return _SIGNALS[name](self._now)

    def __iter__(self) -> Iterator[str]:
        return iter(_SIGNALS)

    def __len__(self) -> int:
        return len(_SIGNALS)


def _scene_ready(now: Now) -> float:
    poses, contract = now.measured.T_table_objects, now.contract
    needed = {contract.manipulated, contract.target or contract.manipulated}
    seen = needed <= poses.keys() and all(np.isfinite(T).all() for T in poses.values())
    return float(seen and 0 <= now.seen.age_s <= now.fresh_s and now.answered)


def _start_error(now: Now) -> float:
    return float(np.max(np.abs(now.measured.qpos - now.reference.qpos[0])))


def _tracking_error(now: Now) -> float:
    return float(np.max(np.abs(now.measured.qpos - now.safe.q)))


def _object_error(now: Now) -> float:
    expected = now.reference.T_table_manip[now.sample]
    return float(np.linalg.norm(now.seen.T_manip[:3, 3] - expected[:3, 3]))


def _object_turn(now: Now) -> float:
    turn = now.seen.T_manip[:3, :3].T @ now.reference.T_table_manip[now.sample][:3, :3]
    return float(np.arccos(np.clip((np.trace(turn) - 1.0) / 2.0, -1.0, 1.0)))


def _object_tilt(now: Now) -> float:
    return float(np.arccos(np.clip(now.seen.T_manip[2, 2], -1.0, 1.0)))


def _joint_speed(now: Now) -> float:
    return float(np.max(np.abs(now.measured.qpos - now.q_before))) * now.contract.control_rate_hz


_SIGNALS: Mapping[str, Callable[[Now], float]] = {
    "time_in_state": lambda now: now.time_in_state,
    "phase_remaining": lambda now: now.phase_remaining,
    "scene_ready": _scene_ready,
    "distilled": lambda now: float(now.distilled),
    "adjusted": lambda now: float(now.adjusted),
    "start_error": _start_error,
    "tracking_error": _tracking_error,
    "hand_force": lambda now: now.measured.contacts.hand_object_force,
    "object_height": lambda now: now.measured.manip_lowest_z,
    "object_error": _object_error,
    "object_turn": _object_turn,
    "object_tilt": _object_tilt,
    "object_age": lambda now: now.seen.age_s,
    "fault_active": lambda now: float(now.fault_active),
    "joint_speed": _joint_speed,
}
