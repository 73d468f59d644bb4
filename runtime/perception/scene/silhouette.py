"""Outlines of convex point sets in the picture, and how far contour points lie from them."""

import cv2
import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray
from skillc.runtime.formats.recording import Camera
from skillc.runtime.geometry.projection import project


def hull(xy_px: FloatArray) -> FloatArray:
    """Return the convex hull (M, 2) of pixels (N, 2), in one turning sense."""
    # Indices, not points: the caller's derivatives need float64, OpenCV's points are float32.
    index = cv2.convexHull(xy_px.astype(np.float32), returnPoints=False).ravel()
    corners: FloatArray = xy_px[index]
    return corners


def outline_of(camera: Camera, T_camera_object: FloatArray, points: FloatArray) -> FloatArray:
    """Return the outline (M, 2) px of the convex hull of points (N, 3) in the object frame."""
    return hull(project(camera, T_camera_object, points))


def signed_distance(xy_px: FloatArray, polygon: FloatArray) -> FloatArray:
    """Return the distance (N,) px of points (N, 2) to a convex polygon (M, 2), negative inside."""
    following = np.roll(polygon, -1, axis=0)
    edge = following - polygon
    length = np.maximum((edge**2).sum(axis=1), 1e-12)
    offset = xy_px[:, None, :] - polygon
    along = np.clip((offset * edge).sum(axis=2) / length, 0.0, 1.0)
    nearest = offset - along[..., None] * edge
    distance = np.sqrt((nearest**2).sum(axis=2).min(axis=1))
    cross = edge[:, 0] * offset[..., 1] - edge[:, 1] * offset[..., 0]
    inside = np.all(cross >= 0, axis=1) | np.all(cross <= 0, axis=1)
    signed: FloatArray = np.where(inside, -distance, distance)
    return signed


def filled(polygon: FloatArray, height: int, width: int) -> BoolArray:
    """Return the pixels (H, W) inside a polygon (M, 2) px."""
    mask = np.zeros((height, width), np.uint8)
    # Four fractional bits: a twin's outline is known better than to a pixel.
    cv2.fillPoly(mask, [np.round(polygon * 16).astype(np.int32)], 1, shift=4)
    return mask.astype(bool)


def resample(polygon: FloatArray, count: int) -> FloatArray:
    """Return `count` points (count, 2) equally spaced along a closed polygon (M, 2)."""
    closed = np.concatenate([polygon, polygon[:1]])
    step = np.hypot(*np.diff(closed, axis=0).T)
    s = np.concatenate([[0.0], np.cumsum(step)])
    at = np.linspace(0.0, s[-1], count, endpoint=False)
    return np.stack([np.interp(at, s, closed[:, 0]), np.interp(at, s, closed[:, 1])], axis=1)
