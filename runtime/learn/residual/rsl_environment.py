"""A batch of environments behind the interface of rsl_rl."""

from typing import Any

import numpy as np
import torch
from rsl_rl.env import VecEnv
from tensordict import TensorDict
from torch import Tensor

from skillc.runtime.env.vector import VectorEnvironment
from skillc.runtime.formats.arrays import BoolArray


class RslEnvironment(VecEnv):  # type: ignore[misc]
    """Observations are of two groups: `policy` as in 4.3.1, and `scene`, what only a simulation knows, for the critic.

    An episode ends with the demonstration, so nothing is bootstrapped.
    """

    def __init__(self, environment: VectorEnvironment, reward_scale: float) -> None:
        """Reset the environments; rewards are multiplied by `reward_scale`."""
        self._environment, self._scale = environment, reward_scale
        contract = environment.definition.contract
        self.num_envs, self.num_actions = environment.number, contract.action_size
        self.max_episode_length = len(environment.definition.reference.qpos)
        self.episode_length_buf = torch.zeros(self.num_envs, dtype=torch.long)
        self.device = torch.device("cpu")
        self.cfg: dict[str, Any] = {}
        self._observation = environment.reset()
        self.invalid: BoolArray = np.zeros(self.num_envs, dtype=np.bool_)
        """(N,) whether the last step must not be learnt from."""

    def get_observations(self) -> TensorDict:
        """Return the present observations."""
        return self._grouped()

    def refresh(self) -> None:
        """Look again, after the environments were set back."""
        self._observation = self._environment.observation()

    def step(self, actions: Tensor) -> tuple[TensorDict, Tensor, Tensor, dict[str, Any]]:
        """Apply actions (N, m) for one policy period."""
        done = self._environment.step(actions.detach().numpy().astype(np.float64))
        self._observation, self.invalid = done.observation, done.invalid
        ended = done.terminated | done.truncated
        self.episode_length_buf = torch.from_numpy(self._environment.arrived).long()
        reward = torch.from_numpy(self._scale * done.reward).float()
        return self._grouped(), reward, torch.from_numpy(ended), {}

    def _grouped(self) -> TensorDict:
        groups = {"policy": self._observation, "scene": self._environment.known()}
        return TensorDict({k: torch.from_numpy(v).float() for k, v in groups.items()}, batch_size=[self.num_envs])
