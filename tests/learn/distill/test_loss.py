import math

import pytest
import torch

from skillc.runtime.formats.pose_contract import CloudStatistics
from skillc.runtime.learn.distill.clouds import Clouds, mask_of
from skillc.runtime.learn.distill.loss import errors, pose_loss, statistics
from skillc.runtime.learn.distill.network import NetworkSizes, PoseNetwork, centroid_of
from skillc.runtime.learn.distill.rotation import as_six
from tests.learn import tiny

LAYOUT = NetworkSizes(encoder=(4,), fused=4, residual_blocks=1, dropout=0.0)


def network(target_std: float = 2.0) -> PoseNetwork:
    normalization = CloudStatistics(
        point_mean=(0.0,) * 3, point_std=(1.0,) * 3, centroid_mean=(0.0,) * 3, centroid_std=(1.0,) * 3,
        target_mean=(1.0,) * 9, target_std=(target_std,) * 9,
    )  # fmt: skip
    return PoseNetwork(LAYOUT, normalization)


def turned(degrees: float) -> torch.Tensor:
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return torch.tensor([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


def test_the_position_term_is_the_squared_standardized_distance() -> None:
    # wanted (3, 1, 1) is (1, 0, 0) standardized; predicted (0, 0, 2): 1 + 4
    predicted = (torch.tensor([[0.0, 0.0, 2.0]]), as_six(torch.eye(3))[None])
    wanted = (torch.tensor([[3.0, 1.0, 1.0]]), torch.eye(3)[None])
    assert float(pose_loss(network(), predicted, wanted, (1.0, 1.0))) == pytest.approx(5.0)
    assert float(pose_loss(network(), predicted, wanted, (0.5, 1.0))) == pytest.approx(2.5)


@pytest.mark.parametrize("degrees", [5.0, 90.0, 180.0])
def test_the_rotation_term_is_the_squared_frobenius_distance_of_the_matrices(degrees: float) -> None:
    predicted = (torch.zeros(1, 3), as_six(turned(degrees))[None])
    wanted = (torch.ones(1, 3), torch.eye(3)[None])
    expected = 8.0 * math.sin(math.radians(degrees) / 2) ** 2
    assert float(pose_loss(network(), predicted, wanted, (1.0, 1.0))) == pytest.approx(expected, rel=1e-5)


def test_the_rotation_term_is_in_matrix_space_whatever_the_statistics_are() -> None:
    predicted = (torch.zeros(1, 3), as_six(turned(30.0))[None])
    wanted = (torch.ones(1, 3), torch.eye(3)[None])
    assert pose_loss(network(2.0), predicted, wanted, (1.0, 1.0)) == pose_loss(
        network(9.0), predicted, wanted, (1.0, 1.0)
    )


def test_the_statistics_are_those_of_centred_points_and_residuals() -> None:
    clouds = Clouds(
        points=torch.tensor([[[0.0, 0, 0], [2.0, 0, 0], [9.0, 9, 9]], [[4.0, 0, 0], [4.0, 0, 4.0], [4.0, 0, 2.0]]]),
        count=torch.tensor([2, 3]),
        position=torch.tensor([[1.0, 0, 1.0], [4.0, 0, 5.0]]),
        R_table_hand=torch.eye(3).expand(2, 3, 3),
    )
    found = statistics(clouds)
    assert found.centroid_mean == pytest.approx((2.5, 0.0, 1.0))
    assert found.centroid_std == pytest.approx((1.5, 1e-3, 1.0))  # what does not vary is not blown up
    assert found.point_mean == pytest.approx((0.0, 0.0, 0.0))
    assert found.point_std == pytest.approx((math.sqrt(2 / 5), 1e-3, math.sqrt(8 / 5)))
    assert found.target_mean == pytest.approx((0.0, 0.0, 2.0, 1.0, 0, 0, 0, 1.0, 0))
    assert found.target_std[2] == pytest.approx(1.0)


def test_standardizing_and_back_is_nothing() -> None:
    clouds = tiny.clouds()
    subject = PoseNetwork(LAYOUT, statistics(clouds))
    mask = mask_of(clouds.count, clouds.points.shape[1])
    centroid = centroid_of(clouds.points, mask)
    standardized = (clouds.position - centroid - subject.target_mean[:3]) / subject.target_std[:3]
    assert standardized.std(dim=0, correction=0) == pytest.approx([1.0, 1.0, 1.0], rel=1e-4)
    torch.testing.assert_close(subject.hand_position(standardized, centroid), clouds.position)


def test_errors_are_millimetres_and_degrees() -> None:
    clouds = tiny.clouds(8)
    subject = PoseNetwork(LAYOUT, statistics(clouds))

    def perfect(points: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        hand = centroid_of(points, mask) + torch.tensor([0.0, 0.003, 0.2])
        residual = hand - centroid_of(points, mask)
        standardized = (residual - subject.target_mean[:3]) / subject.target_std[:3]
        return standardized, as_six(turned(3.0)).expand(len(points), 6)

    subject.forward = perfect  # type: ignore[method-assign]
    moved = Clouds(
        points=clouds.points, count=clouds.count, R_table_hand=clouds.R_table_hand,
        position=centroid_of(clouds.points, mask_of(clouds.count, 20)) + torch.tensor([0.0, 0.0, 0.2]),
    )  # fmt: skip
    summary = errors(subject, moved).summary()
    assert summary["position_median_mm"] == pytest.approx(3.0, rel=1e-3)
    assert summary["rotation_p95_deg"] == pytest.approx(3.0, rel=1e-3)
