"""Whether a calibration that was not made from a tag agrees with one that lies in the picture, and with the depth."""

from collections.abc import Sequence

import numpy as np

from skillc.runtime.formats.arrays import FloatArray, Image
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.geometry.projection import on_plane
from skillc.runtime.perception.camera.survey import SeenTag, find_tag
from skillc.runtime.perception.camera.tag_families import APRILTAG_CELLS
from skillc.runtime.perception.recording.faults import InputFault


def check_against_tag(calibration: Calibration, pictures: Sequence[Image], tolerance: float) -> InputFault | None:
    """Return how a tag in pictures (H, W, 3) RGB contradicts the calibration; None if it does not, or there is none.

    A tag is square. Laid on the calibrated table its corners must be a square too, whatever its size.
    """
    tag = _sure_tag(pictures)
    if tag is None:
        return None
    hint = "calibrate again; the camera was moved, the points are others', or the tag does not lie flat"
    corners = on_plane(calibration.camera, calibration.T_camera_table, tag.corners_px)
    if not np.isfinite(corners).all():
        return InputFault("SK864", f"the tag {tag.family} {tag.id} is seen where the calibration has no table", hint)
    off = _off_square(corners[:, :2])
    if off <= tolerance:
        return None
    told = f"the tag {tag.family} {tag.id} lies on the calibrated table as a quadrilateral {off:.0%} off a square"
    return InputFault("SK864", told, hint)


def _off_square(corners: FloatArray) -> float:
    """Return by how much sides and diagonals of a quadrilateral (4, 2) differ, relative."""
    sides = np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1)
    diagonals = np.linalg.norm(corners[:2] - corners[2:], axis=1)
    return float(max(np.ptp(sides) / sides.mean(), np.ptp(diagonals) / diagonals.mean()))


def mirrored(pictures: Sequence[Image]) -> InputFault | None:
    """Return the fault of a mirrored video: a tag that is read only in the mirror; None if there is none."""
    flipped = [np.ascontiguousarray(picture[:, ::-1]) for picture in pictures]
    tag = _sure_tag(flipped)
    if tag is None or _sure_tag(pictures) is not None:
        return None
    return InputFault(
        "SK863",
        f"the tag {tag.family} {tag.id} is read only in the mirrored picture: the video is mirrored",
        "record without the mirror of a selfie camera, or flip it back: ffmpeg -i IN -vf hflip OUT",
    )


def _sure_tag(pictures: Sequence[Image]) -> SeenTag | None:
    """Return an AprilTag that every picture shows: a texture may imitate the few bits of a small ArUco marker."""
    tag = find_tag(pictures)
    return tag if tag is not None and tag.family in APRILTAG_CELLS and tag.share == 1.0 else None
