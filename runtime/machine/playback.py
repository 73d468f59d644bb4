"""Which command of the reference a state sends next: its samples once, in order, without pauses between states.

Motion that does not go on from where the robot is (after a hold, or in a state that goes back) waits until the robot is
at rest, joins the reference by a rest-to-rest path within the joint limits, and picks up the reference's own speed
gradually. Nothing is skipped. A state that backs off plays the samples the other way round, from where the robot is to
the first: a way that it came and that is free. Where the playing is stands in a `Place`; playing on makes a new one.
"""

from dataclasses import dataclass

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.machine import State
from skillc.runtime.formats.motion_limits import MotionLimits
from skillc.runtime.formats.reference import PHASES, Reference
from skillc.runtime.machine.evolve import replace
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
    """Sample, or between samples; -1 before the first, and again once the robot has backed off to it."""
    last: int
    """The present state's last sample."""
    direction: int
    """1, or -1 while backing off."""
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
        return Place(at=-1.0, last=-1, direction=1, waits=True, pace=self._still, path=self._here, sample=0)

    def enter(self, place: Place, state: State, *, resumed: bool = False) -> Place:
        """Point at the first sample of the state's phases; a resumed state goes on where it was interrupted.

        There is no pause where a state's phases follow the last ones.
        """
        samples = np.flatnonzero(np.isin(self._reference.phase, [PHASES.index(phase) for phase in state.phases]))
        if not len(samples):
            return place
        if state.controller == "reverse":
            return replace(place, last=int(samples[0]), direction=-1, waits=True, path=self._here, pace=self._still)
        if place.direction < 0:
            place = replace(place, direction=1, waits=True, path=self._here, pace=self._still)
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
        left = _left(place) if _left(place) + 1e-9 >= _step(place) else 0.0
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
        at = place.at
        if _left(place) > 0:
            at = at + place.direction * _step(place) if _left(place) + 1e-9 >= _step(place) else float(place.last)
        sample = min(max(int(np.ceil(at - 1e-9)), 0), len(self._reference.qpos) - 1)
        command = self._pose(max(at, 0.0))
        if place.direction < 0 and at <= place.last + 1e-9:
            at = -1.0
        return replace(place, at=at, sample=sample, pace=place.pace[1:]), command

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
        first, second = round(due), round(1.0 / self._dt)
        ahead = self._reference.qpos[first : first + second + 1]
        if place.direction < 0:
            ahead = self._reference.qpos[max(0, first - second) : first + 1][::-1]
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


def _left(place: Place) -> float:
    """Return how many samples of the state are still to come; not above 0 when none is."""
    return place.direction * (place.last - place.at)


def _step(place: Place) -> float:
    """Return by how many samples the next command advances: 1 but for picking up speed."""
    return float(place.pace[0]) if len(place.pace) else 1.0
