"""Open a recording and read its frames lazily, whatever file format they lie in.

`color(i)` is the picture after rotation and region cut, `depth(i)` aligned metres. Reading in order decodes
each frame once; reading elsewhere seeks.
"""

import errno
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from skillc.runtime.formats.arrays import FloatArray, Image
from skillc.runtime.formats.recording import Recording
from skillc.runtime.perception.recording.faults import InputFault
from skillc.runtime.perception.recording.picture_size import check_picture_size

MOST_HEADER = 1 << 20
"""Bytes in which a picture states its size, whatever is embedded before it."""


class FrameSource(Protocol):
    """The pictures of one file format, before any cache."""

    def __len__(self) -> int:
        """Return the number of frames."""

    def color(self, index: int) -> Image:
        """Return frame `index` as (H, W, 3) uint8 RGB."""

    def depth(self, index: int) -> FloatArray | None:
        """Return (H, W) float64 metres along the optical axis, NaN where invalid, or None without depth."""

    def close(self) -> None:
        """Release the file."""


class FrameReader:
    """The frames of a recording, with a small cache. Use as a context manager or call `close`."""

    def __init__(self, recording: Recording, source: FrameSource, find: Callable[[str], Path]) -> None:
        """Wrap `source`; `find` maps a relative path to where the file lies."""
        self.recording = recording
        self._source = source
        self._find = find
        self._cache: OrderedDict[int, Image] = OrderedDict()
        frame_bytes = recording.camera.width * recording.camera.height * 3
        # Enough for the windows that trackers look back over, bounded in memory whatever the resolution.
        self._capacity = max(4, min(64, 256_000_000 // max(frame_bytes, 1)))

    def __len__(self) -> int:
        return len(self.recording.time_s)

    def __enter__(self) -> "FrameReader":
        return self

    def __exit__(self, *reason: object) -> None:
        self.close()

    def close(self) -> None:
        """Release the file and the cache."""
        self._cache.clear()
        self._source.close()

    def color(self, index: int) -> Image:
        """Return frame `index` as (H, W, 3) uint8 RGB, read-only.

        Raises:
            IndexError: no such frame.
            InputFault: the frame cannot be decoded.
        """
        self._check(index)
        found = self._cache.get(index)
        if found is None:
            found = self._source.color(self.recording.start_frame + index)
            found.flags.writeable = False
            self._cache[index] = found
            while len(self._cache) > self._capacity:
                self._cache.popitem(last=False)
        else:
            self._cache.move_to_end(index)
        return found

    def depth(self, index: int) -> FloatArray | None:
        """Return (H, W) metres along the optical axis, aligned to colour, NaN invalid; None without depth.

        Raises:
            IndexError: no such frame.
            InputFault: the frame cannot be decoded.
        """
        self._check(index)
        return self._source.depth(self.recording.start_frame + index) if self.recording.has_depth else None

    def frames(self) -> Iterator[tuple[int, Image]]:
        """Yield (index, colour) in order."""
        for index in range(len(self)):
            yield index, self.color(index)

    def reference(self) -> Image:
        """Return the picture of the scene before the hand enters, (H, W, 3) uint8 RGB.

        Raises:
            InputFault: the separate reference picture cannot be read or has another size.
        """
        name = self.recording.reference_image
        if name is None:
            return self.color(self.recording.reference_frame)
        return read_reference(self.recording, self._find(name))

    def _check(self, index: int) -> None:
        if not 0 <= index < len(self):
            raise IndexError(f"frame {index} of a recording with {len(self)} frames")


def open_frames(recording: Recording, root: Path) -> FrameReader:
    """Open the frames of `recording`, whose source path is relative to `root`.

    Raises:
        InputFault: the file is missing or not readable.
    """
    return open_recording(recording, lambda name: root / name)


def open_recording(recording: Recording, find: Callable[[str], Path]) -> FrameReader:
    """Open the frames of `recording`; `find` maps a relative path to where the file lies.

    Raises:
        InputFault: the file is missing or not readable.
    """
    path = find(recording.source.path)
    if not (path.is_file() or path.is_dir()):
        name = recording.source.path
        raise InputFault("SK801", f"recording {name} not found", "pass --data DIR or set SKILLC_DATA")
    source: FrameSource
    if recording.kind == "video":
        from skillc.runtime.perception.recording.video import VideoSource

        source = VideoSource(path, recording.region)
    elif recording.kind == "rgbd_folder":
        from skillc.runtime.perception.recording.rgbd_folder import RgbdFolderSource

        source = RgbdFolderSource(path, recording.region, recording.depth_unit_m)
    elif recording.kind == "realsense_db3":
        from skillc.runtime.perception.recording.realsense_db3 import RealSenseDb3Source

        source = RealSenseDb3Source(path, recording.region)
    else:
        from skillc.runtime.perception.recording.realsense_bag import RealSenseBagSource

        source = RealSenseBagSource(path, recording.region)
    return FrameReader(recording, source, find)


def median_depth(reader: FrameReader, frames: int) -> FloatArray:
    """Return the per-pixel median (H, W) of about `frames` evenly spread depth pictures, m; NaN where never valid."""
    indices = np.unique(np.linspace(0, len(reader) - 1, min(frames, len(reader))).round().astype(int))
    stack = [depth for depth in (reader.depth(int(i)) for i in indices) if depth is not None]
    ordered = np.sort(np.stack(stack), axis=0)
    # Sorting puts NaN last, so the middle of the valid ones is found by counting (nanmedian takes ten times as long).
    valid = np.isfinite(ordered).sum(axis=0)
    median: FloatArray = np.take_along_axis(ordered, np.maximum(valid - 1, 0)[None] // 2, axis=0)[0]
    return median


def read_reference(recording: Recording, path: Path) -> Image:
    """Return the separate reference picture of a recording, cut to its region, (H, W, 3) uint8 RGB.

    Raises:
        InputFault: it cannot be read or has another size.
    """
    camera, picture = recording.camera, read_picture(path)
    x, y, width, height = recording.region
    if picture.shape[:2] != (camera.height, camera.width):
        picture = picture[y : y + height, x : x + width]
    if picture.shape[:2] != (camera.height, camera.width):
        raise InputFault(
            "SK817",
            f"reference picture {recording.reference_image} is {picture.shape[1]}x{picture.shape[0]} px; "
            f"expected {camera.width}x{camera.height} px like the recording",
            "take the reference picture with the same camera and mode",
            about="reference",
        )
    return picture


def read_picture(path: Path) -> Image:
    """Return a PNG or JPEG file as (H, W, 3) uint8 RGB.

    Raises:
        InputFault: not a readable picture.
    """
    return np.ascontiguousarray(decoded(path, cv2.IMREAD_COLOR)[:, :, ::-1], dtype=np.uint8)


def decoded(path: Path, mode: int) -> NDArray[np.generic]:
    """Return a PNG or JPEG file as OpenCV decodes it in `mode`, its size looked at before.

    Raises:
        InputFault: not a readable picture.
    """
    try:
        if path.exists() and not path.is_file():
            raise OSError(errno.EINVAL, "no regular file", str(path))  # A pipe would never end.
        data = np.fromfile(path, dtype=np.uint8)
    except OSError as reason:
        raise InputFault("SK801", f"{path.name}: not readable: {reason.strerror}") from reason
    check_picture_size(data[:MOST_HEADER].tobytes(), path.name)
    found = cv2.imdecode(data, mode) if data.size else None
    if found is None:
        raise InputFault("SK804", f"{path.name}: not a readable PNG or JPEG picture", "export it again")
    return found


def digest(path: Path) -> str:
    """Return the sha256 of a file, or of a folder's sorted (name, digest) list."""
    if path.is_dir():
        files = [p for p in sorted(path.rglob("*")) if p.is_file()]
        lines = [f"{p.relative_to(path).as_posix()} {digest(p)}" for p in files]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
