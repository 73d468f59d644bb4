"""Many episodes side by side on worker threads; MuJoCo releases the interpreter lock while it steps."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from skillc.runtime.env.calls import Terms
from skillc.runtime.env.definition import Definition
from skillc.runtime.env.episode import Episode, Step
from skillc.runtime.formats.arrays import BoolArray, FloatArray


@dataclass(frozen=True, kw_only=True)
class VectorStep:
    """What one action per environment led to; rows are environments."""

    observation: FloatArray
    """(N, observation_size); of the new episode where the old one ended."""
    reward: FloatArray
    """(N,)."""
    terminated: BoolArray
    """(N,) ended early."""
    truncated: BoolArray
    """(N,) reached the horizon."""
    final_observation: FloatArray
    """(N, observation_size) before any reset."""
    invalid: BoolArray
    """(N,) the simulation reached a bad state; the episode was replaced and must not be learnt from."""


class VectorEnvironment:
    """N environments that restart by themselves."""

    def __init__(self, definition: Definition, terms: Terms, *, number: int, seed: int, threads: int = 1) -> None:
        """Prepare `number` environments; the same seed gives the same episodes for any number of threads."""
        self.definition, self._terms = definition, terms
        self._streams = np.random.SeedSequence(seed).spawn(number)
        self._pool = ThreadPoolExecutor(max_workers=threads)
        self._episodes: list[Episode] = []

    def reset(self) -> FloatArray:
        """Start new episodes everywhere and return their observations (N, observation_size)."""
        self._episodes = list(self._pool.map(self._new, range(len(self._streams))))
        return np.stack([e.observation() for e in self._episodes])

    def step(self, actions: FloatArray) -> VectorStep:
        """Apply actions (N, action_size) and restart what ended."""
        steps = list(self._pool.map(lambda pair: pair[0].step(pair[1]), zip(self._episodes, actions, strict=True)))
        final = np.stack([s.observation for s in steps])
        ended = [i for i, s in enumerate(steps) if s.terminated or s.truncated]
        for i, fresh in zip(ended, self._pool.map(self._new, ended), strict=True):
            self._episodes[i] = fresh
        observation = final.copy()
        for i in ended:
            observation[i] = self._episodes[i].observation()
        return VectorStep(
            observation=observation,
            reward=np.array([s.reward for s in steps]),
            terminated=_flags(steps, "terminated"),
            truncated=_flags(steps, "truncated"),
            final_observation=final,
            invalid=_flags(steps, "invalid"),
        )

    def close(self) -> None:
        """End the worker threads."""
        self._pool.shutdown()

    def _new(self, index: int) -> Episode:
        child = self._streams[index].spawn(1)[0]
        return Episode(self.definition, self._terms, np.random.default_rng(child))


def _flags(steps: Sequence[Step], name: str) -> BoolArray:
    return np.array([getattr(s, name) for s in steps], dtype=np.bool_)
