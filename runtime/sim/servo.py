"""What the joint servos are told between commands: a position target, and the speed at which it moves.

Each joint is commanded in its profile's mode: at the mode's own rate its controller takes the newest command, and holds
it or moves to it in a straight line. MuJoCo's position servo damps against standstill, so it lags a moving target by
kv / kp seconds (50 ms on the arm); a real servo damps against the commanded speed. Adding that lag times the speed to
the target gives `kp (q_target - q) + kv (v_target - v)`.
"""

from dataclasses import dataclass

import numpy as np

from skillc.runtime.formats.arrays import FloatArray, IntArray
from skillc.runtime.formats.motors import CommandMode
from skillc.runtime.sim.world import World

_SAME_INSTANT_S = 1e-9


@dataclass(frozen=True, kw_only=True)
class _Leg:
    """A target on its way in a straight line to the command taken last; one that is held is at its end at once."""

    start_s: float
    begin: FloatArray
    end: FloatArray
    speed: FloatArray
    """rad/s, told until the next command is due."""


class ServoTargets:
    """Turns commands as they arrive into what the servos are told at every simulation step."""

    def __init__(self, world: World, qpos: FloatArray, period_s: float) -> None:
        """Start at rest at qpos (n,), driver order; commands are expected every `period_s` seconds."""
        self._lag, step = lag(world), float(world.model.opt.timestep)
        names = np.array([mode.name for mode in world.command_modes])
        self._groups = [
            _Group(mode, np.flatnonzero(names == mode.name), qpos, period_s, step)
            for mode in dict.fromkeys(world.command_modes)
        ]
        self._newest = qpos

    def receive(self, q: FloatArray) -> None:
        """Take note of a command (n,) that has arrived."""
        self._newest = np.array(q)

    def at(self, time_s: float) -> FloatArray:
        """Return what the servos are told (n,) in the simulation step that begins at `time_s`, which only grows."""
        told = np.empty_like(self._newest)
        for group in self._groups:
            position, speed = group.at(time_s, self._newest)
            told[group.columns] = position + self._lag[group.columns] * speed
        return told


class _Group:
    """The joints of one mode."""

    def __init__(
        self, mode: CommandMode, columns: IntArray, qpos: FloatArray, period_s: float, timestep_s: float
    ) -> None:
        self.columns, self._rate_hz, self._held = columns, mode.rate_hz, mode.between == "hold"
        self._leg_s = max(period_s, 1.0 / mode.rate_hz)
        self._step_s = timestep_s
        self._tick = -1
        goal, self._taken = qpos[columns], qpos
        self._leg = _Leg(start_s=0.0, begin=goal, end=goal, speed=np.zeros_like(goal))

    def at(self, time_s: float, newest: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the target and its speed (k,) in the step that begins at `time_s`."""
        tick = int((time_s + _SAME_INSTANT_S) * self._rate_hz)
        if tick > self._tick and newest is not self._taken:
            goal, self._taken = newest[self.columns], newest
            if not np.array_equal(goal, self._leg.end):
                at, _ = self._now(time_s)
                begin = goal if self._held else at
                self._leg = _Leg(start_s=time_s, begin=begin, end=goal, speed=(goal - at) / self._leg_s)
        self._tick = tick
        # A step is told where its target is at its end.
        return self._now(time_s + self._step_s)

    def _now(self, time_s: float) -> tuple[FloatArray, FloatArray]:
        leg = self._leg
        share = (time_s - leg.start_s) / self._leg_s
        if share > 1.0 + _SAME_INSTANT_S:
            return leg.end, np.zeros_like(leg.end)
        return leg.begin + share * (leg.end - leg.begin), leg.speed


def lag(world: World) -> FloatArray:
    """Return kv / kp (n,) in seconds of every servo, driver order."""
    model = world.model
    ratio: FloatArray = model.actuator_biasprm[world.actuator, 2] / model.actuator_biasprm[world.actuator, 1]
    return ratio


def servo_targets(world: World, commands: FloatArray, period_s: float) -> FloatArray:
    """Return what the servos are told (T * steps, n) for commands (T, n), one every `period_s`, starting at rest."""
    targets = ServoTargets(world, commands[0], period_s)
    steps = round(period_s / world.model.opt.timestep)
    told = np.empty((len(commands) * steps, commands.shape[1]))
    for k, command in enumerate(commands):
        targets.receive(command)
        for s in range(steps):
            told[k * steps + s] = targets.at((k * steps + s) * world.model.opt.timestep)
    return told


def through_backlash(target: FloatArray, q: FloatArray, backlash_rad: FloatArray) -> FloatArray:
    """Return the targets (n,) with which a servo pulls as it does through gears with play `backlash_rad` (n,), rad.

    The motor turns freely in the middle of the play, where nothing reaches the joint, and works from its ends on: a
    joint rests anywhere within half the play of its target. The motor's own inertia is left out.
    """
    error = target - q
    half: FloatArray = backlash_rad / 2
    return np.where(half > 0, q + np.sign(error) * np.maximum(np.abs(error) - half, 0.0), target)
