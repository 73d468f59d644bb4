"""The pixels of hand and forearm, drawn from landmarks: bones as thick lines, the forearm as their continuation."""

from collections.abc import Sequence

import cv2
import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray
from skillc.runtime.formats.landmarks import Landmarks
from skillc.runtime.perception.scene.mask_shapes import disc

BONES = tuple((0 if i == 0 else 4 * f + i, 4 * f + i + 1) for f in range(5) for i in range(4))
"""Pairs of joints in the order of `Landmarks`: wrist to each finger's root, then along the finger."""
FINGER_WIDTH, FOREARM_WIDTH, FOREARM_LENGTH = 0.28, 0.75, 4.0
"""ours: shares of the wrist-to-middle-knuckle length: adult fingers are 16-20 mm thick and forearms 55-75 mm wide at
palms of 85-95 mm, and the arm is drawn until it leaves most pictures."""


def hand_mask(joints_px: FloatArray, height: int, width: int, *, forearm: bool = True) -> BoolArray:
    """Return the hand's pixels (H, W); empty for joints (21, 2) that are NaN."""
    mask = np.zeros((height, width), np.uint8)
    if not np.all(np.isfinite(joints_px)):
        return mask.astype(bool)
    palm = palm_px(joints_px)
    points = np.round(np.clip(joints_px, -4 * width, 5 * width)).astype(int)
    thick = max(3, round(FINGER_WIDTH * palm))
    for a, b in BONES:
        cv2.line(mask, tuple(map(int, points[a])), tuple(map(int, points[b])), 1, thick)
    cv2.fillConvexPoly(mask, cv2.convexHull(points[[0, 1, 5, 9, 13, 17]]), 1)
    if forearm:
        away = joints_px[0] - joints_px[[5, 9, 13, 17]].mean(axis=0)
        away /= max(float(np.linalg.norm(away)), 1e-9)
        end = np.round(joints_px[0] + FOREARM_LENGTH * palm * away).astype(int)
        cv2.line(mask, tuple(map(int, points[0])), tuple(map(int, end)), 1, max(3, round(FOREARM_WIDTH * palm)))
    return mask.astype(bool)


def hands_mask(
    landmarks: Landmarks, frame: int, shape: Sequence[int], *, scale: float = 1.0, margin_px: float = 0.0
) -> BoolArray:
    """Return the pixels (H, W) of both hands in a frame.

    Args:
        landmarks: Of the hands.
        frame: Which frame.
        shape: Height and width of the picture, and maybe more.
        scale: Size of the picture as a share of the recording's.
        margin_px: Width of the rim around them that counts too, at 960 px picture width.
    """
    height, width = shape[0], shape[1]
    drawn = hand_mask(scale * landmarks.joints_px[frame], height, width)
    drawn |= hand_mask(scale * landmarks.other_px[frame], height, width)
    return with_margin(drawn, margin_px) if margin_px else drawn


def with_margin(mask: BoolArray, margin_px: float) -> BoolArray:
    """Return a mask (H, W) and a rim around it, `margin_px` wide at 960 px picture width."""
    return cv2.dilate(mask.astype(np.uint8), disc(margin_px * mask.shape[1] / 960)).astype(bool)


def palm_px(joints_px: FloatArray) -> float:
    """Return the wrist-to-middle-knuckle length (px), or the knuckles' width where foreshortening makes it larger."""
    along = float(np.linalg.norm(joints_px[9] - joints_px[0]))
    across = float(np.linalg.norm(joints_px[5] - joints_px[17]))
    return max(along, 1.2 * across, 1.0)
