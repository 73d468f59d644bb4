"""What stands on the viewer's time lines, and which moment of one line is which of another."""

import numpy as np

from skillc.runtime.formats.arrays import FloatArray, IntArray
from skillc.runtime.formats.keyframes import Keyframes
from skillc.runtime.formats.reference import PHASES, Reference

Mark = tuple[float, str]
"""Place on a time line, and what is written there."""
EVENTS = ("contact", "lift", "interaction", "detachment", "release")


def keyframe_marks(keyframes: Keyframes) -> dict[str, int]:
    """Return each keyframe that there is, by its name, in the order of time."""
    found = {name: getattr(keyframes, name) for name in EVENTS}
    return dict(sorted(((n, f) for n, f in found.items() if f is not None), key=lambda item: item[1]))


def phase_marks(reference: Reference) -> list[Mark]:
    """Return where each phase begins, s."""
    starts = np.flatnonzero(np.diff(reference.phase, prepend=-1))
    return [(float(reference.time_s[k]), PHASES[reference.phase[k]]) for k in starts]


def frames_of(reference: Reference, frames: int) -> IntArray:
    """Return which frame of the demonstration, 0 to `frames` - 1, is shown beside each sample (T,).

    Where a sample replays none, the last one before it stays, and before the first one the first.
    """
    shown: FloatArray = np.asarray(reference.demonstrated_frame, dtype=np.float64)
    replays = np.flatnonzero(np.isfinite(shown))
    if not len(replays):
        return np.zeros(len(shown), dtype=np.int64)
    last = np.searchsorted(replays, np.arange(len(shown)), side="right") - 1
    return np.clip(np.round(shown[replays[np.maximum(last, 0)]]), 0, frames - 1).astype(np.int64)


def sample_at(time_s: FloatArray, at_s: float) -> int:
    """Return the index of the last of `time_s` (T,), increasing, that is not after `at_s`; the first before all."""
    return int(np.clip(np.searchsorted(time_s, at_s + 1e-9, side="right") - 1, 0, len(time_s) - 1))
