"""Worker of the estimator `hamer` (the paper's own, 4.1): runs in an environment the user made for HaMeR.

Hands are cropped at boxes from the request. Needs HaMeR's checkpoint and the MANO model, which their licences let
nobody redistribute. Not run with weights by the project: the conversion to the answer is tested on recorded outputs.
"""

import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from mano_answer import projected, serve


def load(request: dict[str, Any]) -> Callable[[Any, Sequence[Any]], list[Any]]:
    """Load the model and return the function that finds hands."""
    import torch
    from hamer.datasets.vitdet_dataset import ViTDetDataset
    from hamer.models import DEFAULT_CHECKPOINT, load_hamer
    from hamer.utils import recursive_to
    from hamer.utils.renderer import cam_crop_to_full

    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model, config = load_hamer(request.get("checkpoint") or DEFAULT_CHECKPOINT)
    model = model.to(device).eval()

    def find(picture: Any, boxes: Sequence[Any]) -> list[Any]:
        if not boxes:
            return []
        table = np.asarray(boxes, dtype=np.float32)
        # The data set expects OpenCV's channel order and flips left hands itself.
        crops = ViTDetDataset(
            config, np.ascontiguousarray(picture[:, :, ::-1]), table[:, :4], table[:, 4], rescale_factor=2.0
        )
        batch = recursive_to(torch.utils.data.default_collate([crops[k] for k in range(len(crops))]), device)
        with torch.no_grad():
            out = model(batch)
        size = batch["img_size"].float()
        focal = float(config.EXTRA.FOCAL_LENGTH / config.MODEL.IMAGE_SIZE * size.max())
        camera = out["pred_cam"].clone()
        camera[:, 1] *= 2 * batch["right"] - 1
        translation = cam_crop_to_full(camera, batch["box_center"].float(), batch["box_size"].float(), size, focal)
        joints = out["pred_keypoints_3d"].cpu().numpy()
        return hands(joints, translation.cpu().numpy(), focal, table[:, 4], picture.shape[1], picture.shape[0])

    return find


def hands(joints: Any, translation: Any, focal: float, right: Any, width: int, height: int) -> list[Any]:
    """Return the answer's rows for joints (n, 21, 3) as the network gives them: left hands mirrored."""
    found = []
    for shape, place, is_right in zip(joints, translation, right, strict=True):
        own = shape * np.array([2 * is_right - 1, 1, 1])
        found.append((projected(own, place, focal, width, height), own, 1.0, bool(is_right)))
    return found


if __name__ == "__main__":
    serve("hamer", load)
