"""The pose network: a cloud to the hand's position relative to its centroid, and its rotation (A.3.1)."""

import itertools
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from skillc.runtime.formats.pose_contract import CloudStatistics


@dataclass(frozen=True, kw_only=True)
class NetworkSizes:
    """Sizes of the network."""

    encoder: tuple[int, ...]
    """Widths of the shared point network."""
    fused: int
    """Width after pooling."""
    residual_blocks: int
    dropout: float
    """Share of activations dropped inside each residual block, in training."""


class ResidualBlock(nn.Module):
    """Two layers whose result is added to what they were given."""

    def __init__(self, width: int, dropout: float) -> None:
        """Draw the weights from torch's global generator."""
        super().__init__()
        self.first, self.second, self.dropout = nn.Linear(width, width), nn.Linear(width, width), dropout

    def forward(self, x: Tensor, generator: torch.Generator | None) -> Tensor:
        """Return (B, width); `generator` draws what is dropped between the layers, None drops nothing."""
        inner = torch.relu(self.first(x))
        if generator is not None and self.dropout > 0.0:
            kept = torch.rand(inner.shape, generator=generator) >= self.dropout
            inner = inner * kept / (1.0 - self.dropout)
        return torch.relu(x + self.second(inner))


class PoseNetwork(nn.Module):
    """Mask-aware PointNet with residual blocks; raw metres in, raw metres and matrix columns out."""

    point_mean: Tensor
    point_std: Tensor
    centroid_mean: Tensor
    centroid_std: Tensor
    target_mean: Tensor
    target_std: Tensor

    def __init__(self, layout: NetworkSizes, normalization: CloudStatistics) -> None:
        """Draw the weights from torch's global generator."""
        super().__init__()
        widths = [3, *layout.encoder]
        self.layers = [nn.Linear(a, b) for a, b in itertools.pairwise(widths)]
        self.encoder = nn.ModuleList(self.layers)
        self.fuse = nn.Linear(2 * widths[-1] + 3, layout.fused)
        self.residual = [ResidualBlock(layout.fused, layout.dropout) for _ in range(layout.residual_blocks)]
        self.blocks = nn.ModuleList(self.residual)
        self.position = nn.Linear(layout.fused, 3)
        self.rotation = nn.Linear(layout.fused, 6)
        for name in ("point", "centroid", "target"):
            for what in ("mean", "std"):
                values = torch.tensor(getattr(normalization, f"{name}_{what}"), dtype=torch.float32)
                self.register_buffer(f"{name}_{what}", values, persistent=False)

    def forward(self, points: Tensor, mask: Tensor, generator: torch.Generator | None = None) -> tuple[Tensor, Tensor]:
        """Predict from clouds.

        Args:
            points: (B, N, 3) m, table frame.
            mask: (B, N) 1 where a point is one of the cloud, 0 where it pads the batch.
            generator: of dropout; None drops nothing.

        Returns:
            (B, 3) standardized position relative to the centroid, and (B, 6) raw columns of the rotation.
        """
        return self.pose_of(self.pooled(points, mask), generator)

    def pooled(self, points: Tensor, mask: Tensor) -> Tensor:
        """Return what is kept of each cloud (B, F): largest and mean point features, and the standardized centroid."""
        centroid = centroid_of(points, mask)
        x = (points - centroid[:, None] - self.point_mean) / self.point_std
        for layer in self.layers:
            x = torch.relu(layer(x))
        there = mask[..., None]
        highest = (x * there + (there - 1.0) * 1e9).amax(dim=1)
        mean = (x * there).sum(dim=1) / mask.sum(dim=1, keepdim=True)
        return torch.cat([highest, mean, (centroid - self.centroid_mean) / self.centroid_std], dim=1)

    def pose_of(self, pooled: Tensor, generator: torch.Generator | None = None) -> tuple[Tensor, Tensor]:
        """Predict from what was kept of each cloud (B, F); returns what `forward` does."""
        x = torch.relu(self.fuse(pooled))
        for block in self.residual:
            x = block(x, generator)
        six = self.rotation(x) * self.target_std[3:] + self.target_mean[3:]
        return self.position(x), six

    def hand_position(self, standardized: Tensor, centroid: Tensor) -> Tensor:
        """Return the positions (B, 3) of the hand, m, table frame."""
        return standardized * self.target_std[:3] + self.target_mean[:3] + centroid


def centroid_of(points: Tensor, mask: Tensor) -> Tensor:
    """Return the means (B, 3) of the points (B, N, 3) that the mask (B, N) holds."""
    return (points * mask[..., None]).sum(dim=1) / mask.sum(dim=1, keepdim=True)
