"""The residual pose loss (4.3.1, A.3.1), the errors that are reported, and the statistics that normalize."""

from dataclasses import dataclass

import torch
from torch import Tensor

from skillc.runtime.formats.pose_contract import CloudStatistics
from skillc.runtime.learn.distill.clouds import Clouds, mask_of
from skillc.runtime.learn.distill.network import PoseNetwork, centroid_of
from skillc.runtime.learn.distill.rotation import as_six, from_six

LEAST_STD = 1e-3
"""ours: m, or of a matrix entry; a channel that does not vary is not blown up."""
BATCH = 256
"""ours: samples judged at once."""


def pose_loss(
    network: PoseNetwork, predicted: tuple[Tensor, Tensor], wanted: tuple[Tensor, Tensor], weights: tuple[float, float]
) -> Tensor:
    """Return the mean over the batch of both terms.

    Args:
        network: its statistics standardize the wanted position.
        predicted: (B, 3) standardized position relative to the centroid, (B, 6) raw columns.
        wanted: (B, 3) position relative to the centroid, m, and (B, 3, 3) rotation.
        weights: of the squared standardized distance, and of the squared Frobenius distance of the rotations.
    """
    target = (wanted[0] - network.target_mean[:3]) / network.target_std[:3]
    position = (predicted[0] - target).square().sum(dim=1)
    rotation = (from_six(predicted[1]) - wanted[1]).square().sum(dim=(1, 2))
    return weights[0] * position.mean() + weights[1] * rotation.mean()


def statistics(clouds: Clouds) -> CloudStatistics:
    """Return per-channel means and standard deviations of a training split, before any disturbance."""
    mask = mask_of(clouds.count, clouds.points.shape[1]).double()
    points = clouds.points.double()
    centroid = centroid_of(points, mask)
    relative = (points - centroid[:, None])[mask.bool()]
    target = torch.cat([clouds.position.double() - centroid, as_six(clouds.R_table_hand).double()], dim=1)
    values = {}
    for name, x in (("point", relative), ("centroid", centroid), ("target", target)):
        values[f"{name}_mean"] = tuple(x.mean(dim=0).tolist())
        values[f"{name}_std"] = tuple(x.std(dim=0, correction=0).clamp(min=LEAST_STD).tolist())
    return CloudStatistics(**values)


@dataclass(frozen=True, kw_only=True)
class PoseErrors:
    """How far predicted poses are from the wanted ones."""

    position_mm: Tensor
    """(S,)."""
    rotation_deg: Tensor
    """(S,)."""

    def summary(self) -> dict[str, float]:
        """Return what is reported of them."""
        p, r = self.position_mm.double(), self.rotation_deg.double()
        return {
            "position_mean_mm": float(p.mean()),
            "position_median_mm": float(p.quantile(0.5)),
            "position_p95_mm": float(p.quantile(0.95)),
            "rotation_median_deg": float(r.quantile(0.5)),
            "rotation_p95_deg": float(r.quantile(0.95)),
        }


@torch.no_grad()
def errors(network: PoseNetwork, clouds: Clouds) -> PoseErrors:
    """Judge a network on undisturbed clouds."""
    far, turned = [], []
    for chosen, points, count in clouds.batches(torch.arange(len(clouds)), -(-len(clouds) // BATCH)):
        mask = mask_of(count, points.shape[1])
        position, six = network(points, mask)
        hand = network.hand_position(position, centroid_of(points, mask))
        far.append(1e3 * (hand - clouds.position[chosen]).norm(dim=1))
        # The chord between rotations; the trace's arc cosine would lose half its digits near no turn at all.
        chord = (from_six(six) - clouds.R_table_hand[chosen]).flatten(1).norm(dim=1)
        turned.append(torch.rad2deg(2.0 * torch.asin((chord / 8.0**0.5).clamp(max=1.0))))
    return PoseErrors(position_mm=torch.cat(far), rotation_deg=torch.cat(turned))
