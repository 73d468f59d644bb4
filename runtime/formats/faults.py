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
        name="infeasible",
        floor="hold",
        recoverable=True,
        meaning="the robot cannot do the motion that the scene asks for, or nothing is seen of it",
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


@dataclass(frozen=True, kw_only=True)
class FaultRow:
    """One row of the list of faults that a running skill must survive."""

    code: str
    what: str
    fault: str
    """Its class; empty where it must not touch the motion at all."""
    found_by: str
    """Which part of the runtime sees it."""


def _row(code: str, what: str, fault: str, found_by: str) -> FaultRow:
    return FaultRow(code=code, what=what, fault=fault, found_by=found_by)


FAULT_ROWS: tuple[FaultRow, ...] = (
    _row("R1", "an action that is not finite", "policy_output", "policy watch, safety filter"),
    _row("R2", "an action of a wrong shape or type", "policy_shape", "policy watch, safety filter"),
    _row("R3", "a finite but huge action", "policy_output", "policy watch, safety filter"),
    _row("R4", "a late policy", "policy_late", "policy watch"),
    _row("R5", "the policy's process dies", "policy_dead", "policy watch"),
    _row("R6", "a frozen policy", "policy_frozen", "policy watch"),
    _row("R7", "an old picture", "camera_stale", "device watch"),
    _row("R8", "the same picture again", "camera_stale", "device watch, by R7"),
    _row("R9", "colour and depth of different moments", "camera_stale", "device watch, by R7"),
    _row("R10", "depth that is hardly valid", "camera_invalid", "device watch"),
    _row("R11", "a camera that is unplugged", "camera_lost", "what the camera reports"),
    _row("R12", "a wrong camera, mode or place", "configuration", "what the camera reports"),
    _row("R13", "a tracker that jumps", "tracker", "device watch"),
    _row("R14", "a lost object", "object_lost", "device watch"),
    _row("R15", "dropped commands", "arm_command", "safety filter"),
    _row("R16", "stale feedback of the arm", "arm_feedback", "safety filter"),
    _row("R17", "a fault bit or emergency stop", "arm_fault", "what the arm reports"),
    _row("R18", "a wrong servoing mode or second client", "configuration", "what the arm reports"),
    _row("R19", "a joint at or outside its limit", "joint_limit", "safety filter"),
    _row("R20", "a command beyond speed, acceleration or jerk", "", "safety filter: pulled back"),
    _row("R21", "a tracking error", "tracking_error", "safety filter"),
    _row("R22", "a contact force over its limit", "contact_force", "safety filter"),
    _row("R23", "a predicted collision", "collision", "safety filter"),
    _row("R24", "a singular posture", "singularity", "safety filter"),
    _row("R25", "a start away from the motion's", "start_pose", "core"),
    _row("R26", "a hand that is not read", "hand_feedback", "safety filter"),
    _row("R27", "a hand motor missing, overloaded or hot", "hand_fault", "what the hand reports"),
    _row("R28", "a hand's bus that loses packets", "hand_bus", "what the hand reports"),
    _row(
        "R29",
        "kill -9 in motion",
        "",
        "log: its last second; the motors' watchdog (benchmarks.kill_hand)",
    ),
    _row("R30", "SIGINT, SIGTERM, SIGHUP", "interrupt", "core"),
    _row("R31", "a process that was frozen", "clock", "pacing"),
    _row("R32", "a loop that is late", "timing", "pacing"),
    _row("R33", "a wall clock that jumps", "", "nothing asks it"),
    _row("R34", "a clock that stalls or goes back", "clock", "pacing"),
    _row("R35", "a full or slow disk", "", "log: loss is counted"),
    _row("R36", "a guard that oscillates", "guard", "interpreter"),
    _row("R37", "an exception in policy or guard", "exception", "policy watch, core"),
    _row("R38", "a build edited after it was read", "", "loader: bytes in memory are what runs"),
    _row("R39", "a simulation that reset itself", "simulation", "core"),
    _row("R40", "a scene that asks for what the robot cannot do", "infeasible", "core"),
)
"""Every row, in order."""

SEEN: tuple[str, ...] = ("R7", "R8", "R9", "R10", "R11", "R12", "R13", "R14")
"""Rows that a camera raises: pictures of it are read by `runtime/machine/seeing_robot.py`."""
