"""The closed list of fault classes a running skill can meet, and the weakest response each one allows.

A spec may answer a fault more strongly than its floor, or by a recovery where the floor is a hold; it can
never weaken a floor of `stop`. The compiled machine has one response per class in every state.
"""

from dataclasses import dataclass
from typing import Literal

ResponseKind = Literal["hold", "stop", "retry", "goto"]


@dataclass(frozen=True, kw_only=True)
class FaultClass:
    """One class of faults."""

    name: str
    floor: Literal["hold", "stop"]
    """Weakest response. hold = decelerate inside limits and keep the grip; stop = hold, end the run and
    need a person."""
    recoverable: bool
    """True if a spec may answer with `retry N` or `goto STATE`."""
    meaning: str
    """What happened, for messages and the generated page."""
    hold_stops_after_s: float | None = None
    """A hold for this class lasting longer becomes a stop; null: the hold state's own timeout applies."""
    hold_stops_after_count: int | None = None
    """This many of these in a row become a stop; null: no such count."""


FAULT_CLASSES: tuple[FaultClass, ...] = (
    FaultClass(
        name="policy_output",
        floor="hold",
        recoverable=False,
        meaning="the policy's action is not finite, or is clamped in more than 5 % of the ticks of a second",
        hold_stops_after_count=3,
    ),
    FaultClass(
        name="policy_shape",
        floor="stop",
        recoverable=False,
        meaning="the policy's action has a wrong shape or dtype",
    ),
    FaultClass(
        name="policy_late",
        floor="hold",
        recoverable=False,
        meaning="no action for longer than one policy period",
        hold_stops_after_s=0.5,
    ),
    FaultClass(name="policy_dead", floor="stop", recoverable=False, meaning="the policy process ended"),
    FaultClass(
        name="policy_frozen",
        floor="hold",
        recoverable=True,
        meaning="the same action for a second while observations change",
    ),
    FaultClass(
        name="camera_stale",
        floor="hold",
        recoverable=True,
        meaning="the newest frame is older than two policy periods, or repeats",
        hold_stops_after_s=0.5,
    ),
    FaultClass(
        name="camera_invalid",
        floor="hold",
        recoverable=True,
        meaning="depth is zero or invalid in most of the frame",
    ),
    FaultClass(name="camera_lost", floor="stop", recoverable=False, meaning="the camera is unplugged"),
    FaultClass(
        name="configuration",
        floor="stop",
        recoverable=False,
        meaning="a device is not the one the contract names, or is in a wrong mode",
    ),
    FaultClass(
        name="tracker",
        floor="hold",
        recoverable=True,
        meaning="the object estimate jumps more than 5 cm in a frame",
    ),
    FaultClass(name="object_lost", floor="hold", recoverable=True, meaning="the manipulated object is no longer seen"),
    FaultClass(
        name="arm_command",
        floor="hold",
        recoverable=False,
        meaning="two commands in a row did not reach the arm",
        hold_stops_after_count=3,
    ),
    FaultClass(
        name="arm_feedback",
        floor="hold",
        recoverable=False,
        meaning="joint feedback is older than two ticks",
        hold_stops_after_s=0.1,
    ),
    FaultClass(name="arm_fault", floor="stop", recoverable=False, meaning="the arm reports a fault or emergency stop"),
    FaultClass(
        name="joint_limit",
        floor="hold",
        recoverable=False,
        meaning="a joint is at or beyond its limit, or a command asks it to go there",
        hold_stops_after_count=3,
    ),
    FaultClass(
        name="tracking_error",
        floor="hold",
        recoverable=False,
        meaning="a joint follows its command with too large an error",
        hold_stops_after_s=0.1,
    ),
    FaultClass(
        name="contact_force",
        floor="stop",
        recoverable=False,
        meaning="a contact force or torque is over its limit",
    ),
    FaultClass(
        name="collision",
        floor="hold",
        recoverable=True,
        meaning="a collision with the robot, the table or an obstacle is predicted",
    ),
    FaultClass(name="singularity", floor="hold", recoverable=True, meaning="the arm is close to a singular posture"),
    FaultClass(
        name="start_pose",
        floor="hold",
        recoverable=True,
        meaning="the robot does not stand at the start of the motion",
    ),
    FaultClass(
        name="hand_feedback",
        floor="hold",
        recoverable=False,
        meaning="reading the hand failed more than twice",
    ),
    FaultClass(
        name="hand_fault",
        floor="stop",
        recoverable=False,
        meaning="a hand motor is missing, overloaded, hot, or its watchdog tripped",
    ),
    FaultClass(name="hand_bus", floor="hold", recoverable=False, meaning="the hand's bus loses too many packets"),
    FaultClass(name="interrupt", floor="stop", recoverable=False, meaning="a person or the system asked to stop"),
    FaultClass(
        name="timing",
        floor="hold",
        recoverable=False,
        meaning="the loop overran three ticks within a second",
        hold_stops_after_count=3,
    ),
    FaultClass(
        name="clock",
        floor="stop",
        recoverable=False,
        meaning="the process froze, or the clock stalled or went back",
    ),
    FaultClass(
        name="guard",
        floor="stop",
        recoverable=False,
        meaning="a guard oscillates or its attempts are used up",
    ),
    FaultClass(name="exception", floor="hold", recoverable=False, meaning="a policy or guard raised an exception"),
    FaultClass(
        name="simulation",
        floor="stop",
        recoverable=False,
        meaning="the simulation reset itself after a bad state",
    ),
)
"""A full log disk is no fault class: it must never affect motion; the run is marked incomplete instead."""

FAULT_NAMES: tuple[str, ...] = tuple(f.name for f in FAULT_CLASSES)
