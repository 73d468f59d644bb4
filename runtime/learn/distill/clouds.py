"""Batches of clouds: cut to the longest, and disturbed in ways that leave the label as it is (A.3.1)."""

from dataclasses import dataclass

import torch
from torch import Tensor

from skillc.runtime.policies.poses.samples import Samples


@dataclass(frozen=True, kw_only=True)
class Disturbance:
    """What training does to a cloud."""

    jitter: float
    """m, one standard deviation of the noise on each coordinate."""
    jitter_clip: float
    """m, its largest size."""
    point_dropout: float
    """Largest share of the points that others of the cloud take the place of."""


@dataclass(frozen=True, kw_only=True)
class Clouds:
    """Samples as tensors."""

    points: Tensor
    """(S, N, 3) float32 m."""
    count: Tensor
    """(S,) int64."""
    position: Tensor
    """(S, 3) float32 m, of the hand in the table frame."""
    R_table_hand: Tensor
    """(S, 3, 3) float32."""

    @classmethod
    def of(cls, samples: Samples, chosen: Tensor) -> "Clouds":
        """Take some samples (chosen: indices)."""
        poses = torch.from_numpy(samples.T_table_hand).float()[chosen]
        return cls(
            points=torch.from_numpy(samples.points)[chosen],
            count=torch.from_numpy(samples.count)[chosen],
            position=poses[:, :3, 3].contiguous(),
            R_table_hand=poses[:, :3, :3].contiguous(),
        )

    def __len__(self) -> int:
        return len(self.count)

    def batches(self, chosen: Tensor, parts: int) -> "list[tuple[Tensor, Tensor, Tensor]]":
        """Split some samples by size, so that little is padded: indices, points (B, N', 3), counts (B,) of each."""
        ordered = chosen[self.count[chosen].argsort(stable=True)]
        return [
            (part, self.points[part, : int(self.count[part].max())], self.count[part]) for part in ordered.chunk(parts)
        ]


def mask_of(count: Tensor, length: int) -> Tensor:
    """Return (B, length) float32: 1 for each of the first `count` (B,) points, else 0."""
    return (torch.arange(length) < count[:, None]).float()


def disturbed(points: Tensor, count: Tensor, how: Disturbance, generator: torch.Generator) -> Tensor:
    """Return the clouds (B, N, 3) shuffled, some points replaced by others of the cloud, all of them jittered.

    Each cloud keeps its number of points (B,); what pads it stays behind them.
    """
    b, n = points.shape[:2]
    padding = torch.arange(n) >= count[:, None]
    order = (torch.rand((b, n), generator=generator) + 2.0 * padding).argsort(dim=1)
    share = how.point_dropout * torch.rand(b, generator=generator)
    kept = (count - (share * count).long()).clamp(min=1)[:, None]
    again = (torch.rand((b, n), generator=generator) * kept).long()
    slot = torch.arange(n).expand(b, n)
    slot = torch.where((slot >= kept) & ~padding, again, slot)
    index = order.gather(1, slot)
    moved = points.gather(1, index[..., None].expand(b, n, 3))
    noise = (how.jitter * torch.randn(points.shape, generator=generator)).clamp(-how.jitter_clip, how.jitter_clip)
    return moved + noise
