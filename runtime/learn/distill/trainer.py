"""Supervised training of one pose network, epoch by epoch; its whole state goes into a checkpoint and back (A.3.1)."""

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from skillc.runtime.formats.pose_contract import CloudStatistics
from skillc.runtime.formats.records import from_json
from skillc.runtime.learn.distill.clouds import Clouds, disturbed, mask_of
from skillc.runtime.learn.distill.loss import errors, pose_loss, statistics
from skillc.runtime.learn.distill.network import PoseNetwork, centroid_of
from skillc.runtime.learn.distill.settings import DistillSettings
from skillc.runtime.learn.session.checkpoint import Checkpoint
from skillc.runtime.learn.session.loop import Diverged

PARTS = 8
"""ours: a batch's clouds are padded in this many groups of like size; on a CPU padding costs as much as points."""
OPTIMIZERS = {"adamw": torch.optim.AdamW, "adam": torch.optim.Adam, "sgd": torch.optim.SGD}


class PoseTrainer:
    """A network in training. Everything random comes from one generator, which checkpoints hold too."""

    def __init__(self, settings: DistillSettings, train: Clouds, validation: Clouds, *, seed: int) -> None:
        """Draw the network's weights from `seed`."""
        self._settings, self._train, self._validation, self._seed = settings, train, validation, seed
        self.normalization: CloudStatistics = statistics(train)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.network = PoseNetwork(settings.layout, self.normalization)
        self._generator = torch.Generator().manual_seed(seed)
        self._optimizer = OPTIMIZERS[settings.optimizer](
            self.network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
        )
        self.number, self.best_number, self.best_error = 0, 0, math.inf
        self._best = self._weights()

    @property
    def most(self) -> int:
        """Epochs after which the training is over at the latest."""
        return self._settings.max_epochs

    @property
    def finished(self) -> bool:
        """Whether all epochs are over, or the validation error has not fallen for as long as the patience."""
        stale = self.number - self.best_number >= self._settings.patience
        return self.number >= self._settings.max_epochs or stale

    def step(self) -> dict[str, float]:
        """Learn from every sample once, judge, and return what is reported.

        Raises:
            Diverged: something is not finite any more; the state is that of the failing step.
        """
        rate = learning_rate(self._settings, self.number)
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        order, size = torch.randperm(len(self._train), generator=self._generator), self._settings.batch_size
        losses = [self._batch(order[first : first + size]) for first in range(0, len(order), size)]
        if not all(bool(torch.isfinite(p).all()) for p in self.network.parameters()):
            raise Diverged(f"a weight is not finite after epoch {self.number + 1}")
        judged = errors(self.network, self._validation).summary()
        self.number += 1
        if judged["position_mean_mm"] < self.best_error:
            self.best_error, self.best_number = judged["position_mean_mm"], self.number
            self._best = self._weights()
        return {"loss": sum(losses) / len(losses), "learning_rate": rate, **judged}

    def _batch(self, chosen: Tensor) -> float:
        settings, clouds = self._settings, self._train
        kept, positions, rotations = [], [], []
        for part, points, count in clouds.batches(chosen, PARTS):
            moved = disturbed(points, count, settings.disturbance, self._generator)
            mask = mask_of(count, moved.shape[1])
            kept.append(self.network.pooled(moved, mask))
            positions.append(clouds.position[part] - centroid_of(moved, mask))
            rotations.append(clouds.R_table_hand[part])
        predicted = self.network.pose_of(torch.cat(kept), self._generator)
        wanted = (torch.cat(positions), torch.cat(rotations))
        loss = pose_loss(self.network, predicted, wanted, (settings.position_weight, settings.rotation_weight))
        self._optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        norm = torch.nn.utils.clip_grad_norm_(self.network.parameters(), settings.gradient_norm)
        reached, steepness = float(loss.detach()), float(norm.detach())
        if not (math.isfinite(reached) and math.isfinite(steepness)):
            raise Diverged(f"loss {reached:g}, gradient norm {steepness:g} in epoch {self.number + 1}")
        self._optimizer.step()
        return reached

    def best_network(self) -> PoseNetwork:
        """Return the network with the weights of the smallest validation error."""
        network = PoseNetwork(self._settings.layout, self.normalization)
        network.load_state_dict(self._best)
        return network

    def reseed(self, attempt: int) -> None:
        """Go on with other batches and disturbances than before."""
        self._generator.manual_seed(self._seed + 7919 * attempt)

    def as_checkpoint(self) -> Checkpoint:
        """Return the whole state."""
        arrays: dict[str, NDArray[Any]] = {"generator": self._generator.get_state().numpy()}
        arrays |= {f"weight.{k}": v.numpy() for k, v in self._weights().items()}
        arrays |= {f"best.{k}": v.numpy() for k, v in self._best.items()}
        for index, slots in self._optimizer.state_dict()["state"].items():
            arrays |= {f"optimizer.{index}.{k}": v.numpy().copy() for k, v in slots.items() if v is not None}
        values = {
            "best_number": self.best_number,
            "best_error": self.best_error if math.isfinite(self.best_error) else None,
            "normalization": asdict(self.normalization),
        }
        return Checkpoint(number=self.number, arrays=arrays, values=values)

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go back to a state, bit by bit."""
        arrays = {k: torch.from_numpy(np.array(v)) for k, v in checkpoint.arrays.items()}
        self.normalization = from_json(CloudStatistics, _listed(checkpoint.values["normalization"]), "normalization")
        self.network.load_state_dict(_below("weight.", arrays))
        self._best = _below("best.", arrays)
        state: dict[int, dict[str, Tensor]] = {}
        for name, value in _below("optimizer.", arrays).items():
            index, _, slot = name.partition(".")
            state.setdefault(int(index), {})[slot] = value
        self._optimizer.load_state_dict({**self._optimizer.state_dict(), "state": state})
        self._generator.set_state(arrays["generator"])
        self.number, self.best_number = checkpoint.number, int(checkpoint.values["best_number"])
        error = checkpoint.values["best_error"]
        self.best_error = math.inf if error is None else float(error)

    def _weights(self) -> dict[str, Tensor]:
        return {k: v.detach().clone() for k, v in self.network.state_dict().items()}


def learning_rate(settings: DistillSettings, epoch: int) -> float:
    """Return the step size of an epoch (from 0): half a cosine from the first to the last."""
    share = epoch / max(settings.max_epochs - 1, 1)
    start, end = settings.learning_rate, settings.learning_rate_end
    return end + 0.5 * (start - end) * (1.0 + math.cos(math.pi * min(share, 1.0)))


def _below(prefix: str, arrays: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {k.removeprefix(prefix): v for k, v in arrays.items() if k.startswith(prefix)}


def _listed(values: Mapping[str, Any]) -> dict[str, list[float]]:
    return {k: list(v) for k, v in values.items()}
