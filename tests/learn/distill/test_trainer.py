import math

import pytest
import torch

from skillc.runtime.learn.distill.clouds import Clouds
from skillc.runtime.learn.distill.trainer import PoseTrainer, learning_rate
from skillc.runtime.learn.session.loop import Diverged
from tests.learn import tiny

pytestmark = pytest.mark.slow


def trainer(seed: int = 0, **changed: object) -> PoseTrainer:
    return PoseTrainer(tiny.settings(**changed), tiny.clouds(48), tiny.clouds(16, seed=1), seed=seed)


def weights(of: PoseTrainer) -> list[torch.Tensor]:
    return [p.detach().clone() for p in of.network.parameters()]


def equal(a: PoseTrainer, b: PoseTrainer) -> bool:
    return all(torch.equal(x, y) for x, y in zip(weights(a), weights(b)))


def test_training_learns() -> None:
    subject = trainer(max_epochs=40, patience=40, learning_rate=1e-2, dropout=0.0)
    first = subject.step()
    while not subject.finished:
        last = subject.step()
    assert last["position_mean_mm"] < 0.5 * first["position_mean_mm"]


def test_one_seed_gives_one_network() -> None:
    a, b, other = trainer(), trainer(), trainer(seed=1)
    for subject in (a, b, other):
        subject.step()
    assert equal(a, b) and not equal(a, other)


def test_a_restored_training_goes_on_bit_by_bit() -> None:
    whole = trainer()
    whole.step()
    kept = whole.as_checkpoint()
    rows = [whole.step(), whole.step()]
    resumed = trainer()
    resumed.restore(kept)
    assert [resumed.step(), resumed.step()] == rows
    assert equal(whole, resumed) and resumed.best_number == whole.best_number


def test_training_stops_early_when_the_validation_position_stays() -> None:
    subject = trainer(max_epochs=50, patience=3, learning_rate=1e-12, learning_rate_end=0.0)
    while not subject.finished:
        subject.step()
    assert subject.number == subject.best_number + 3 < 50


def test_the_best_weights_are_given_and_not_the_last_ones() -> None:
    subject = trainer()
    subject.step()
    kept = weights(subject)
    subject.best_error = 0.0  # nothing later is better
    subject.step()
    assert all(torch.equal(p, k) for p, k in zip(subject.best_network().parameters(), kept))


def test_the_learning_rate_falls_by_half_a_cosine() -> None:
    settings = tiny.settings(max_epochs=11, learning_rate=1e-3, learning_rate_end=1e-6)
    assert learning_rate(settings, 0) == 1e-3
    assert learning_rate(settings, 5) == pytest.approx(0.5 * (1e-3 + 1e-6))
    assert learning_rate(settings, 10) == pytest.approx(1e-6)


def test_a_loss_that_is_not_finite_is_no_step() -> None:
    subject = trainer()
    clouds = tiny.clouds(48)
    broken = Clouds(
        points=clouds.points, count=clouds.count, R_table_hand=clouds.R_table_hand,
        position=torch.where(torch.arange(48)[:, None] == 7, math.nan, clouds.position),
    )  # fmt: skip
    subject._train = broken
    with pytest.raises(Diverged, match="loss nan"):
        subject.step()
    assert all(torch.isfinite(p).all() for p in subject.network.parameters())
