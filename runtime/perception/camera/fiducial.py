"""Find printed tags in pictures: AprilTag families through pupil_apriltags, ArUco dictionaries through OpenCV."""

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np

from skillc.runtime.formats.arrays import FloatArray, Image
from skillc.runtime.perception.camera.tag_families import APRILTAG_CELLS
from skillc.runtime.perception.recording.faults import InputFault


@dataclass(frozen=True, kw_only=True)
class TagDetection:
    """One tag in one picture."""

    family: str
    id: int
    corners_px: FloatArray
    """(4, 2) px, counter-clockwise as printed, starting at the tag's own lower left."""


def detect_tags(picture: Image, family: str, near_px: FloatArray | None = None) -> list[TagDetection]:
    """Return all tags of `family` in `picture` (H, W, 3) uint8 RGB, corners to sub-pixel accuracy.

    Args:
        picture: where to look.
        family: AprilTag family, or aruco_BITSxBITS_COUNT.
        near_px: (4, 2) corners of an earlier sight; only one tag's length around them is searched then.

    Raises:
        InputFault: the family is not known (SK821).
    """
    if near_px is not None:
        low, high = near_px.min(axis=0), near_px.max(axis=0)
        margin = float((high - low).max())
        x0, y0 = np.maximum(low - margin, 0).astype(int)
        x1, y1 = np.ceil(high + margin).astype(int)
        part = np.ascontiguousarray(picture[y0 : y1 + 1, x0 : x1 + 1])
        return [
            TagDetection(family=d.family, id=d.id, corners_px=d.corners_px + np.array([x0, y0]))
            for d in detect_tags(part, family)
        ]
    gray = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    if family in APRILTAG_CELLS:
        found = _apriltag_detector(family).detect(gray)
        return [
            TagDetection(family=family, id=int(d.tag_id), corners_px=np.asarray(d.corners, dtype=np.float64))
            for d in sorted(found, key=lambda d: -float(d.decision_margin))
        ]
    detector = _aruco_detector(family)
    corners, ids, _ = detector.detectMarkers(gray)
    if ids is None:
        return []
    # OpenCV lists clockwise from the upper left; reversed and rolled it is counter-clockwise from the lower left.
    return [
        TagDetection(family=family, id=int(i), corners_px=c.reshape(4, 2)[[3, 2, 1, 0]].astype(np.float64))
        for c, i in zip(corners, ids.ravel(), strict=True)
    ]


def other_families(picture: Image, family: str) -> Sequence[TagDetection]:
    """Return tags of other common families seen in `picture`: what a user most likely meant."""
    common = ("tagStandard41h12", "tag36h11", "tag25h9", "aruco_4x4_50", "aruco_5x5_100", "aruco_6x6_250")
    return [d for other in common if other != family for d in detect_tags(picture, other)]


def dictionary_name(family: str) -> str:
    """Return OpenCV's name of an ArUco family: aruco_4x4_50 is DICT_4X4_50, aruco_original DICT_ARUCO_ORIGINAL."""
    rest = family.removeprefix("aruco_").upper()
    return "DICT_ARUCO_ORIGINAL" if rest == "ORIGINAL" else f"DICT_{rest}"


@cache
def _apriltag_detector(family: str) -> Any:
    from pupil_apriltags import Detector

    detector = Detector(families=family, nthreads=1, quad_decimate=1.0)
    # The library corrupts the heap when a detector is destroyed (1.0.4): one per family lives until the process ends.
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(detector))
    return detector


@cache
def _aruco_detector(family: str) -> Any:
    number = getattr(cv2.aruco, dictionary_name(family), None) if family.startswith("aruco_") else None
    if number is None:
        known = ", ".join((*APRILTAG_CELLS, "aruco_4x4_50 and the other ArUco dictionaries"))
        raise InputFault("SK821", f"tag family {family!r} is not known", f"use one of {known}")
    parameters = cv2.aruco.DetectorParameters()
    parameters.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    return cv2.aruco.ArucoDetector(cv2.aruco.getPredefinedDictionary(number), parameters)
