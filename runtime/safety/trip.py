"""What the safety filter says about one tick."""

from dataclasses import dataclass
from typing import Literal

from skillc.runtime.formats.marks import FloatOrGap

Response = Literal["pass", "hold", "stop"]
"""hold: decelerate inside limits, keep the measured pose and the present grip. stop: hold, end the run, write the
log, wait for a person's acknowledgement; nothing resumes by itself from stop."""


@dataclass(frozen=True, kw_only=True)
class Trip:
    """One monitor's finding."""

    code: str
    """Row of FAULTS, e.g. "R1"."""
    fault: str
    """A class of `runtime/formats/faults.py`; the compiled machine has a response for each in every state."""
    tick: int
    value: FloatOrGap
    """What was seen."""
    limit: float
    """What is allowed, in the unit of `value`."""
    response: Response
    message: str


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A row of FAULTS that a monitor watches for."""

    code: str
    fault: str

    def trip(self, message: str, response: Response, *, tick: int, value: float, limit: float) -> Trip:
        """Return what a monitor found at a tick."""
        return Trip(
            code=self.code,
            fault=self.fault,
            tick=tick,
            value=float(value),
            limit=float(limit),
            response=response,
            message=message,
        )
