"""A run's log as what a viewer shows of it: where everything was at each tick, what it touched and how hard."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.contract import Contract
from skillc.runtime.machine.log_reader import LoggedRun
from skillc.runtime.machine.row import Row


class WrongLog(ValueError):
    """The log is not one of the skill that is looked at; the message says why."""


@dataclass(frozen=True, kw_only=True)
class RunTrack:
    """Ticks of one run."""

    run: LoggedRun

    @classmethod
    def of(cls, run: LoggedRun, contract: Contract) -> "RunTrack":
        """Return the run's track.

        Raises:
            WrongLog: it is of another skill or robot, or holds no tick.
        """
        mine, its = (
            {"skill": c.skill, "robot": c.robot, "joints": tuple(j.name for j in c.joints), "objects": c.objects}
            for c in (contract, run.contract)
        )
        for what in mine:
            if mine[what] != its[what]:
                raise WrongLog(f"the log is of another {what.rstrip('s')}: {its[what]}; the build has {mine[what]}")
        if not run.rows:
            raise WrongLog("the log holds no tick" + (f": {run.cut}" if run.cut else ""))
        return cls(run=run)

    @cached_property
    def time_s(self) -> FloatArray:
        """(T,) from the first tick."""
        return np.array([row.t - self.run.rows[0].t for row in self.run.rows])

    @cached_property
    def forces(self) -> dict[str, FloatArray]:
        """What presses -> (T,) N."""
        contacts = [row.measured.contacts for row in self.run.rows]
        return {
            "hand on object": np.array([c.hand_object_force for c in contacts]),
            "tightest finger": np.array([c.squeeze_force for c in contacts]),
            "where it must not": np.array([c.unsafe_force for c in contacts]),
        }

    def sample(self, tick: int) -> int:
        """Return the sample of the reference that was commanded at a tick."""
        return min(max(self.run.rows[tick].sample, 0), len(self.run.reference.time_s) - 1)

    def posture(self, tick: int) -> FloatArray:
        """Return the measured joint positions (n,) rad; the last sound ones where a tick has none."""
        for row in reversed(self.run.rows[: tick + 1]):
            if row.measured.qpos.shape == (len(self.run.contract.joints),) and np.isfinite(row.measured.qpos).all():
                return row.measured.qpos
        return np.asarray(self.run.reference.qpos[0])

    def objects(self, tick: int) -> Mapping[str, FloatArray]:
        """Return the poses (4, 4) of the objects as they were located."""
        return {n: T for n, T in self.run.rows[tick].measured.T_table_objects.items() if np.isfinite(T).all()}

    def told(self, tick: int) -> str:
        """Return in a line what happens at a tick."""
        row = self.run.rows[tick]
        parts = [f"**{row.state}**", *(f"{what} {values[tick]:.1f} N" for what, values in self.forces.items())]
        pressed = {what: force for what, force in row.measured.contacts.pressing.items() if force > 0}
        parts += [f"{what} {force:.1f} N" for what, force in pressed.items()]
        parts.append(f"{1e3 * _tracking(self.run.rows, tick):.0f} mrad off its command")
        parts += sorted({f"{trip.code} {trip.fault}" for trip in (*row.trips, *row.sent.trips)})
        return ", ".join(parts)


def _tracking(rows: tuple[Row, ...], tick: int) -> float:
    """Return the largest distance of a joint from what was sent the tick before, rad."""
    if tick == 0 or rows[tick].measured.qpos.shape != rows[tick - 1].sent.q.shape:
        return 0.0
    return float(np.abs(rows[tick].measured.qpos - rows[tick - 1].sent.q).max())
