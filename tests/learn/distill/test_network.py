import torch

from skillc.runtime.learn.distill.clouds import mask_of
from skillc.runtime.learn.distill.loss import statistics
from skillc.runtime.learn.distill.network import NetworkSizes, PoseNetwork
from tests.learn import tiny

PAPER = NetworkSizes(encoder=(64, 128, 128), fused=128, residual_blocks=2, dropout=0.2)


def test_what_pads_a_cloud_changes_nothing() -> None:
    clouds = tiny.clouds(4)
    network = PoseNetwork(PAPER, statistics(clouds))
    mask = mask_of(clouds.count, 20)
    wider = torch.cat([clouds.points, torch.full((4, 7, 3), 1e3)], dim=1)
    alone, padded = network(clouds.points, mask), network(wider, torch.cat([mask, torch.zeros(4, 7)], dim=1))
    for a, b in zip(alone, padded):
        torch.testing.assert_close(a, b)


def test_the_order_of_points_changes_nothing() -> None:
    clouds = tiny.clouds(4)
    network = PoseNetwork(PAPER, statistics(clouds))
    points, mask = clouds.points[:, :8], torch.ones(4, 8)
    for a, b in zip(network(points, mask), network(points.flip(1), mask)):
        torch.testing.assert_close(a, b)


def test_the_papers_network_has_about_a_hundred_thousand_parameters() -> None:
    network = PoseNetwork(PAPER, statistics(tiny.clouds()))
    assert 1e5 < sum(p.numel() for p in network.parameters()) < 1.5e5


def test_dropout_acts_in_training_alone_and_comes_from_its_generator() -> None:
    clouds = tiny.clouds(4)
    network = PoseNetwork(PAPER, statistics(clouds))
    mask = mask_of(clouds.count, 20)
    drawn = [network(clouds.points, mask, torch.Generator().manual_seed(seed))[0] for seed in (1, 1, 2)]
    assert torch.equal(drawn[0], drawn[1]) and not torch.equal(drawn[0], drawn[2])
    assert torch.equal(network(clouds.points, mask)[0], network(clouds.points, mask)[0])
