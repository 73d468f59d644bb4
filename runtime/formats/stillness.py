"""When the manipulated object leaves its first place and reaches its last, and whether it is found there."""

from dataclasses import dataclass

from skillc.runtime.formats.artifact import Artifact


@dataclass(frozen=True, kw_only=True)
class Stillness(Artifact, name="stillness", file="motion/stillness.json", version=3):
    """Read from the pictures alone, independent of the object's shape and poses; null where they do not show it."""

    left: int | None
    """First frame in which the object is away from its first place for good."""
    settled: int | None
    """First frame from which it lies as in the last frame; halfway, where it comes to rest slowly."""
    settling: int
    """Frames over which it comes to rest: from where it hardly moves on to where it does not at all."""
    final_overlap: float | None
    """Overlap of what arrived in the last picture with the object's outline there."""
    final_away_px: float | None
    """Distance between the middles of the two, px."""
    final_agreement: float | None
    """Overlap of the outline with what looks like the object in the last picture, held or not."""
    final_size_px: float | None
    """Square root of the outline's area, px."""
