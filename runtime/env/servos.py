"""What the servos of many robots are told at every simulation step, as `sim/servo.ServoTargets` tells one robot's."""

from dataclasses import dataclass, replace

import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray, IntArray
from skillc.runtime.sim.servo import lag
from skillc.runtime.sim.world import World

_SAME_INSTANT_S = 1e-9


@dataclass(frozen=True, kw_only=True)
class ServoLegs:
    """Targets on their way in straight lines to the commands taken last, for N robots and G command modes."""

    tick: IntArray
    """(N, G) of each mode's controller."""
    start_s: FloatArray
    """(N, G)."""
    begin: FloatArray
    """(N, n) rad."""
    end: FloatArray
    """(N, n) rad."""
    speed: FloatArray
    """(N, n) rad/s."""

    @classmethod
    def at_rest(cls, q: FloatArray, modes: int) -> "ServoLegs":
        """Return the legs of robots that stand at q (N, n)."""
        return cls(
            tick=np.full((len(q), modes), -1), start_s=np.zeros((len(q), modes)), begin=q.copy(), end=q.copy(),
            speed=np.zeros_like(q),
        )  # fmt: skip


class ServoBank:
    """The command modes of a robot, for many of it."""

    def __init__(self, world: World, period_s: float) -> None:
        """Expect commands every `period_s` seconds."""
        self._modes = tuple(dict.fromkeys(world.command_modes))
        self._columns: list[BoolArray] = [
            np.array([m.name == mode.name for m in world.command_modes]) for mode in self._modes
        ]
        self._lag, self._step_s, self._period_s = lag(world), float(world.model.opt.timestep), period_s
        self._steps = round(period_s / self._step_s)

    @property
    def modes(self) -> int:
        """G."""
        return len(self._modes)

    def told(
        self, commands: FloatArray, past: int, time_s: FloatArray, delay_s: FloatArray, legs: ServoLegs
    ) -> tuple[FloatArray, ServoLegs]:
        """Return what the servos are told in T control ticks, and the legs after them.

        Args:
            commands: (N, past + T, n) rad, one for each tick.
            past: how many of them were sent before.
            time_s: (N,) when the first tick begins, on each robot's own clock.
            delay_s: (N,) from a command until it has arrived; it is taken in the first step that begins afterwards.
            legs: before.

        Returns:
            Targets (N, T * steps, n), and the legs.
        """
        count, ticks = len(commands), commands.shape[1] - past
        told = np.empty((count, ticks * self._steps, commands.shape[2]))
        late = np.ceil(delay_s / self._step_s - 1e-6).astype(np.int64)
        for index in range(ticks * self._steps):
            now = time_s + index * self._step_s
            newest = commands[np.arange(count), np.maximum(past + (index - late) // self._steps, 0)]
            for g, mode in enumerate(self._modes):
                columns, leg_s = self._columns[g], max(self._period_s, 1.0 / mode.rate_hz)
                legs = self._taken(newest[:, columns], now, legs, g, leg_s)
                position, speed = self._at(now + self._step_s, legs, g, leg_s)
                told[:, index, columns] = position + self._lag[columns] * speed
        return told, legs

    def _taken(self, goal: FloatArray, now: FloatArray, legs: ServoLegs, g: int, leg_s: float) -> ServoLegs:
        """Take the newest commands (N, k) where a controller's tick is due and they are new."""
        mode, columns = self._modes[g], self._columns[g]
        tick = ((now + _SAME_INSTANT_S) * mode.rate_hz).astype(np.int64)
        due = (tick > legs.tick[:, g]) & (goal != legs.end[:, columns]).any(axis=1)
        ticks = legs.tick.copy()
        ticks[:, g] = tick
        if not due.any():
            return replace(legs, tick=ticks)
        at, _ = self._at(now, legs, g, leg_s)
        start, begin, end, speed = legs.start_s.copy(), legs.begin.copy(), legs.end.copy(), legs.speed.copy()
        rows = np.ix_(due, columns)
        start[due, g] = now[due]
        begin[rows] = (goal if mode.between == "hold" else at)[due]
        end[rows] = goal[due]
        speed[rows] = ((goal - at) / leg_s)[due]
        return ServoLegs(tick=ticks, start_s=start, begin=begin, end=end, speed=speed)

    def _at(self, now: FloatArray, legs: ServoLegs, g: int, leg_s: float) -> tuple[FloatArray, FloatArray]:
        """Return targets and speeds (N, k) at `now` (N,)."""
        columns = self._columns[g]
        share = ((now - legs.start_s[:, g]) / leg_s)[:, None]
        begin, end = legs.begin[:, columns], legs.end[:, columns]
        over = share > 1.0 + _SAME_INSTANT_S
        return np.where(over, end, begin + share * (end - begin)), np.where(over, 0.0, legs.speed[:, columns])
