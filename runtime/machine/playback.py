"""Which command of the reference a state sends next: its samples once, in order, without pauses between states.

Motion that does not go on from where the robot is (after a hold, or in a state that goes back) waits until the robot is
at rest, joins the reference by a rest-to-rest path within the joint limits, and picks up the reference's own speed
gradually. Nothing is skipped.
"""

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.machine import State
from skillc.runtime.formats.motion_limits import MotionLimits
from skillc.runtime.formats.reference import PHASES, Reference
from skillc.runtime.motion.path.interpolation import smoothstep
from skillc.runtime.motion.path.time_scaling import PEAK_ACCELERATION, PEAK_SPEED, rest_to_rest_duration

PACE_SHARE = 0.5
"""ours: share of the acceleration and jerk limits left to picking up speed; the reference itself needs the rest."""
JOINED_RAD = 1e-6
"""ours: less is no distance to join over."""


class Playback:
    """Steps through the reference's samples of the present state's phases."""

    def __init__(self, reference: Reference, dt: float, limits: MotionLimits) -> None:
        """Start before the first sample; `dt` is the control period in seconds."""
        self._reference, self._dt, self._limits = reference, dt, limits
        self._at, self._last = -1.0, -1
        self._pace = np.zeros(0)
        self._path = np.zeros((0, reference.qpos.shape[1]))
        self._waits = True
        self.sample = 0
        """Index of the sample commanded last."""

    def enter(self, state: State, *, resumed: bool = False) -> None:
        """Point at the first sample of the state's phases; a resumed state goes on where it was interrupted.

        There is no pause where a state's phases follow the last ones.
        """
        samples = np.flatnonzero(np.isin(self._reference.phase, [PHASES.index(phase) for phase in state.phases]))
        if not len(samples):
            return
        inside = samples[0] - 1.0 - 1e-9 <= self._at <= samples[-1]
        follows = inside and self._at < samples[0]
        if not (follows or (resumed and inside)):
            self._at, self._waits = float(samples[0]) - 1.0, True
        self._last = int(samples[-1])

    def interrupt(self) -> None:
        """Note that the robot was held: the next command starts from rest, at the sample that is due."""
        self._waits = True
        self._path, self._pace = self._path[:0], self._pace[:0]

    @property
    def remaining_s(self) -> float:
        """Seconds until the state's last sample has been commanded, as far as is known; 0 when it was."""
        left = max(0.0, self._last - self._at) if self._at + self._step() <= self._last + 1e-9 else 0.0
        return (len(self._path) + left + (1 if self._waits and left else 0)) * self._dt

    def command(self, q: FloatArray, *, at_rest: bool) -> FloatArray | None:
        """Return the next command (n,), or the last one again when the state's phases are over.

        Args:
            q: (n,) rad, what was sent last.
            at_rest: whether it was sent at rest.

        Returns:
            None while the robot has to come to rest first.
        """
        if self._waits:
            if not at_rest:
                return None
            self._join(q)
        if len(self._path):
            sent, self._path = self._path[0], self._path[1:]
            return np.asarray(sent)
        step = self._step()
        self._pace = self._pace[1:]
        self._at = self._at + step if self._at + step <= self._last + 1e-9 else max(self._at, float(self._last))
        self.sample = int(np.clip(np.ceil(self._at - 1e-9), 0, len(self._reference.qpos) - 1))
        return self._pose(self._at)

    def _step(self) -> float:
        """Return by how many samples the next command advances: 1 but for picking up speed."""
        return float(self._pace[0]) if len(self._pace) else 1.0

    def _pose(self, at: float) -> FloatArray:
        """Return the reference (n,) at a sample, or between samples by the cubic through four of them."""
        qpos = self._reference.qpos
        whole = int(np.floor(at + 1e-9))
        share = at - whole
        if share < 1e-9:
            return np.asarray(qpos[np.clip(whole, 0, len(qpos) - 1)])
        around = qpos[np.clip(np.arange(whole - 1, whole + 3), 0, len(qpos) - 1)]
        weights = np.array([
            -share * (share - 1) * (share - 2) / 6,
            (share + 1) * (share - 1) * (share - 2) / 2,
            -(share + 1) * share * (share - 2) / 2,
            (share + 1) * share * (share - 1) / 6,
        ])  # fmt: skip
        # A cubic swings a little over samples that lie on a joint's limit.
        return np.clip(weights @ around, self._limits.lower, self._limits.upper)

    def _join(self, q: FloatArray) -> None:
        """Lay the path from rest at q (n,) to the sample that is due, and the pace at which the reference goes on."""
        self._waits = False
        # The sample commanded last is where the robot is led back to; before the first sample, that one.
        due = max(self._at, 0.0)
        aim, limits = self._pose(due), self._limits
        if np.max(np.abs(aim - q)) > JOINED_RAD:
            ticks = rest_to_rest_duration(aim - q, limits) / self._dt
            s = np.arange(1, int(np.ceil(ticks)) + 1, dtype=np.float64) / ticks
            self._path = q + (aim - q) * smoothstep(s)[:, None]
        first = round(due)
        ahead = self._reference.qpos[first : first + round(1.0 / self._dt) + 1]
        speed = np.max(np.abs(np.diff(ahead, axis=0)), axis=0, initial=0.0) / self._dt
        here = np.max(np.abs(np.diff(ahead[:2], axis=0)) / self._dt / limits.speed, initial=0.0)
        if here > 1e-2:
            seconds = np.max([
                PEAK_SPEED * speed / (PACE_SHARE * limits.acceleration),
                np.sqrt(PEAK_ACCELERATION * speed / (PACE_SHARE * limits.jerk)),
            ])  # fmt: skip
            # An odd number of ticks advances by whole samples.
            count = int(np.ceil(seconds / self._dt)) | 1
            self._pace = smoothstep(np.arange(1, count + 1) / count)
