"""The compiled deployment state machine: states, what moves the robot in each, typed guards, bounded waits, a response
to every fault.

Guards are data, never text to evaluate. What makes a machine sound is proven in `machine_proof.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from skillc.runtime.formats.artifact import Artifact
from skillc.runtime.formats.faults import ResponseKind
from skillc.runtime.formats.reference import Phase

RESUME = "resume"
"""Transition target of a hold state: the state that was interrupted."""

SIGNALS: Mapping[str, str] = {
    "time_in_state": "s since the state was entered",
    "phase_remaining": "s of the state's reference phases still to be commanded; 0 when all were",
    "scene_ready": "1 when every named object was located with the wanted certainty, else 0",
    "distilled": "1 when the hand poses for the scene that was seen are known, or nothing asks for any, else 0",
    "adjusted": "1 when the motion is laid for those poses, or nothing adjusts it, else 0",
    "start_error": "rad, largest joint distance between the measured pose and the motion's first command",
    "tracking_error": "rad, largest joint distance between command and measurement",
    "hand_force": "N, summed contact force between hand and manipulated object",
    "object_height": "m, height of the manipulated object's lowest point above the table",
    "object_error": "m, distance of the manipulated object from where the reference expects it",
    "object_turn": "rad, angle between the manipulated object and how the reference expects it",
    "object_tilt": "rad, angle of the manipulated object's own z axis from the vertical",
    "object_age": "s since the manipulated object was last seen",
    "fault_active": "1 while any fault condition lasts, else 0",
    "joint_speed": "rad/s, largest measured joint speed",
}
"""Every signal a guard may name, with its unit."""


@dataclass(frozen=True, kw_only=True)
class SignalComparison:
    """`signal op value`; false when the signal is unknown or NaN, whatever the operator."""

    signal: str
    op: Literal["<", "<=", ">", ">=", "=="]
    value: float
    """In the signal's unit."""


@dataclass(frozen=True, kw_only=True)
class AllOf:
    """True when every part is."""

    all: tuple["Expression", ...]


@dataclass(frozen=True, kw_only=True)
class AnyOf:
    """True when one part is."""

    any: tuple["Expression", ...]


@dataclass(frozen=True, kw_only=True)
class Negated:
    """True when the part is false."""

    not_: "Expression"


Expression: TypeAlias = SignalComparison | AllOf | AnyOf | Negated


@dataclass(frozen=True, kw_only=True)
class Transition:
    """An edge, tried in the order listed."""

    guard: Expression
    text: str
    """The guard as written, for people."""
    target: str
    """A state, or `resume` from the hold state."""
    dwell_s: float
    """The guard must hold without a break for this long."""
    origin: str
    """Where it was written: file:line:column."""


@dataclass(frozen=True, kw_only=True)
class Response:
    """What a state does about one fault class."""

    kind: ResponseKind
    attempts: int = 0
    """retry: entries of the retried state allowed in one run; then stop."""
    target: str = ""
    """goto, retry: the state entered."""
    stop_after_s: float | None = None
    """hold: becomes stop when the fault lasts longer."""
    stop_after_count: int | None = None
    """hold: becomes stop at this many of them in a row."""
    origin: str = ""
    """Where it was written."""


Kind = Literal["observe", "distill", "adjust", "motion", "hold", "stop", "done", "failed"]
Controller = Literal["still", "rest", "reference", "residual", "reverse"]
"""still: the last command again, so that a grip goes on pressing; rest: decelerate, keep the pose measured there;
reference: its samples; residual: these, corrected by the policy; reverse: its samples from here back to the first."""


@dataclass(frozen=True, kw_only=True)
class State:
    """One state."""

    name: str
    kind: Kind
    """observe: locates objects; distill: asks once what hand poses they ask for; adjust: the motion is laid for them;
    motion: commands reference phases; hold: waits until a fault is over; stop: ends the run, needs a person; done,
    failed: the run is over."""
    controller: Controller
    """What decides the commands."""
    phases: tuple[Phase, ...]
    """motion: the reference phases commanded, in order or backwards; else empty."""
    transitions: tuple[Transition, ...]
    timeout_s: float
    """Longest stay; 0 for the final states, which are never left."""
    on_timeout: str
    """State entered then; "" for final states."""
    max_entries: int
    """Entries allowed in one run; one more is the fault class `guard`."""
    on_fault: Mapping[str, Response]
    """Fault class -> response; every class, except in final states, which are still already."""


@dataclass(frozen=True, kw_only=True)
class Machine(Artifact, name="machine", file="machine/machine.json", version=2):
    """`machine/machine.json`."""

    skill: str
    initial: str
    states: tuple[State, ...]

    def state(self, name: str) -> State:
        """Return the state called `name`; KeyError if there is none."""
        found = next((s for s in self.states if s.name == name), None)
        if found is None:
            raise KeyError(f"no state {name!r} in the machine; it has {[s.name for s in self.states]}")
        return found


FINAL_KINDS = ("stop", "done", "failed")
CONTROLLERS: Mapping[Kind, tuple[Controller, ...]] = {
    "observe": ("still",), "distill": ("still",), "adjust": ("still",), "done": ("still",),
    "motion": ("reference", "residual", "reverse"),
    "hold": ("rest",), "stop": ("rest",), "failed": ("rest",),
}  # fmt: skip
"""Kind of state -> what may decide its commands."""


def signals_of(guard: Expression) -> set[str]:
    """Return the names of all signals `guard` reads."""
    if isinstance(guard, SignalComparison):
        return {guard.signal}
    if isinstance(guard, Negated):
        return signals_of(guard.not_)
    parts = guard.all if isinstance(guard, AllOf) else guard.any
    return set().union(*(signals_of(p) for p in parts))


def successors(state: State) -> set[str]:
    """Return the states `state` can lead to in one step; `resume` leads only to where the run has been already."""
    found = {t.target for t in state.transitions}
    if state.on_timeout:
        found.add(state.on_timeout)
    for response in state.on_fault.values():
        if response.kind in ("hold", "stop"):
            found.add(response.kind)
            if response.stop_after_s is not None or response.stop_after_count is not None:
                found.add("stop")
        else:
            found |= {response.target, "stop"}
    return found - {RESUME}
