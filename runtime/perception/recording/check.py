"""Look at every frame of a recording once: does it decode, does it show anything, does its depth make sense."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray, Image
from skillc.runtime.perception.recording.camera_shift import WIDTH_PX as SHIFT_PX
from skillc.runtime.perception.recording.camera_shift import StillCamera, spans
from skillc.runtime.perception.recording.faults import InputFault
from skillc.runtime.perception.recording.frames import FrameReader

MOVED_PX = 1.5
"""ours: px at 960 px width; three times what still cameras show, a millimetre or two on the table."""
MOVED_SHARE, CUT_SHARE = 0.1, 0.1
"""ours: a bump is over in a tenth of a demonstration; what lasts longer is another place."""


@dataclass(frozen=True, kw_only=True)
class FrameCheckParameters:
    """Limits below or above which a recording cannot show a demonstration."""

    black_level: float
    """Mean grey level (0..255) of a picture that shows nothing."""
    frozen_level: float
    """Largest change of a block's grey level over the whole recording that is only noise."""
    sharpness: float
    """Standard deviation of the Laplacian at 480 px width, grey levels, of a picture without any edge."""
    depth_near_m: float
    """Closest median distance of a table scene."""
    depth_far_m: float
    """Farthest."""
    depth_valid: float
    """Least share of valid depth pixels in the median frame."""


def check_frames(
    reader: FrameReader, parameters: FrameCheckParameters, progress: Callable[[float], None]
) -> tuple[int, tuple[str, ...]]:
    """Decode all frames once; return the first one that shows the scene, and remarks.

    Raises:
        InputFault: SK804 undecodable, SK808 another size inside, SK812 black, frozen or blurred, SK823 the
            camera moves, SK814 depth out of
            range, SK819 hardly any depth.
    """
    count = len(reader)
    camera = reader.recording.camera
    levels, sharpness = np.zeros(count), np.zeros(count)
    shifts, clear = np.zeros(count), np.ones(count, dtype=bool)
    first_blocks: FloatArray | None = None
    still: StillCamera | None = None
    change = 0.0
    for index, picture in reader.frames():
        if picture.shape[:2] != (camera.height, camera.width):
            raise InputFault(
                "SK808",
                f"frame {index} is {picture.shape[1]}x{picture.shape[0]} px; "
                f"expected {camera.width}x{camera.height} px throughout",
                "record or export with one resolution",
            )
        small = _small(picture)
        levels[index] = small.mean()
        sharpness[index] = cv2.Laplacian(small, cv2.CV_64F).std()
        blocks = cv2.resize(small, (24, 18), interpolation=cv2.INTER_AREA).astype(np.float64)
        if levels[index] > parameters.black_level:
            first_blocks = blocks if first_blocks is None else first_blocks
            change = max(change, float(np.abs(blocks - first_blocks).max()))
            still = StillCamera(picture) if still is None else still
            shift = still.shift(picture)
            shifts[index], clear[index] = np.hypot(*shift.px) * camera.width / SHIFT_PX, shift.clear
        progress(index / count)
    name = reader.recording.source.path
    bright = levels > parameters.black_level
    if not bright.mean() > 0.5:
        raise InputFault(
            "SK812", f"{name}: {np.mean(~bright):.0%} of the frames are black", "check exposure and lens cap"
        )
    if not change > parameters.frozen_level:
        raise InputFault(
            "SK812", f"{name}: nothing moves in {count} frames (frozen picture)", "record the demonstration again"
        )
    if not np.median(sharpness[bright]) > parameters.sharpness:
        raise InputFault("SK812", f"{name}: the pictures are blurred (no edges)", "focus the camera; clean the lens")
    shows = bright & (sharpness > 0.5 * np.median(sharpness[bright]))
    _check_depth(reader, parameters)
    remarks = [] if shows.all() else [f"frames {spans(~shows)} are black or blurred"]
    remarks += _camera_remarks(shifts, clear | ~shows, camera.width)
    return int(np.flatnonzero(shows)[0]), tuple(remarks)


def _camera_remarks(shifts: FloatArray, clear: BoolArray, width: int) -> list[str]:
    """Refuse a camera that stands elsewhere for part of the recording; return remarks on bumps.

    Against the first frame: a median over frames would miss what lasts for less than half of them.
    """
    bumped = shifts > MOVED_PX * width / 960
    if np.mean(bumped) > MOVED_SHARE:
        raise InputFault(
            "SK823",
            f"the whole picture is shifted against the first frame by up to {shifts.max():.0f} px in frames "
            f"{spans(bumped)}: the camera was moved",
            "fix the camera; or cut the recording to where it stands still",
        )
    if np.mean(~clear) > CUT_SHARE:
        raise InputFault(
            "SK823",
            f"frames {spans(~clear)} show another scene than the first frame: a cut, or a camera that was turned",
            "cut the recording to one scene",
        )
    return [f"the camera is bumped by up to {shifts.max():.1f} px in frames {spans(bumped)}"] if bumped.any() else []


def _check_depth(reader: FrameReader, parameters: FrameCheckParameters) -> None:
    if not reader.recording.has_depth:
        return
    medians, shares = [], []
    for index in np.unique(np.linspace(0, len(reader) - 1, 10).round().astype(int)):
        depth = reader.depth(int(index))
        assert depth is not None
        valid = depth[np.isfinite(depth)]
        shares.append(valid.size / depth.size)
        if valid.size:
            medians.append(float(np.median(valid)))
    share = float(np.median(shares))
    if not share > parameters.depth_valid:
        raise InputFault(
            "SK819",
            f"only {share:.0%} of the depth pixels are valid; expected more than {parameters.depth_valid:.0%}",
            "check the depth stream and its exposure; glossy or black tables return no depth",
        )
    distance = float(np.median(medians))
    if not parameters.depth_near_m <= distance <= parameters.depth_far_m:
        unit = reader.recording.depth_unit_m
        fits = [u for u in (1.0, 0.001, 0.000125, 0.0001) if parameters.depth_near_m <= distance / unit * u <= 2.0]
        hint = f"depth_unit_m may be {fits[0]:g}" if fits else "check depth_unit_m"
        raise InputFault(
            "SK814",
            f"the scene is {distance:.3g} m away with {unit:g} m per depth unit; "
            f"expected {parameters.depth_near_m:g} to {parameters.depth_far_m:g} m",
            hint,
        )


def _small(picture: Image) -> Image:
    gray = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    scale = 480 / gray.shape[1]
    small = cv2.resize(gray, (480, max(1, round(gray.shape[0] * scale))), interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8)
