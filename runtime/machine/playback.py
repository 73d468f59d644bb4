"""Which command of the reference a state sends next: its samples once, in order, without pauses between states.

Motion that does not go on from where the robot is (after a hold, or in a state that goes back) waits until the robot is
at rest, joins the reference by a rest-to-rest path within the joint limits, and picks up the reference's own speed
gradually. Nothing is skipped. Where the playing is stands in a `Place`; playing on makes a new one.
"""

from dataclasses import dataclass, replace

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.machine import State
from skillc.runtime.formats.motion_limits import MotionLimits
from skillc.runtime.formats.reference import PHASES, Reference
from skillc.runtime.motion.path.interpolation import smoothstep
from skillc.runtime.motion.path.time_scaling import PEAK_ACCELERATION, PEAK_SPEED, rest_to_rest_duration

PACE_SHARE = 0.5
"""ours: share of the acceleration and jerk limits left to picking up speed; the reference itself needs the rest."""
JOIN_S = 0.3
"""ours: shortest way to the sample that is due; what encoders err by would else be made up for at full jerk."""
JOINED_RAD = 1e-6
"""ours: less is no distance to join over."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where in the reference the playing is, and what lies between the robot and it."""

    at: float
    """Sample, or between samples; -1 before the first."""
    last: int
    """The present state's last sample."""
    waits: bool
    """The robot has to come to rest first."""
    pace: FloatArray
    """(m,) by how many samples the next commands advance, while speed is picked up."""
    path: FloatArray
    """(m, n) rad, commands that lead to the reference."""
    sample: int
    """Index of the sample commanded last."""


class Playback:
    """A reference and how fast its robot may go; immutable."""

    def __init__(self, reference: Reference, dt: float, limits: MotionLimits) -> None:
        """Take a motion; `dt` is the control period in seconds."""
        self._reference, self._dt, self._limits = reference, dt, limits
        self._still, self._here = np.zeros(0), np.zeros((0, reference.qpos.shape[1]))

    def start(self) -> Place:
        """Return the place before the first sample."""
        return Place(at=-1.0, last=-1, waits=True, pace=self._still, path=self._here, sample=0)

    def enter(self, place: Place, state: State, *, resumed: bool = False) -> Place:
        """Point at the first sample of the state's phases; a resumed state goes on where it was interrupted.

        There is no pause where a state's phases follow the last ones.
        """
        samples = np.flatnonzero(np.isin(self._reference.phase, [PHASES.index(phase) for phase in state.phases]))
        if not len(samples):
            return place
        inside = samples[0] - 1.0 - 1e-9 <= place.at <= samples[-1]
        follows = inside and place.at < samples[0]
        if not (follows or (resumed and inside)):
            place = replace(place, at=float(samples[0]) - 1.0, waits=True)
        return replace(place, last=int(samples[-1]))

    def interrupt(self, place: Place) -> Place:
        """Note that the robot was held: the next command starts from rest, at the sample that is due."""
        return replace(place, waits=True, path=self._here, pace=self._still)

    def remaining_s(self, place: Place) -> float:
        """Return seconds until the state's last sample has been commanded, as far as is known; 0 when it was."""
        left = max(0.0, place.last - place.at) if place.at + _step(place) <= place.last + 1e-9 else 0.0
        return (len(place.path) + left + (1 if place.waits and left else 0)) * self._dt

    def next(self, place: Place, q: FloatArray, *, at_rest: bool) -> tuple[Place, FloatArray | None]:
        """Return the place after the next command, and that command (n,): the last one again when the phases are over.

        Args:
            place: where the playing is.
            q: (n,) rad, what was sent last.
            at_rest: whether it was sent at rest.

        Returns:
            None as the command while the robot has to come to rest first.
        """
        if place.waits:
            if not at_rest:
                return place, None
            place = self._join(place, q)
        if len(place.path):
            return replace(place, path=place.path[1:]), np.asarray(place.path[0])
        step = _step(place)
        at = place.at + step if place.at + step <= place.last + 1e-9 else max(place.at, float(place.last))
        sample = min(max(int(np.ceil(at - 1e-9)), 0), len(self._reference.qpos) - 1)
        return replace(place, at=at, sample=sample, pace=place.pace[1:]), self._pose(at)

    def ahead(self, place: Place, samples: int) -> FloatArray:
        """Return the reference (n,) so many samples after the one commanded last."""
        qpos = self._reference.qpos
        return np.asarray(qpos[min(place.sample + samples, len(qpos) - 1)])

    def _pose(self, at: float) -> FloatArray:
        """Return the reference (n,) at a sample, or between samples by the cubic through four of them."""
        qpos = self._reference.qpos
        whole = int(at + 1e-9)
        share = at - whole
        if share < 1e-9:
            return np.asarray(qpos[min(whole, len(qpos) - 1)])
        around = qpos[np.clip(np.arange(whole - 1, whole + 3), 0, len(qpos) - 1)]
        weights = np.array([
            -share * (share - 1) * (share - 2) / 6,
            (share + 1) * (share - 1) * (share - 2) / 2,
            -(share + 1) * share * (share - 2) / 2,
            (share + 1) * share * (share - 1) / 6,
        ])  # fmt: skip
        # A cubic swings a little over samples that lie on a joint's limit.
        return np.clip(weights @ around, self._limits.lower, self._limits.upper)

    def _join(self, place: Place, q: FloatArray) -> Place:
        """Lay the path from rest at q (n,) to the sample that is due, and the pace at which the reference goes on."""
        # The sample commanded last is where the robot is led back to; before the first sample, that one.
        due = max(place.at, 0.0)
        aim, limits = self._pose(due), self._limits
        path, pace = self._here, self._still
        if np.max(np.abs(aim - q)) > JOINED_RAD:
            ticks = max(rest_to_rest_duration(aim - q, limits), JOIN_S) / self._dt
            s = np.arange(1, int(np.ceil(ticks)) + 1, dtype=np.float64) / ticks
            path = q + (aim - q) * smoothstep(s)[:, None]
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
            pace = smoothstep(np.arange(1, count + 1) / count)
        return replace(place, waits=False, path=path, pace=pace)


def _step(place: Place) -> float:
    """Return by how many samples the next command advances: 1 but for picking up speed."""
    return float(place.pace[0]) if len(place.pace) else 1.0
