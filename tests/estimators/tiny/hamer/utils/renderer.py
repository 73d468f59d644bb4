from typing import Any

import torch


def cam_crop_to_full(camera: Any, centre: Any, size: Any, picture: Any, focal: float) -> Any:
    depth = 2 * focal / (size * camera[:, 0])
    offset = (centre - picture / 2) * depth[:, None] / focal
    return torch.cat([offset, depth[:, None]], dim=1)
