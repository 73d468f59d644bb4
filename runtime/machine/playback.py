"""Which sample of the reference a state commands next."""

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.machine import State
from skillc.runtime.formats.reference import PHASES, Reference


class Playback:
    """Steps through the reference's samples of the present state's phases, once, without pauses between states."""

    def __init__(self, reference: Reference, dt: float) -> None:
        """Start before the first sample; `dt` is the control period in seconds."""
        self._reference, self._dt = reference, dt
        self._next = self._end = 0
        self.sample = 0
        """Index of the sample commanded last."""

    def enter(self, state: State, *, resumed: bool) -> None:
        """Point at the first sample of the state's phases; a resumed state goes on where it was interrupted."""
        if resumed:
            return
        wanted = [PHASES.index(phase) for phase in state.phases]
        samples = np.flatnonzero(np.isin(self._reference.phase, wanted))
        self._next, self._end = (int(samples[0]), int(samples[-1]) + 1) if len(samples) else (self._next, self._next)

    @property
    def remaining_s(self) -> float:
        """Seconds of samples not yet commanded in this state."""
        return (self._end - self._next) * self._dt

    def command(self) -> FloatArray:
        """Return the next sample (n,), or the last one again when the state's phases are over."""
        if self._next < self._end:
            self.sample = self._next
            self._next += 1
        command: FloatArray = self._reference.qpos[self.sample]
        return command
