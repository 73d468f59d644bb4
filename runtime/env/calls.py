"""The terms of an environment as calls: read from `environment.json` here, spelled out by a generated `env.py`."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from skillc.runtime.env.randomization import Draw, Drawing, draw_all
from skillc.runtime.formats.arrays import BoolArray, FloatArray
from skillc.runtime.formats.contract import Contract
from skillc.runtime.formats.environment import Environment, Variation
from skillc.runtime.terms import catalog
from skillc.runtime.terms.moment import Moment
from skillc.runtime.terms.snapshot import Sense, Snapshot


class Terms(Protocol):
    """What makes one environment differ from another."""

    @property
    def senses(self) -> frozenset[Sense]:
        """What the rewards and terminations read of a snapshot that is not always measured."""

    def observe(self, now: Moment) -> FloatArray:
        """Return the raw observation terms (N, size) of a policy tick, joined in the contract's order."""

    def reward(self, now: Snapshot) -> FloatArray:
        """Return the rewards (...) of control ticks."""

    def terminated(self, now: Snapshot) -> BoolArray:
        """Return whether episodes end early (...)."""

    def randomize(self, drawing: Drawing) -> Draw:
        """Draw one episode."""


class DataTerms:
    """The terms of `environment.json` and `contract.json`."""

    def __init__(
        self, environment: Environment, contract: Contract, randomization: Sequence[Variation] | None = None
    ) -> None:
        """Look every term up once; a policy may have a randomization of its own.

        Raises:
            UnknownTerm, ExtensionError: naming a term this release or installation does not have.
        """
        self._randomization = environment.randomization if randomization is None else randomization
        self._observations = [(catalog.observation(t.name).value, contract.columns(t)) for t in contract.observation]
        rewards = [(t, catalog.reward(t.function)) for t in environment.rewards]
        ends = [(t, catalog.termination(t.function)) for t in environment.terminations]
        self._rewards = [(t.weight, term.value, dict(t.parameters)) for t, term in rewards]
        self._ends = [(term.value, dict(t.parameters)) for t, term in ends]
        self._senses = frozenset(s for _, term in rewards for s in term.senses) | frozenset(
            s for _, term in ends for s in term.senses
        )

    @property
    def senses(self) -> frozenset[Sense]:
        """What the rewards and terminations read of a snapshot that is not always measured."""
        return self._senses

    def observe(self, now: Moment) -> FloatArray:
        """Return the raw observation terms (N, observation_size)."""
        if not self._observations:
            return np.zeros((len(now.qpos), 0))
        return np.concatenate([value(now)[:, columns] for value, columns in self._observations], axis=1)

    def reward(self, now: Snapshot) -> FloatArray:
        """Return the weighted sum (...) of all rewards."""
        total = np.zeros(now.time_s.shape)
        for weight, value, parameters in self._rewards:
            total = total + weight * value(now, **parameters)
        return total

    def terminated(self, now: Snapshot) -> BoolArray:
        """Return whether any termination holds (...)."""
        ended = np.zeros(now.time_s.shape, dtype=np.bool_)
        for value, parameters in self._ends:
            ended = ended | value(now, **parameters)
        return ended

    def randomize(self, drawing: Drawing) -> Draw:
        """Draw every quantity in order."""
        return draw_all(self._randomization, drawing.twin, drawing.rng)
