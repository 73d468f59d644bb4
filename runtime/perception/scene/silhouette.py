"""Outlines of convex point sets in the picture, alone or together, and how far contour points lie from them."""

from collections.abc import Sequence

import cv2
import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray
from skillc.runtime.formats.recording import Camera
from skillc.runtime.geometry.projection import project

FINE, MOST_PX = 4.0, 1000.0
"""ours: a quarter of a pixel is what outlines are found to; larger things are drawn as coarsely as that costs."""


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


def filled_together(polygons: Sequence[FloatArray], height: int, width: int) -> BoolArray:
    """Return the pixels (H, W) inside any of some polygons (M, 2) px."""
    mask = np.zeros((height, width), bool)
    for polygon in polygons:
        mask |= filled(polygon, height, width)
    return mask


def contour_of(polygons: Sequence[FloatArray]) -> FloatArray:
    """Return the outer contour (M, 2) px of the largest patch that some convex polygons cover together."""
    if len(polygons) == 1:
        return polygons[0]
    every = np.concatenate(polygons)
    low = np.floor(every.min(axis=0)) - 1
    scale = min(FINE, MOST_PX / float(np.ptp(every, axis=0).max() + 3))
    width, height = np.ceil(scale * (np.ptp(every, axis=0) + 3)).astype(int)
    drawn = filled_together([scale * (polygon - low) for polygon in polygons], height, width)
    contours, _ = cv2.findContours(drawn.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    longest = max(contours, key=cv2.contourArea).reshape(-1, 2)
    found: FloatArray = longest.astype(np.float64) / scale + low
    return found


def distance_together(xy_px: FloatArray, polygons: Sequence[FloatArray]) -> FloatArray:
    """Return the distance (N,) px of points (N, 2) to the union of convex polygons, negative inside.

    Exact outside; inside, of the polygon that a point is deepest in.
    """
    nearest: FloatArray = np.min([signed_distance(xy_px, polygon) for polygon in polygons], axis=0)
    return nearest


def resample(polygon: FloatArray, count: int) -> FloatArray:
    """Return `count` points (count, 2) equally spaced along a closed polygon (M, 2)."""
    closed = np.concatenate([polygon, polygon[:1]])
    step = np.hypot(*np.diff(closed, axis=0).T)
    s = np.concatenate([[0.0], np.cumsum(step)])
    at = np.linspace(0.0, s[-1], count, endpoint=False)
    return np.stack([np.interp(at, s, closed[:, 0]), np.interp(at, s, closed[:, 1])], axis=1)
