from pathlib import Path

import numpy as np
import pytest
import torch

from skillc.runtime.learn.residual.trainer import RATES, ResidualTrainer, divergence, next_rate
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
    assert 0.2 < float(drawn.std()) < 0.8


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


def test_the_divergence_of_normal_distributions_is_torchs() -> None:
    drawn = torch.Generator().manual_seed(0)
    mean, other = torch.randn(32, 4, generator=drawn), torch.randn(32, 4, generator=drawn)
    std, wide = torch.tensor([0.1, 0.2, 0.4, 0.8]), torch.tensor([0.2, 0.2, 0.3, 1.0])
    normal = torch.distributions.Normal
    wanted = torch.distributions.kl_divergence(normal(mean, std), normal(other, wide)).sum(dim=1).mean()
    assert divergence((mean, std), (other, wide)) == pytest.approx(float(wanted), rel=1e-5)
    assert divergence((mean, std), (mean, std)) == 0.0


def test_the_learning_rate_follows_the_change_of_the_policy_within_bounds() -> None:
    assert next_rate(1e-4, 0.1, 0.016) < 1e-4 < next_rate(1e-4, 0.001, 0.016)
    assert next_rate(1e-4, 0.016, 0.016) == 1e-4
    assert next_rate(RATES[1], 0.0, 0.016) == RATES[1] and next_rate(RATES[0], 9.0, 0.016) == RATES[0]


def test_a_large_change_slows_the_next_update_and_no_rate_changes_within_one(build: Path) -> None:
    eager = trainer(build)
    eager._set_rate(0.1)
    told = eager.step()
    assert told["learning_rate"] == 0.1 and told["kl"] > 2 * eager._settings.kl_target
    assert eager._ppo.learning_rate == pytest.approx(0.1 / 1.5)
    assert {group["lr"] for group in eager._ppo.optimizer.param_groups} == {eager._ppo.learning_rate}


def test_the_critic_is_told_what_the_policy_is_not(build: Path) -> None:
    begun = trainer(build)
    groups = begun._env.get_observations()
    assert groups["scene"].shape == (4, 9)
    assert begun._ppo.critic.obs_dim == begun.actor.obs_dim + 9
