from pathlib import Path

import numpy as np
import pytest
import torch

from skillc.runtime.learn.residual.trainer import ResidualTrainer
from skillc.runtime.learn.session.loop import Diverged
from skillc.runtime.learn.session.refusal import TrainingRefused
from tests.learn.residual.tiny import make_residual_build, trainer
from tests.shared_build import once


@pytest.fixture
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return once(tmp_path_factory, "residual", make_residual_build)


def weights(one: ResidualTrainer) -> bytes:
    return b"".join(v.numpy().tobytes() for v in one.actor.state_dict().values())


def test_the_first_actions_are_those_of_the_reference_with_noise_around(build: Path) -> None:
    begun = trainer(build)
    observation = begun._env.get_observations()
    assert torch.equal(begun.actor(observation), torch.zeros(4, begun._env.num_actions))
    drawn = begun.actor(observation, stochastic_output=True)
    assert 0.05 < float(drawn.std()) < 0.2


def test_equal_seeds_learn_equal_bytes_and_others_do_not(build: Path) -> None:
    one, two, other = trainer(build), trainer(build), trainer(build, seed=1)
    before = weights(one)
    for _ in range(2):
        one.step(), two.step(), other.step()
    assert weights(one) == weights(two) != weights(other)
    assert weights(one) != before


def test_a_training_goes_on_bit_by_bit_from_its_checkpoint(build: Path) -> None:
    """Weights, optimizer, generators and simulations: T1 of the fault list, without the process."""
    whole = trainer(build)
    whole.step()
    kept = whole.as_checkpoint()
    told = [whole.step() for _ in range(3)]
    resumed = trainer(build)
    resumed.step(), resumed.step()
    resumed.restore(kept)
    assert [resumed.step() for _ in range(3)] == told
    assert weights(resumed) == weights(whole)
    again, arrays = resumed.as_checkpoint(), whole.as_checkpoint().arrays
    assert again.values == whole.as_checkpoint().values
    assert all(np.array_equal(again.arrays[k], v, equal_nan=True) for k, v in arrays.items())


def test_a_weight_that_is_not_finite_is_never_learnt_on(build: Path) -> None:
    broken = trainer(build)
    with torch.no_grad():
        broken._ppo.critic.mlp[0].weight[0, 0] = float("nan")
    with pytest.raises(Diverged, match="not finite"):
        broken.step()


def test_simulations_that_fail_more_often_than_one_step_in_a_thousand_end_the_training(build: Path) -> None:
    fragile = trainer(build)
    fragile.step()
    for _ in range(2):
        physics = fragile._environment._state.live.physics
        physics[:, 5] = np.nan
        if fragile._invalid:
            break
        with pytest.raises(TrainingRefused, match="SK920"):
            fragile.step()
