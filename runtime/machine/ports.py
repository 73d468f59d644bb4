"""What a running skill is connected to. The core sees none of these, only what they told.

Nothing here may block for longer than a tick: whoever reads a device does so elsewhere, and tells how old its newest
reading is. An age is measured by the port; no constant stands in for one.
"""

from typing import Protocol

from skillc.runtime.drivers.measurement import Measurement
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.machine.planned import PlannerReading
from skillc.runtime.machine.policy_watch import PolicyReading, Question
from skillc.runtime.machine.row import Ending, Row


class Clock(Protocol):
    """Time that only goes forward; a person who sets the computer's clock changes nothing (FAULTS R33)."""

    def now(self) -> float:
        """Return seconds since any fixed moment."""

    def wait(self, until: float) -> None:
        """Return at `until` (s), or at once if it is over."""


class Robot(Protocol):
    """Arm, hand and the camera that sees the scene, or a simulation of them, at the control rate."""

    def send(self, q: FloatArray) -> None:
        """Set joint position targets (n,), rad, driver order."""

    def advance(self) -> Measurement:
        """Measure, after one control period has passed: a simulation simulates it here."""

    def measure(self) -> Measurement:
        """Return the newest measurement."""

    @property
    def time_s(self) -> float:
        """Seconds on the robot's own clock."""

    @property
    def bad_state(self) -> str:
        """Why the run is invalid; empty while it is fine."""


class Policy(Protocol):
    """What corrects the reference, behind a wall that its delays and its death do not pass."""

    def ask(self, question: Question) -> None:
        """Take a question; answer it when it is answered."""

    def newest(self, t: float) -> PolicyReading:
        """Return the newest answer at t (s on the clock of the questions)."""

    def close(self) -> None:
        """End it."""


class Planner(Protocol):
    """What looks at the scene once, before the robot moves, and lays the motion for it."""

    def look(self, number: int) -> None:
        """Take the newest picture and begin to lay the motion for it; `number` counts these requests."""

    def newest(self) -> PlannerReading:
        """Return what is known so far; never waits."""


class Log(Protocol):
    """What keeps a run. It may lose ticks and must say so; it never makes the loop wait, and never raises."""

    def add(self, row: Row) -> None:
        """Keep one tick."""

    def end(self, ending: Ending) -> None:
        """Note how the run ended."""
