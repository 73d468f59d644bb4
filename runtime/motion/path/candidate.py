"""One refined motion among those that are rehearsed."""

from dataclasses import dataclass

from skillc.runtime.formats.fidelity import MotionChange
from skillc.runtime.formats.reference import Reference


@dataclass(frozen=True, kw_only=True)
class CandidateMotion:
    """A motion the arm can follow."""

    reference: Reference
    candidate: int
    """Number of the contact pose among those of the artifact `Grasps`."""
    clearance_m: float
    """Smallest distance to what must not be touched; negative where it comes too near."""
    changes: tuple[MotionChange, ...] = ()
    """What was changed about the demonstrated object motion so that the task succeeds."""
