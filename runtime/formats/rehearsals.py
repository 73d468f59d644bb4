"""How every candidate of the refined motion fared in varied copies of the twin, and which one was chosen."""

from dataclasses import dataclass

from skillc.runtime.formats.artifact import Artifact


@dataclass(frozen=True, kw_only=True)
class RehearsedCandidate:
    """One candidate's verdicts, in the order of the scenes."""

    cost: float
    """What chooses among equals; less is better."""
    use: tuple[float, ...]
    """Largest share of a bound that was used up; above 1 failed."""
    safe: tuple[bool, ...]


@dataclass(frozen=True, kw_only=True)
class Rehearsals(Artifact, name="rehearsals", file="motion/rehearsals.json"):
    """`motion/rehearsals.json`."""

    chosen: int
    """Index into `candidates`."""
    success_share: float
    """0..1 of the chosen candidate's rehearsals."""
    rehearsals: int
    """Varied scenes."""
    duration_s: float
    """Of the chosen motion."""
    clearance_m: float
    """The chosen motion's least distance beyond what is wanted; negative where it comes nearer."""
    candidates: tuple[RehearsedCandidate, ...]
