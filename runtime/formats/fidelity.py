"""How far the refined motion departs from the demonstrated one, and what was changed on purpose."""

from dataclasses import dataclass
from typing import Literal

from skillc.runtime.formats.artifact import Artifact
from skillc.runtime.formats.marks import FloatOrGap
from skillc.runtime.formats.reference import Phase


@dataclass(frozen=True, kw_only=True)
class Deviation:
    """Over the samples of a phase that replay the demonstration; NaN where none does."""

    mean: FloatOrGap
    largest: FloatOrGap


@dataclass(frozen=True, kw_only=True)
class PhaseFidelity:
    """One phase of the reference against the frames of the demonstration it replays."""

    phase: Phase
    replayed: float
    """0..1 of its samples that replay a frame of the demonstration; the others come from home, or leave for it."""
    hand_position_m: Deviation
    """Hand body against the retargeted one."""
    hand_rotation_rad: Deviation
    fingers_rad: Deviation
    """Root mean square over the finger joints, against the retargeted ones."""
    object_position_m: Deviation
    """Expected pose of the manipulated object against the demonstrated one."""
    object_rotation_rad: Deviation
    """Turning about the axis of an object that looks alike all round is not counted."""


@dataclass(frozen=True, kw_only=True)
class MotionChange:
    """Something about the demonstrated object motion that was changed so that the task succeeds."""

    kind: Literal["moved onto the target", "tilted on", "raised to pour", "raised to carry"]
    amount: float
    """m, or rad of a turn."""
    unit: Literal["m", "rad"]


@dataclass(frozen=True, kw_only=True)
class Fidelity(Artifact, name="fidelity", file="motion/fidelity.json"):
    """`motion/fidelity.json`."""

    phases: tuple[PhaseFidelity, ...]
    """In the order of the motion; phases it lacks are left out."""
    approach_dropped_s: float
    """Demonstrated time before contact that is not replayed."""
    changes: tuple[MotionChange, ...]
    fell_back: tuple[str, ...]
    """Codes of what the skill gave up: SK511 (orientation or fingers), SK514 (no stable grasp)."""

    def of(self, phase: Phase) -> PhaseFidelity | None:
        """Return what was measured in `phase`; None if the motion lacks it."""
        return next((p for p in self.phases if p.phase == phase), None)
