"""A compiled environment behind Gymnasium's vector interface; the base of every generated `env.py`."""

from pathlib import Path
from typing import Any

import gymnasium
import numpy as np

from skillc.runtime.env.calls import DataTerms
from skillc.runtime.env.definition import Definition
from skillc.runtime.env.randomization import Draw, Drawing
from skillc.runtime.env.vector import VectorEnvironment
from skillc.runtime.formats.arrays import BoolArray, FloatArray
from skillc.runtime.terms.moment import Moment
from skillc.runtime.terms.snapshot import Sense, Snapshot


class SkillVectorEnv(gymnasium.vector.VectorEnv):
    """Executes the `environment.json` of a build; a subclass may spell out or change any term.

    >>> import skillc
    >>> env = skillc.environment("build/lift-a-box", num_envs=2, seed=0)
    >>> observation, _ = env.reset()
    >>> observation, reward, terminated, truncated, info = env.step(env.action_space.sample())
    >>> observation.shape == (2, env.single_observation_space.shape[0]), reward.shape
    (True, (2,))
    >>> env.close()
    """

    metadata = {"autoreset_mode": gymnasium.vector.AutoresetMode.SAME_STEP}  # noqa: RUF012 - Gymnasium reads the class attribute

    def __init__(self, build: Path | str, num_envs: int = 1, *, seed: int = 0, threads: int = 1) -> None:
        """Read the build folder; `num_envs` episodes are simulated on `threads` threads."""
        self.definition = Definition.load(Path(build))
        contract = self.definition.contract
        self._data = DataTerms(self.definition.environment, contract)
        self.num_envs, self._threads = num_envs, threads
        spaces = gymnasium.spaces
        bound = np.concatenate([np.full(t.size, t.clip, np.float64) for t in contract.observation])
        self.single_observation_space = spaces.Box(-bound, bound, dtype=np.float64)
        self.single_action_space = spaces.Box(-1.0, 1.0, (contract.action_size,), dtype=np.float64)
        self.observation_space = gymnasium.vector.utils.batch_space(self.single_observation_space, num_envs)
        self.action_space = gymnasium.vector.utils.batch_space(self.single_action_space, num_envs)
        self._environments = VectorEnvironment(self.definition, self, number=num_envs, seed=seed, threads=threads)

    @property
    def senses(self) -> frozenset[Sense]:
        """What rewards and terminations read of a snapshot that is not always measured."""
        return self._data.senses

    def observe(self, now: Moment) -> FloatArray:
        """Return the raw observation terms (N, observation_size), joined in the contract's order."""
        return self._data.observe(now)

    def reward(self, now: Snapshot) -> FloatArray:
        """Return the rewards (...) of control ticks."""
        return self._data.reward(now)

    def terminated(self, now: Snapshot) -> BoolArray:
        """Return whether episodes end early (...)."""
        return self._data.terminated(now)

    def randomize(self, drawing: Drawing) -> Draw:
        """Draw one episode."""
        return self._data.randomize(drawing)

    def reset(
        self, *, seed: int | list[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[FloatArray, dict[str, Any]]:
        """Start new episodes; an integer seed restarts the stream of episodes."""
        if isinstance(seed, int):
            self._environments.close()
            self._environments = VectorEnvironment(
                self.definition, self, number=self.num_envs, seed=seed, threads=self._threads
            )
        return self._environments.reset(), {}

    def step(self, actions: FloatArray) -> tuple[FloatArray, FloatArray, BoolArray, BoolArray, dict[str, Any]]:
        """Apply one action per environment; ended episodes restart at once, `final_obs` holds their last view."""
        done = self._environments.step(np.asarray(actions, dtype=np.float64))
        ended = done.terminated | done.truncated
        info = {"final_obs": done.final_observation, "_final_obs": ended, "invalid": done.invalid}
        return done.observation, done.reward, done.terminated, done.truncated, info

    def close_extras(self, **kwargs: Any) -> None:
        """End the worker threads."""
        self._environments.close()
