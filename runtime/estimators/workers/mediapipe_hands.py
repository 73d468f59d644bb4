"""Worker of the estimator `mediapipe`: hand landmarks of a stream of pictures. Runs in its own environment.

Contract 1: `worker.py REQUEST.json ANSWER.npz`, pictures as raw RGB24 on standard input, one `progress K` line per
picture on standard output. It imports nothing of skillc.

Request: {"contract": 1, "task": "hand_landmarks", "width", "height", "frames", "hands", "detection", "tracking"}.
Answer: contract, version, joints_px (T, N, 21, 2), joints_relative_m (T, N, 21, 3), score (T, N), right (T, N).
"""

import json
import os
import sys
from typing import Any

os.environ.setdefault("GLOG_minloglevel", "2")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import cv2
import mediapipe
import numpy as np

CONTRACT = 1
TILES = ((0.0, 0.0), (0.4, 0.0), (0.0, 0.4), (0.4, 0.4))
"""Upper left corners of the search tiles, as shares of the picture; each covers 0.6 of a side."""


def main(request_path: str, answer_path: str) -> None:
    """Read the request and the pictures, write the answer."""
    with open(request_path, encoding="utf-8") as file:
        request = json.load(file)
    if request["contract"] != CONTRACT or request["task"] != "hand_landmarks":
        sys.exit(f"this worker answers hand_landmarks of contract {CONTRACT}, asked was {request}")
    width, height, count, hands = (request[k] for k in ("width", "height", "frames", "hands"))
    finder = Finder(hands, request["detection"], request["tracking"])
    joints = np.full((count, hands, 21, 2), np.nan)
    relative = np.full((count, hands, 21, 3), np.nan)
    score = np.zeros((count, hands))
    right = np.zeros((count, hands), dtype=bool)
    for index in range(count):
        data = sys.stdin.buffer.read(width * height * 3)
        if len(data) != width * height * 3:
            sys.exit(f"picture {index} of {count} did not arrive")
        picture = np.frombuffer(data, dtype=np.uint8).reshape(height, width, 3)
        for k, (px, shape, value, is_right) in enumerate(finder.find(picture)[:hands]):
            joints[index, k], relative[index, k], score[index, k], right[index, k] = px, shape, value, is_right
        print("progress", index + 1, flush=True)
    np.savez(
        answer_path,
        contract=np.array(CONTRACT),
        version=np.array(f"mediapipe {mediapipe.__version__}"),
        joints_px=joints,
        joints_relative_m=relative,
        score=score,
        right=right,
    )


class Finder:
    """Follows hands through a video; where the video tracker loses them, looks closer."""

    def __init__(self, hands: int, detection: float, tracking: float) -> None:
        """Load the models (they come inside the mediapipe package)."""
        solution = mediapipe.solutions.hands
        self._video = solution.Hands(
            static_image_mode=False,
            max_num_hands=hands,
            model_complexity=1,
            min_detection_confidence=detection,
            min_tracking_confidence=tracking,
        )
        self._still = solution.Hands(
            static_image_mode=True, max_num_hands=1, model_complexity=1, min_detection_confidence=detection
        )
        self._last: Any = None
        self._lost = 0

    def find(self, picture: Any) -> list[Any]:
        """Return (joints_px, joints_relative_m, score, right) of each hand seen."""
        found = _hands(self._video.process(picture), picture.shape, (0, 0))
        if not found:
            found = self._look_closer(picture)
        if found:
            self._last, self._lost = found[0][0], 0
        else:
            self._lost += 1
        return found

    def _look_closer(self, picture: Any) -> list[Any]:
        """Search around the last place, else every third picture in tiles: the detector's own input is 192 px wide."""
        height, width = picture.shape[:2]
        if self._last is not None and self._lost < 15:
            low, high = self._last.min(axis=0), self._last.max(axis=0)
            half = 1.5 * max(high - low)
            center = (low + high) / 2
            boxes = [(*(center - half), *(center + half))]
        elif self._lost % 3 == 0:
            boxes = [(x * width, y * height, (x + 0.6) * width, (y + 0.6) * height) for x, y in TILES]
        else:
            boxes = []
        for left, top, right, bottom in boxes:
            x0, y0 = max(0, int(left)), max(0, int(top))
            part = np.ascontiguousarray(picture[y0 : min(height, int(bottom)), x0 : min(width, int(right))])
            if min(part.shape[:2]) < 32:
                continue
            zoom = max(1.0, 384 / max(part.shape[:2]))
            seen = cv2.resize(part, None, fx=zoom, fy=zoom) if zoom > 1 else part
            hands = _hands(self._still.process(seen), part.shape, (x0, y0))
            if hands:
                return hands
        return []


def _hands(result: Any, shape: tuple[int, ...], origin: tuple[int, int]) -> list[Any]:
    if not result.multi_hand_landmarks:
        return []
    found = []
    for landmarks, world, side in zip(
        result.multi_hand_landmarks, result.multi_hand_world_landmarks, result.multi_handedness
    ):
        # Landmarks are shares of the picture; pixel centres are at integer coordinates.
        px = np.array(
            [[m.x * shape[1] - 0.5 + origin[0], m.y * shape[0] - 0.5 + origin[1]] for m in landmarks.landmark]
        )
        relative = np.array([[m.x, m.y, m.z] for m in world.landmark])
        label = side.classification[0]
        # The model is trained on mirrored pictures: its "Left" is a right hand in a plain one.
        found.append((px, relative, label.score, label.label == "Left"))
    return found


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
