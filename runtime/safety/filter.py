"""The safety filter: the last thing between any command and the robot.

It guarantees that what leaves it is finite and inside the position, speed, acceleration and jerk limits at every tick,
in pass, hold and stop, and computed from fresh feedback; otherwise it holds or stops. Limits are validated when it is
made; after that it never raises: a malformed command or measurement is a trip. It imports no learning library. Stop is
final: after it nothing follows commands, until a new filter is made by a person's acknowledgement.

Holding: brake to rest, then keep the pose measured there, hands their present grip. While a contact presses too hard
the body yields: its target follows the measured pose, so that the pressing ends. Of the last three readings the middle
one counts, joint by joint: a single absurd one moves nothing.
"""

from dataclasses import dataclass

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.contract import Contract
from skillc.runtime.formats.motion_limits import LimitsRefused, MotionLimits
from skillc.runtime.safety.collision import CollisionMonitor
from skillc.runtime.safety.monitors import (
    ActionMonitor,
    AgeMonitor,
    ClampMonitor,
    OutsideMonitor,
    PersistentMonitor,
    ReadingMonitor,
)
from skillc.runtime.safety.motion_limits import MotionState, brake_step, limit_step
from skillc.runtime.safety.trip import Fault, Response, Trip

ARM_COMMAND = Fault(code="R15", fault="arm_command")
ARM_FEEDBACK = Fault(code="R16", fault="arm_feedback")
TRACKING_ERROR = Fault(code="R21", fault="tracking_error")
CONTACT_FORCE = Fault(code="R22", fault="contact_force")
HAND_FEEDBACK = Fault(code="R26", fault="hand_feedback")
COMMAND_HOLD_TICKS, COMMAND_STOP_TICKS = 2, 6
"""FAULTS R15: commands dropped for more than 2 / 6 ticks hold / stop."""
BAD_READINGS = 2
"""FAULTS R26: more than two failed reads of the hand hold; the arm's are counted alike."""
OUTSIDE_RAD = 0.01
"""ours: backlash and zero offset of a joint at its stop. Farther outside its range a joint that goes on outwards stops
the run, and a command is a huge one; nearer, the command is pulled back like any other."""


@dataclass(frozen=True, kw_only=True)
class Feedback:
    """What the robot reports. Nothing in it is trusted: any field may be missing, ragged or not finite."""

    qpos: FloatArray
    """(n,) measured joint positions, rad."""
    age_s: float
    """Seconds since it was measured (monotonic clock)."""
    contact_force_n: float
    """Largest force of arm or hand on table, target or obstacle; hardware: torque residual."""


@dataclass(frozen=True, kw_only=True)
class SafeCommand:
    """What may be sent."""

    q: FloatArray
    """(n,) joint position targets, rad."""
    response: Response
    trips: tuple[Trip, ...]
    limited: bool
    """The command was pulled back inside the limits."""
    resting: bool
    """What is sent stands still."""

    @classmethod
    def at_rest(cls, q: FloatArray) -> "SafeCommand":
        """Return what holds before the first command: the robot stands at q (n,)."""
        return cls(q=np.array(q, dtype=np.float64), response="pass", trips=(), limited=False, resting=True)


class SafetyFilter:
    """Checks and limits every command; holds state from tick to tick."""

    def __init__(self, contract: Contract, q: FloatArray) -> None:
        """Start at rest at the measured q (n,), with the limits, thresholds and body of the contract.

        Raises:
            LimitsRefused: a limit or threshold is no finite positive number, `q` is not n finite numbers, or the body
                has other joints.
        """
        dt = 1.0 / contract.control_rate_hz
        self._limits, self._dt = MotionLimits.of(contract.joints), dt
        start = _vector(q, len(contract.joints))
        if start is None:
            raise LimitsRefused(f"the robot's start must be {len(contract.joints)} finite numbers, got {q!r}")
        _require_thresholds(contract)
        if contract.body.joint_names != contract.joint_names:
            raise LimitsRefused("the body has other joints than the contract")
        self._state, self._measured = MotionState.at_rest(start), start
        self._readings, self._rested = (start, start, start), 0
        self._rest: FloatArray | None = None
        self._wanted: FloatArray | None = start
        self._body = np.array([group not in contract.hand_groups for group in contract.joint_groups])
        self._reach = self._limits.speed * max(dt, 1.0 / contract.policy_rate_hz)
        self._stopped, self._slowed, self._limited = False, False, 0
        self._monitors = _Monitors(contract, self._limits, dt)
        self._collision = CollisionMonitor(contract.body)
        self._ahead = self._collision.ahead(self._state)

    @property
    def stopped(self) -> bool:
        """True once a stop was given."""
        return self._stopped

    @property
    def limited_ticks(self) -> int:
        """How many commands were pulled back inside the limits so far."""
        return self._limited

    def step(self, command: FloatArray | None, command_age_s: float, feedback: Feedback, tick: int) -> SafeCommand:
        """Return what may be sent at this tick.

        Args:
            command: (n,) joint position targets in rad, or None when nothing new was computed.
            command_age_s: seconds since the newest command was computed.
            feedback: the newest measurement.
            tick: control tick number, for the record.
        """
        seen = self._monitors
        reading = _reading(feedback.qpos, len(self._body))
        sound = np.isfinite(reading)
        self._measured = np.where(sound, reading, self._measured)
        self._readings = (*self._readings[1:], self._measured)
        error = float(np.abs(self._measured - self._state.q)[self._body].max(initial=0.0))
        pressing = seen.contact.check(_number(feedback.contact_force_n), tick)
        trips = [
            seen.feedback.check(_number(feedback.age_s), tick),
            seen.command.check(_number(command_age_s), tick),
            seen.arm_reading.check(bool(sound[self._body].all()), tick),
            seen.hand_reading.check(bool(sound[~self._body].all()), tick),
            seen.tracking.check(error, tick),
            seen.outside.check(self._measured, tick),
            pressing,
        ]
        wanted = None
        if command is not None:
            wanted, wrong = seen.action.check(command, tick)
            trips.append(wrong)
            # What is held back before an obstacle falls behind its commands; that is no huge demand.
            if wanted is not None and not self._slowed:
                trips.append(seen.clamp.check(self._excess(wanted), tick))
        found = tuple(t for t in trips if t is not None)
        self._stopped = self._stopped or any(t.response == "stop" for t in found)
        response: Response = "stop" if self._stopped else "hold" if found else "pass"
        limited = False
        if wanted is not None and response == "pass":
            limited, near = self._follow(wanted, tick)
            if near is not None:
                found, response = (near,), "hold"
        if wanted is None or response != "pass":
            self._hold(yields=pressing is not None)
            self._wanted, self._slowed = self._state.q if self._state.resting else None, False
            self._ahead = self._collision.ahead(self._state, self._ahead)
        return SafeCommand(
            q=_within(self._limits, self._state.q),
            response=response,
            trips=found,
            limited=limited,
            resting=self._state.resting,
        )

    def _follow(self, wanted: FloatArray, tick: int) -> tuple[bool, Trip | None]:
        """Take a step towards `wanted` (n,), or none where it leads too near to something.

        Returns whether the step was pulled back, and why none was taken.
        """
        # Two commands in a row tell a speed, or one and rest; after a missing one, in motion, the target may stand.
        speed, most = np.zeros(len(wanted)), self._limits.speed
        if self._wanted is not None:
            speed = np.minimum(np.maximum((wanted - self._wanted) / self._dt, -most), most)
        state, limited = limit_step(wanted, self._state, self._limits, self._dt, speed)
        ahead = self._collision.ahead(state, self._ahead)
        share = self._collision.share(self._ahead, ahead)
        self._slowed = share < 1.0
        if self._slowed:
            way = wanted - self._state.q
            full = way / max(1.0, float(np.max(np.abs(way) / (self._limits.speed * self._dt))))
            nearer, limited = self._state.q + share * full, True
            state, _ = limit_step(nearer, self._state, self._limits, self._dt, share * full / self._dt)
            ahead = self._collision.ahead(state, self._ahead)
        near = self._collision.check(self._ahead, ahead, tick)
        if near is None:
            self._state, self._ahead, self._wanted = state, ahead, wanted
            self._rest, self._rested = None, 0
            self._limited += limited
        return limited, near

    def _excess(self, wanted: FloatArray) -> float:
        """Return the largest demand of a command as a multiple of what is possible; infinite far outside the range."""
        outside = self._outside(wanted)
        # A joint that stands outside its range may be commanded to stay there.
        if outside.any() and (outside > self._outside(self._state.q) + OUTSIDE_RAD).any():
            return float("inf")
        return float((np.abs(wanted - self._state.q) / self._reach).max(initial=0.0))

    def _outside(self, q: FloatArray) -> FloatArray:
        """Return how far each joint of q (n,) is outside its range, rad."""
        outside: FloatArray = np.maximum(np.maximum(self._limits.lower - q, q - self._limits.upper), 0.0)
        return outside

    def _hold(self, *, yields: bool) -> None:
        """Brake; at rest go to the measured pose and stay, hands where they were commanded."""
        reachable = _within(self._limits, np.sort(self._readings, axis=0)[1], self._state.q)
        if self._rest is None:
            self._state = brake_step(self._state, self._limits, self._dt)
            self._rested = self._rested + 1 if self._state.resting else 0
            if self._rested == len(self._readings):
                self._rest = np.where(self._body, reachable, self._state.q)
            return
        if yields:
            self._rest = np.where(self._body, reachable, self._rest)
        box = self._limits.between(self._state.q, self._rest)
        self._state, _ = limit_step(self._rest, self._state, box, self._dt)


class _Monitors:
    """One of each, with the thresholds of a contract."""

    def __init__(self, contract: Contract, limits: MotionLimits, dt: float) -> None:
        bounds = contract.safety
        late = max(1, round(bounds.tracking_error_s / dt))
        self.action = ActionMonitor(size=len(contract.joints))
        self.clamp = ClampMonitor(window_ticks=round(contract.control_rate_hz), share=bounds.clamp_share)
        self.feedback = AgeMonitor(
            fault=ARM_FEEDBACK,
            what="arm feedback",
            hold_after_s=bounds.feedback_age_ticks * dt,
            stop_after_s=bounds.feedback_stop_s,
        )
        self.command = AgeMonitor(
            fault=ARM_COMMAND,
            what="the last command",
            hold_after_s=COMMAND_HOLD_TICKS * dt,
            stop_after_s=COMMAND_STOP_TICKS * dt,
        )
        self.arm_reading = ReadingMonitor(fault=ARM_FEEDBACK, what="arm", allowed=BAD_READINGS)
        self.hand_reading = ReadingMonitor(fault=HAND_FEEDBACK, what="hand", allowed=BAD_READINGS)
        self.outside = OutsideMonitor(lower=limits.lower, upper=limits.upper, least=OUTSIDE_RAD)
        self.tracking = PersistentMonitor(
            fault=TRACKING_ERROR,
            what="arm tracking error (rad)",
            limit=bounds.tracking_error_rad,
            hold_after_ticks=late,
            stop_after_ticks=2 * late,
        )
        self.contact = PersistentMonitor(
            fault=CONTACT_FORCE,
            what="contact force (N)",
            limit=bounds.contact_force_n,
            hold_after_ticks=1,
            stop_after_ticks=2,
        )


def _require_thresholds(contract: Contract) -> None:
    bounds = contract.safety
    for name in (
        "contact_force_n", "tracking_error_rad", "tracking_error_s", "feedback_age_ticks",
        "feedback_stop_s", "clamp_share",
    ):  # fmt: skip
        value = getattr(bounds, name)
        if not isinstance(value, int | float) or not 0 < value < float("inf"):
            raise LimitsRefused(f"safety.{name} is {value!r}; expected a finite number above zero")


def _vector(values: object, size: int) -> FloatArray | None:
    """Return `values` as (size,) finite floats, None if they are not."""
    found = _reading(values, size)
    return found if np.isfinite(found).all() else None


def _reading(values: object, size: int) -> FloatArray:
    """Return `values` as (size,) floats; all NaN if they have another shape or are no numbers."""
    try:
        found = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        found = np.empty(0)
    return found if found.shape == (size,) else np.full(size, np.nan)


def _number(value: object) -> float:
    """Return `value` as a float, NaN if it is none."""
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return float("nan")


def _within(limits: MotionLimits, wanted: FloatArray, standing: FloatArray | None = None) -> FloatArray:
    """Return `wanted` (n,) inside the range of every joint, wider where one stands outside it by more than rounding.

    `standing` (n,) is where the joints are; `wanted` if not given.
    """
    q = wanted if standing is None else standing
    lower = np.where(limits.lower - q > 1e-9, q, limits.lower)
    upper = np.where(q - limits.upper > 1e-9, q, limits.upper)
    inside: FloatArray = np.minimum(np.maximum(wanted, lower), upper)
    return inside
