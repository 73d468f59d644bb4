"""The terms of an environment as calls: read from `environment.json` here, spelled out by a generated `env.py`."""

from typing import Protocol

import numpy as np

from skillc.runtime.env.randomization import Draw, Drawing, draw_all
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.contract import Contract
from skillc.runtime.formats.environment import Environment
from skillc.runtime.terms import catalog
from skillc.runtime.terms.moment import Moment
from skillc.runtime.terms.snapshot import Snapshot


class Terms(Protocol):
    """What makes one environment differ from another."""

    def observe(self, now: Moment) -> FloatArray:
        """Return the raw observation terms of a policy tick, joined in the contract's order."""

    def reward(self, now: Snapshot) -> float:
        """Return the reward of one control tick."""

    def terminated(self, now: Snapshot) -> bool:
        """Return whether the episode ends early."""

    def randomize(self, drawing: Drawing) -> Draw:
        """Draw one episode."""


class DataTerms:
    """The terms of `environment.json` and `contract.json`."""

    def __init__(self, environment: Environment, contract: Contract) -> None:
        """Look every term up once.

        Raises:
            UnknownTerm, ExtensionError: naming a term this release or installation does not have.
        """
        self._environment = environment
        self._observations = [(catalog.observation(t.name).value, contract.columns(t)) for t in contract.observation]
        self._rewards = [(t.weight, catalog.reward(t.function).value, dict(t.parameters)) for t in environment.rewards]
        self._ends = [(catalog.termination(t.function).value, dict(t.parameters)) for t in environment.terminations]

    def observe(self, now: Moment) -> FloatArray:
        """Return the raw observation terms (observation_size,)."""
        if not self._observations:
            return np.zeros(0)
        return np.concatenate([value(now)[columns] for value, columns in self._observations])

    def reward(self, now: Snapshot) -> float:
        """Return the weighted sum of all rewards."""
        total = 0.0
        for weight, value, parameters in self._rewards:
            total += weight * value(now, **parameters)
        return total

    def terminated(self, now: Snapshot) -> bool:
        """Return whether any termination holds."""
        return any(value(now, **parameters) for value, parameters in self._ends)

    def randomize(self, drawing: Drawing) -> Draw:
        """Draw every quantity in order."""
        return draw_all(self._environment.randomization, drawing.twin, drawing.rng)
