"""Shared by the workers of mesh-based hand estimators: the request, the pictures, and the answer of contract 1.

Lies beside the workers and imports nothing of skillc; it needs numpy only.
"""

import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

CONTRACT = 1


def projected(joints: Any, translation: Any, focal: float, width: int, height: int) -> Any:
    """Return pixels (21, 2) of joints (21, 3) moved by translation (3,), through a camera of that focal length.

    The estimators put the principal point in the picture's middle, counted from the corner of the first pixel; pixel
    centres are at integer coordinates here.
    """
    seen = joints + translation
    return seen[:, :2] / seen[:, 2:] * focal + np.array([width, height]) / 2 - 0.5


def serve(version: str, load: Callable[[dict[str, Any]], Callable[[Any, Sequence[Any]], list[Any]]]) -> None:
    """Answer one request.

    Args:
        version: name and version for the answer.
        load: request -> function of (picture (H, W, 3) uint8 RGB, boxes (n, 5) x0 y0 x1 y1 right) that returns a list
            of (joints_px (21, 2), joints_relative_m (21, 3), score, is_right).
    """
    with open(sys.argv[1], encoding="utf-8") as file:
        request = json.load(file)
    if request["contract"] != CONTRACT or request["task"] != "hand_landmarks":
        sys.exit(f"this worker answers hand_landmarks of contract {CONTRACT}, asked was {request['task']}")
    width, height, count, hands = (request[k] for k in ("width", "height", "frames", "hands"))
    find = load(request)
    joints = np.full((count, hands, 21, 2), np.nan)
    relative = np.full((count, hands, 21, 3), np.nan)
    score, right = np.zeros((count, hands)), np.zeros((count, hands), dtype=bool)
    for index in range(count):
        data = sys.stdin.buffer.read(width * height * 3)
        if len(data) != width * height * 3:
            sys.exit(f"picture {index} of {count} did not arrive")
        picture = np.frombuffer(data, dtype=np.uint8).reshape(height, width, 3)
        boxes = request["boxes"][index] if "boxes" in request else []
        for k, (px, shape, value, is_right) in enumerate(find(picture, boxes)[:hands]):
            joints[index, k], relative[index, k], score[index, k], right[index, k] = px, shape, value, is_right
        print("progress", index + 1, flush=True)
    np.savez(
        sys.argv[2],
        contract=np.array(CONTRACT),
        version=np.array(version),
        joints_px=joints,
        joints_relative_m=relative,
        score=score,
        right=right,
    )
