"""One tick of a run as logs keep it: everything the core was told, and everything that came of it."""

from dataclasses import dataclass

from skillc.runtime.drivers.measurement import Measurement
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.machine.interpreter import Event
from skillc.runtime.machine.planned import PlannerReading
from skillc.runtime.machine.policy_watch import PolicyReading
from skillc.runtime.safety.filter import SafeCommand
from skillc.runtime.safety.trip import Trip


@dataclass(frozen=True, kw_only=True)
class Row:
    """One tick."""

    tick: int
    t: float
    """s, the clock."""
    measured: Measurement
    """What the tick was decided on."""
    policy: PolicyReading | None
    planner: PlannerReading | None
    interrupted: bool
    paused: bool
    bad_state: str
    command: FloatArray | None
    """(n,) rad, what the core wanted."""
    sent: SafeCommand
    """What the safety filter made of it."""
    state: str
    """The machine's state that decided."""
    sample: int
    """Of the reference, commanded last."""
    events: tuple[Event, ...]
    trips: tuple[Trip, ...]
    """What the core found; `sent` has the filter's."""


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How a run ended."""

    measured: Measurement
    """After the last tick."""
    final_state: str
    bad_state: str
    skipped_ticks: int
    """Left out because the loop was late (FAULTS R32)."""
    lost_ticks: int = 0
    """That this log could not keep (FAULTS R35)."""
