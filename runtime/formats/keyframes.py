"""When the demonstration touches, lifts, arrives, detaches and lets go (LANGUAGE; A.2.1)."""

from dataclasses import dataclass

from skillc.runtime.formats.artifact import Artifact


@dataclass(frozen=True, kw_only=True)
class KeyframeConfidence:
    """0..1: how likely each keyframe is right within three frames at 30 Hz; of a null one, that it does not happen."""

    contact: float
    lift: float
    interaction: float
    detachment: float
    release: float


@dataclass(frozen=True, kw_only=True)
class Keyframes(Artifact, name="keyframes", file="keyframes.json"):
    """`keyframes.json`; frame indices of the recording, or null."""

    contact: int
    """First sustained motion of the manipulated object."""
    lift: int | None
    """First frame off its support; null for pushes."""
    interaction: int
    """Object at rest relative to its target (push, pull: to the table)."""
    detachment: int | None
    """First frame after interaction with the object's lowest point < 3 cm above its support; null without a lift."""
    release: int | None
    """Fingers leave; null = never in the clip."""
    confidence: KeyframeConfidence
    fps: float
    """Hz."""
