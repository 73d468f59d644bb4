"""The safety filter: the last thing between any command and the robot.

It guarantees that what leaves it is finite, inside the position, speed, acceleration and jerk limits, and computed from
fresh feedback; otherwise it holds or stops. It never raises on bad input and imports no learning library. Stop is
final: after it only braking commands leave, until a new filter is made by a person's acknowledgement.
"""

from dataclasses import dataclass

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.contract import Contract
from skillc.runtime.safety.monitors import ActionMonitor, AgeMonitor, ClampMonitor, PersistentMonitor
from skillc.runtime.safety.motion_limits import MotionLimits, MotionState, brake_step, limit_step
from skillc.runtime.safety.trip import Response, Trip

COMMAND_HOLD_TICKS, COMMAND_STOP_TICKS = 2, 6
"""FAULTS R15: commands dropped for more than 2 / 6 ticks hold / stop."""


@dataclass(frozen=True, kw_only=True)
class Feedback:
    """What the robot reports."""

    qpos: FloatArray
    """(n,) measured joint positions, rad."""
    age_s: float
    """Seconds since it was measured (monotonic clock)."""
    contact_force_n: float
    """Largest force on something that must not be pressed; simulation: contacts, hardware: torque residual."""


@dataclass(frozen=True, kw_only=True)
class SafeCommand:
    """What may be sent."""

    q: FloatArray
    """(n,) joint position targets, rad."""
    response: Response
    trips: tuple[Trip, ...]
    limited: bool
    """The command was pulled back inside the limits."""


class SafetyFilter:
    """Checks and limits every command; holds state from tick to tick."""

    def __init__(self, contract: Contract, q: FloatArray) -> None:
        """Start at rest at the measured q (n,), with the limits and thresholds of the contract."""
        bounds, dt = contract.safety, 1.0 / contract.control_rate_hz
        self._limits, self._dt = MotionLimits.from_contract(contract), dt
        self._state = MotionState.at_rest(q)
        self._tracked = np.flatnonzero([group not in contract.hand_groups for group in contract.joint_groups])
        self._stopped = False
        self._action = ActionMonitor(size=len(q))
        self._clamp = ClampMonitor(window_ticks=round(contract.control_rate_hz), share=bounds.clamp_share)
        self._feedback = AgeMonitor(
            code="R16",
            fault="arm_feedback",
            what="arm feedback",
            hold_after_s=bounds.feedback_age_ticks * dt,
            stop_after_s=bounds.feedback_stop_s,
        )
        self._command = AgeMonitor(
            code="R15",
            fault="arm_command",
            what="the last command",
            hold_after_s=COMMAND_HOLD_TICKS * dt,
            stop_after_s=COMMAND_STOP_TICKS * dt,
        )
        late = max(1, round(bounds.tracking_error_s / dt))
        self._tracking = PersistentMonitor(
            code="R21",
            fault="tracking_error",
            what="arm tracking error (rad)",
            limit=bounds.tracking_error_rad,
            hold_after_ticks=late,
            stop_after_ticks=2 * late,
        )
        self._contact = PersistentMonitor(
            code="R22",
            fault="contact_force",
            what="contact force (N)",
            limit=bounds.contact_force_n,
            hold_after_ticks=1,
            stop_after_ticks=2,
        )

    @property
    def stopped(self) -> bool:
        """True once a stop was given."""
        return self._stopped

    @property
    def limited_ticks(self) -> int:
        """How many commands were pulled back inside the limits so far."""
        return self._clamp.total

    def step(self, command: FloatArray | None, command_age_s: float, feedback: Feedback, tick: int) -> SafeCommand:
        """Return what may be sent at this tick.

        Args:
            command: (n,) joint position targets in rad, or None when nothing new was computed.
            command_age_s: seconds since the newest command was computed.
            feedback: the newest measurement.
            tick: control tick number, for the record.
        """
        trips = [
            self._feedback.check(feedback.age_s, tick),
            self._command.check(command_age_s, tick),
            self._tracking.check(self._tracking_error(feedback), tick),
            self._contact.check(feedback.contact_force_n, tick),
            None if command is None else self._action.check(np.asarray(command), tick),
        ]
        found = [t for t in trips if t is not None]
        moving = command is not None and not any(t.response != "pass" for t in found) and not self._stopped
        limited = False
        if moving and command is not None:
            self._state, factor = limit_step(command, self._state, self._limits, self._dt)
            limited = factor < 1.0
            excess = self._clamp.check(limited, 1.0 / max(factor, 1e-9), tick)
            found += [excess] if excess is not None else []
        else:
            self._state = brake_step(self._state, self._limits, self._dt)
        response: Response = "pass"
        if any(t.response == "stop" for t in found) or self._stopped:
            self._stopped, response = True, "stop"
        elif found:
            response = "hold"
        return SafeCommand(q=self._state.q.copy(), response=response, trips=tuple(found), limited=limited)

    def _tracking_error(self, feedback: Feedback) -> float:
        """Return how far the joints that touch nothing on purpose are from their targets; NaN if one is not finite."""
        error = np.abs(feedback.qpos[self._tracked] - self._state.q[self._tracked])
        return float(np.max(error, initial=0.0)) if np.isfinite(error).all() else float("nan")
