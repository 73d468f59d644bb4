"""Rotations as the first two columns of their matrix, and back by Gram-Schmidt (A.3.1)."""

import torch
from torch import Tensor


def as_six(R: Tensor) -> Tensor:
    """Return the first two columns (..., 6), one after the other, of rotations (..., 3, 3)."""
    return torch.cat([R[..., :, 0], R[..., :, 1]], dim=-1)


def from_six(six: Tensor) -> Tensor:
    """Return the rotations (..., 3, 3) nearest in the sense of Gram-Schmidt to two columns (..., 6)."""
    x = torch.nn.functional.normalize(six[..., :3], dim=-1)
    y = six[..., 3:] - (x * six[..., 3:]).sum(-1, keepdim=True) * x
    y = torch.nn.functional.normalize(y, dim=-1)
    return torch.stack([x, y, torch.linalg.cross(x, y)], dim=-1)
