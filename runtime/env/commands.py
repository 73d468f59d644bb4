"""From actions to what the servos are told, for many robots: as `run` does it, without a call for each robot.

An action is held for a policy period; a first-order low-pass may lead to it (`ActionTerm.smoothing`, the share of the
last correction that a tick keeps; 0 is the plain hold of A.3.2). The command stays inside the joint limits and inside
the speed, acceleration and jerk limits of the safety filter. Left out of the filter, because it costs as much as the
physics: slowing down and stopping ahead of collisions; the reference was planned to keep clear of them, and the halts'
slack holds room for the residual.
"""

from dataclasses import dataclass, replace

import numpy as np

from skillc.runtime.drivers.imperfections import LONGEST_LATENCY_S
from skillc.runtime.env.limits import CommandStates, limit_steps
from skillc.runtime.env.servos import ServoBank, ServoLegs
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.contract import Contract
from skillc.runtime.formats.motion_limits import MotionLimits
from skillc.runtime.sim.world import World
from skillc.runtime.terms.actions import ACTIONS


@dataclass(frozen=True, kw_only=True)
class CommandMemory:
    """What is remembered of the commands to N robots."""

    correction: FloatArray
    """(N, m) the action as it acts, -1..1."""
    wanted: FloatArray
    """(N, n) rad, the command before the limits."""
    sent: CommandStates
    under_way: FloatArray
    """(N, P, n) rad, the last commands, as many as may still be under way to the servos."""
    legs: ServoLegs


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked of N robots in T control ticks."""

    reference: FloatArray
    """(N, T, n) rad."""
    actions: FloatArray
    """(N, T, m) within -1..1."""
    noise: FloatArray
    """(N, T, m) rad, added to the commands."""
    measured: FloatArray
    """(N, n) rad, when the first tick begins."""
    time_s: FloatArray
    """(N,) then."""
    delay_s: FloatArray
    """(N,) from a command until the servos have it, at most `LONGEST_LATENCY_S`."""


class CommandBank:
    """The way of a command; immutable."""

    def __init__(self, contract: Contract, world: World) -> None:
        """Take joint order, actions and limits from the contract, and the servos of any of its worlds."""
        self._dt = 1.0 / contract.control_rate_hz
        self._limits = MotionLimits.of(contract.joints)
        self._terms = [
            (
                term,
                [contract.joint_names.index(name) for name in term.joints],
                slice(term.start, term.start + len(term.joints)),
            )
            for term in contract.action
        ]
        self._keep = np.zeros(contract.action_size)
        for term, _, columns in self._terms:
            self._keep[columns] = term.smoothing
        self._servos = ServoBank(world, self._dt)
        self._actions, self._past = contract.action_size, int(np.ceil(LONGEST_LATENCY_S / self._dt))

    @property
    def measured_every_tick(self) -> bool:
        """Whether a command depends on where the robot is when it is given."""
        return any(term.kind == "delta" for term, _, _ in self._terms)

    def at_rest(self, q: FloatArray) -> CommandMemory:
        """Return the memory of robots that stand at q (N, n)."""
        return CommandMemory(
            correction=np.zeros((len(q), self._actions)),
            wanted=q.copy(),
            sent=CommandStates(q=q.copy(), v=np.zeros_like(q), a=np.zeros_like(q)),
            under_way=np.repeat(q[:, None], self._past, axis=1),
            legs=ServoLegs.at_rest(q, self._servos.modes),
        )

    def told(self, asked: Asked, memory: CommandMemory) -> tuple[FloatArray, FloatArray, CommandMemory]:
        """Return what the servos are told.

        Returns:
            Servo targets (N, T * steps, n), the commands sent (N, T, n), and the memory after them.
        """
        sent = np.empty_like(asked.reference)
        for tick in range(sent.shape[1]):
            actions = asked.actions[:, tick]
            correction = actions + self._keep * (memory.correction - actions)
            wanted = self._wanted(asked.reference[:, tick], correction, asked.noise[:, tick], asked.measured)
            speed = np.clip((wanted - memory.wanted) / self._dt, -self._limits.speed, self._limits.speed)
            state, _ = limit_steps(wanted, memory.sent, self._limits, self._dt, speed)
            memory = replace(memory, correction=correction, wanted=wanted, sent=state)
            sent[:, tick] = state.q
        commands = np.concatenate([memory.under_way, sent], axis=1)
        told, legs = self._servos.told(commands, self._past, asked.time_s, asked.delay_s, memory.legs)
        return told, sent, replace(memory, legs=legs, under_way=commands[:, len(commands[0]) - self._past :])

    def _wanted(
        self, reference: FloatArray, correction: FloatArray, noise: FloatArray, measured: FloatArray
    ) -> FloatArray:
        """Return the commands (N, n) of a tick before the limits of speed, acceleration and jerk."""
        target = reference.copy()
        for term, joints, columns in self._terms:
            base = ACTIONS[term.kind].value(target[:, joints], measured[:, joints])
            target[:, joints] = base + correction[:, columns] * term.scale_rad + noise[:, columns]
        inside: FloatArray = np.clip(target, self._limits.lower, self._limits.upper)
        return inside
