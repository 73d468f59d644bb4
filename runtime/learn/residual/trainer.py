"""Reinforcement learning of one residual policy, update by update (A.3.2), by the PPO of rsl_rl.

Not as in the paper: actor and critic share no trunk and values have no running statistics, neither of which rsl_rl has.
In place of the latter rewards are scaled so that no return is above the sum of the rewards' weights. The critic sees
more than the policy does. The learning rate follows the KL divergence from update to update, not from minibatch to
minibatch: when an update begins nothing has changed yet, rsl_rl's schedule takes that for too small a rate, and in the
small updates of a `cpu` budget a step at 0.008 was seen to ruin the critic.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from rsl_rl.algorithms import PPO
from rsl_rl.models import MLPModel
from rsl_rl.storage import RolloutStorage
from tensordict import TensorDict
from torch import Tensor

from skillc.runtime.env.vector import VectorEnvironment
from skillc.runtime.learn.residual.rsl_environment import RslEnvironment
from skillc.runtime.learn.residual.settings import ResidualSettings
from skillc.runtime.learn.session.checkpoint import Checkpoint
from skillc.runtime.learn.session.loop import Diverged
from skillc.runtime.learn.session.refusal import TrainingRefused

MOST_INVALID = 1e-3
"""FAULTS T5: share of the policy steps in which a simulation may leave its valid states."""
GROUPS = {"actor": ["policy"], "critic": ["policy", "scene"]}
"""ours: the critic is told size, mass, friction and where the object is. They mostly decide whether a grasp holds; what
the critic cannot foresee is left in the advantages, where an action's own effect is then not seen."""
RATES = (1e-5, 1e-3)
"""ours: least and largest learning rate that the schedule may reach; the upper one is Adam's own default."""


class ResidualTrainer:
    """A policy in training. What is random comes from torch's generator and the environments', kept in checkpoints."""

    def __init__(self, settings: ResidualSettings, environment: VectorEnvironment, *, seed: int) -> None:
        """Draw the network's weights from `seed`; the mean of the actions is zero, so that nothing is corrected yet."""
        self._settings, self._environment, self._seed = settings, environment, seed
        each = environment.definition.ticks_per_action
        self._env = RslEnvironment(environment, (1.0 - settings.discount) / each)
        self.number, self._steps, self._invalid = 0, 0, 0
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self._ppo = self._algorithm()
            self._random = torch.get_rng_state()

    def _algorithm(self) -> Any:
        settings, env = self._settings, self._env
        observation = env.get_observations()
        noise = {"class_name": "GaussianDistribution", "init_std": settings.initial_noise, "std_type": "log"}
        layout: dict[str, Any] = {
            "hidden_dims": list(settings.hidden), "activation": settings.activation, "obs_normalization": True,
        }  # fmt: skip
        actor = MLPModel(observation, GROUPS, "actor", env.num_actions, distribution_cfg=noise, **layout)
        critic = MLPModel(observation, GROUPS, "critic", 1, **layout)
        last = [layer for layer in actor.mlp if isinstance(layer, torch.nn.Linear)][-1]
        torch.nn.init.zeros_(last.weight)
        torch.nn.init.zeros_(last.bias)
        storage = RolloutStorage("rl", env.num_envs, settings.steps_per_update, observation, [env.num_actions], "cpu")
        return PPO(
            actor, critic, storage, num_learning_epochs=settings.epochs, num_mini_batches=settings.minibatches,
            clip_param=settings.clip, gamma=settings.discount, lam=settings.gae_lambda,
            value_loss_coef=settings.value_weight, entropy_coef=settings.entropy_weight,
            learning_rate=settings.learning_rate, max_grad_norm=settings.gradient_norm, schedule="fixed",
        )  # fmt: skip

    @property
    def actor(self) -> MLPModel:
        """The policy as it is now."""
        return self._ppo.actor

    @property
    def transitions(self) -> int:
        """Policy steps taken by all environments."""
        return self._steps

    @property
    def most(self) -> int:
        """Updates in all."""
        return self._settings.iterations

    @property
    def finished(self) -> bool:
        """Whether all updates are done."""
        return self.number >= self._settings.iterations

    def step(self) -> dict[str, float]:
        """Collect, learn once, and return what is reported.

        Raises:
            Diverged: a loss or weight is not finite; the state is that of the failing step.
            TrainingRefused: SK920, too many simulations left their valid states.
        """
        with torch.random.fork_rng(devices=[]):
            torch.set_rng_state(self._random)
            reward, ends, invalid = self._collected()
            observations = self._ppo.storage.observations.flatten(0, 1)
            before = self._distribution(observations)
            losses = self._learnt()
            kl = divergence(before, self._distribution(observations))
            self._random = torch.get_rng_state()
        self._require_valid(int(invalid.sum()), invalid.size)
        used = self._ppo.learning_rate
        self._set_rate(next_rate(used, kl, self._settings.kl_target))
        self.number += 1
        return {
            "transitions": float(self._steps),
            "reward": reward,
            "episodes": float(ends),
            "invalid": float(self._invalid),
            "noise": float(self._ppo.actor.output_std.detach().mean()),
            "learning_rate": used,
            "kl": kl,
            **{f"loss_{k}": v for k, v in losses.items()},
        }

    @torch.no_grad()
    def _distribution(self, observations: TensorDict) -> tuple[Tensor, Tensor]:
        """Return mean (B, m) and standard deviation (m,) of the actions."""
        actor = self._ppo.actor
        mean: Tensor = actor(observations)
        return mean, actor.output_std.detach().reshape(-1, mean.shape[1])[0].clone()

    def _set_rate(self, rate: float) -> None:
        self._ppo.learning_rate = rate
        for group in self._ppo.optimizer.param_groups:
            group["lr"] = rate

    def _learnt(self) -> dict[str, float]:
        """Learn from what was collected; raises Diverged."""
        failed = ""
        try:
            losses: dict[str, float] = self._ppo.update()
        except RuntimeError as reason:  # torch refuses to draw from a distribution that is not finite
            losses, failed = {}, f"{reason}; "
        sound = all(bool(torch.isfinite(p).all()) for p in self._parameters().values())
        if failed and sound:
            raise RuntimeError(failed)
        if not sound or not all(math.isfinite(v) for v in losses.values()):
            self._ppo.storage.clear()
            told = "weights that are not finite" if not sound else f"losses {losses}"
            raise Diverged(f"{failed}{told} in update {self.number + 1}")
        return losses

    @torch.no_grad()
    def _collected(self) -> tuple[float, int, NDArray[np.bool_]]:
        """Fill the storage; returns the mean reward of a step, how many episodes ended, and what was invalid (T, N)."""
        ppo, env = self._ppo, self._env
        observation, rewards, ends, invalid = env.get_observations(), 0.0, 0, []
        for _ in range(self._settings.steps_per_update):
            observation, reward, done, extras = env.step(ppo.act(observation))
            ppo.process_env_step(observation, reward, done, extras)
            rewards, ends = rewards + float(reward.mean()), ends + int(done.sum())
            invalid.append(env.invalid)
        ppo.compute_returns(observation)
        bad = np.stack(invalid)
        mask = torch.from_numpy(bad)[..., None]
        ppo.storage.advantages[mask] = 0.0
        ppo.storage.returns[mask] = ppo.storage.values[mask]
        return rewards / self._settings.steps_per_update, ends, bad

    def _require_valid(self, found: int, steps: int) -> None:
        self._steps, self._invalid = self._steps + steps, self._invalid + found
        if self._invalid > max(1.0, MOST_INVALID * self._steps):
            raise TrainingRefused(
                "SK920",
                f"{self._invalid} of {self._steps} simulated policy steps left the valid states of the simulator",
                "look at the widest randomization: a mass, size or gain at its end may make the physics unstable",
            )

    def reseed(self, attempt: int) -> None:
        """Go on with other actions than before."""
        self._random = torch.Generator().manual_seed(self._seed + 7919 * attempt).get_state()

    def as_checkpoint(self) -> Checkpoint:
        """Return the whole state, simulations included."""
        arrays: dict[str, NDArray[Any]] = {"random": self._random.numpy()}
        arrays |= {k: v.detach().numpy().copy() for k, v in self._parameters().items()}
        for index, slots in self._ppo.optimizer.state_dict()["state"].items():
            arrays |= {f"optimizer.{index}.{k}": v.numpy().copy() for k, v in slots.items()}
        environment, generator = self._environment.as_arrays()
        values = {
            "learning_rate": self._ppo.learning_rate, "steps": self._steps, "invalid": self._invalid,
            "generator": generator,
        }  # fmt: skip
        return Checkpoint(number=self.number, arrays=arrays | environment, values=values)

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go back to a state, bit by bit."""
        ppo, values = self._ppo, checkpoint.values
        arrays = {k: np.array(v) for k, v in checkpoint.arrays.items()}
        tensors = {k: torch.from_numpy(v) for k, v in arrays.items() if not k.startswith("environment")}
        for name, model in (("actor", ppo.actor), ("critic", ppo.critic)):
            model.load_state_dict(_below(f"{name}.", tensors))
        state: dict[int, dict[str, Tensor]] = {}
        for key, value in _below("optimizer.", tensors).items():
            index, _, slot = key.partition(".")
            state.setdefault(int(index), {})[slot] = value
        ppo.optimizer.load_state_dict({"param_groups": ppo.optimizer.state_dict()["param_groups"], "state": state})
        self._set_rate(values["learning_rate"])
        ppo.storage.clear()
        self._random = tensors["random"]
        self._environment.restore(arrays, values["generator"])
        self._env.refresh()
        self.number, self._steps, self._invalid = checkpoint.number, int(values["steps"]), int(values["invalid"])

    def _parameters(self) -> Mapping[str, Tensor]:
        models = {"actor": self._ppo.actor, "critic": self._ppo.critic}
        return {f"{name}.{k}": v for name, model in models.items() for k, v in model.state_dict().items()}


def divergence(before: tuple[Tensor, Tensor], after: tuple[Tensor, Tensor]) -> float:
    """Return the mean KL divergence of normal distributions, each a mean (B, m) and a standard deviation (m,)."""
    (mean, std), (other, wide) = before, after
    each = torch.log(wide / std) + (std**2 + (mean - other) ** 2) / (2.0 * wide**2) - 0.5
    return float(each.sum(dim=1).mean())


def next_rate(rate: float, kl: float, target: float) -> float:
    """Return the learning rate of the next update: half as large again, or less, where the policy changed by far from
    the target (A.3.2: adaptive)."""
    if kl > 2.0 * target:
        return max(RATES[0], rate / 1.5)
    return min(RATES[1], rate * 1.5) if kl < 0.5 * target else rate


def _below(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
