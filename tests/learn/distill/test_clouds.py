import itertools

import torch

from skillc.runtime.learn.distill.clouds import Disturbance, disturbed, mask_of
from tests.learn import tiny

CALM = Disturbance(jitter=0.0, jitter_clip=0.0, point_dropout=0.0)


def batch() -> tuple[torch.Tensor, torch.Tensor]:
    """Three clouds whose points are told apart by their first coordinate; what pads them is 99."""
    count = torch.tensor([5, 12, 20])
    points = torch.full((3, 20, 3), 99.0)
    for row, n in zip(points, count):
        row[:n] = torch.arange(float(n))[:, None] / 100
    return points, count


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def test_the_mask_holds_each_clouds_own_points() -> None:
    assert mask_of(torch.tensor([1, 3]), 3).tolist() == [[1, 0, 0], [1, 1, 1]]


def test_shuffling_keeps_every_point_of_a_cloud_and_what_pads_it_behind_them() -> None:
    points, count = batch()
    moved = disturbed(points, count, CALM, generator())
    for row, before, n in zip(moved, points, count):
        assert sorted(row[:n, 0].tolist()) == before[:n, 0].tolist()
        assert row[:n, 0].tolist() != before[:n, 0].tolist()
        assert torch.all(row[n:] == 99.0)


def test_dropped_points_are_replaced_by_others_of_the_same_cloud() -> None:
    points, count = batch()
    how = Disturbance(jitter=0.0, jitter_clip=0.0, point_dropout=0.5)
    fewest = [20, 20, 20]
    draw = generator()
    for _ in range(50):
        moved = disturbed(points, count, how, draw)
        for k, (row, n) in enumerate(zip(moved, count)):
            assert torch.all(row[:n] < 1.0)
            fewest[k] = min(fewest[k], len(set(row[:n, 0].tolist())))
    assert fewest[2] in range(9, 12) and fewest[1] in range(5, 8)  # half of 20 and of 12 are gone at the most


def test_jitter_has_its_size_and_is_clipped() -> None:
    points, count = torch.zeros((64, 50, 3)), torch.full((64,), 50)
    how = Disturbance(jitter=0.001, jitter_clip=0.002, point_dropout=0.0)
    noise = disturbed(points, count, how, generator())
    assert noise.abs().max() == 0.002
    assert 0.0008 < noise.std() < 0.0011


def test_a_batch_is_split_by_size_and_padded_to_the_largest_of_its_part() -> None:
    clouds = tiny.clouds()
    parts = clouds.batches(torch.arange(16), 4)
    assert sorted(int(i) for part, _, _ in parts for i in part) == list(range(16))
    assert [points.shape[1] for _, points, _ in parts] == [int(count.max()) for _, _, count in parts]
    assert all(int(a[2].max()) <= int(b[2].min()) for a, b in itertools.pairwise(parts))
