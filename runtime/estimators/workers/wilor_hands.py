"""Worker of the estimator `wilor`: runs in an environment where the user installed WiLoR-mini and its weights.

It finds hands itself. Not run with weights by the project: the conversion to the answer is tested on recorded outputs.
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
    from wilor_mini.pipelines.wilor_hand_pose3d_estimation_pipeline import WiLorHandPose3dEstimationPipeline

    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    dtype = torch.float16 if device.type == "cuda" else torch.float32
    pipeline = WiLorHandPose3dEstimationPipeline(device=device, dtype=dtype, verbose=False)
    least = float(request["detection"])

    def find(picture: Any, boxes: Sequence[Any]) -> list[Any]:
        found = pipeline.predict(np.ascontiguousarray(picture), hand_conf=least)
        return hands(found, picture.shape[1], picture.shape[0])

    return find


def hands(found: Sequence[dict[str, Any]], width: int, height: int) -> list[Any]:
    """Return the answer's rows for the pipeline's list of detections; left hands come un-mirrored already."""
    rows = []
    for hand in found:
        prediction = hand["wilor_preds"]
        joints = np.asarray(prediction["pred_keypoints_3d"]).reshape(21, 3)
        place = np.asarray(prediction["pred_cam_t_full"]).reshape(3)
        focal = float(prediction["scaled_focal_length"])
        rows.append((projected(joints, place, focal, width, height), joints, 1.0, bool(hand["is_right"])))
    return rows


if __name__ == "__main__":
    serve("wilor-mini", load)
