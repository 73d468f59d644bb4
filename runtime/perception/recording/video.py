"""Frames of a colour video through PyAV, decoded once when read in order."""

from pathlib import Path

import av
import numpy as np

from skillc.runtime.formats.arrays import FloatArray, Image
from skillc.runtime.perception.recording.faults import InputFault


class VideoSource:
    """A video file; pictures are rotated as the file's metadata asks, then cut to the region."""

    def __init__(self, path: Path, region: tuple[int, int, int, int]) -> None:
        """Open `path`; `region` is x, y, width, height in the rotated picture, px.

        Raises:
            InputFault: the container cannot be opened.
        """
        self._path, self._region = path, region
        try:
            self._container = av.open(str(path))
            self._stream = self._container.streams.video[0]
        except (av.FFmpegError, OSError, IndexError) as reason:
            raise InputFault("SK804", f"{path.name}: cannot be opened as a video: {reason}") from reason
        self._stream.thread_type = "AUTO"
        packets = [(p.pts, p.is_keyframe) for p in self._container.demux(self._stream) if p.pts is not None]
        self._pts = sorted(pts for pts, _ in packets)
        self._index = {pts: i for i, pts in enumerate(self._pts)}
        self._keyframes = sorted(self._index[pts] for pts, key in packets if key)
        self._next = -1
        self._decoder = self._container.decode(self._stream)
        self._restart(0)

    def __len__(self) -> int:
        return len(self._pts)

    def color(self, index: int) -> Image:
        """Return frame `index`; decodes on from the last one read, or seeks."""
        # A seek starts at the keyframe before `index`; if that lies behind us, going on is shorter.
        if index < self._next or any(self._next < k <= index for k in self._keyframes):
            self._restart(index)
        try:
            for frame in self._decoder:
                found = self._index.get(frame.pts if frame.pts is not None else -1)
                if found is None:
                    continue
                self._next = found + 1
                if found == index:
                    return cut(upright(frame), self._region)
                if found > index:
                    break
        except av.FFmpegError as reason:
            raise self._fault(index) from reason
        raise self._fault(index)

    def depth(self, index: int) -> FloatArray | None:
        """Return None: a video has no depth."""
        return None

    def close(self) -> None:
        """Close the file."""
        self._container.close()

    def _fault(self, index: int) -> InputFault:
        return InputFault(
            "SK804", f"{self._path.name}: frame {index} cannot be decoded", "record or export the video again"
        )

    def _restart(self, index: int) -> None:
        self._container.seek(self._pts[index] if self._pts else 0, stream=self._stream, backward=True)
        self._decoder = self._container.decode(self._stream)
        self._next = index


def upright(frame: av.VideoFrame) -> Image:
    """Return the frame as (H, W, 3) uint8 RGB with the file's rotation metadata applied."""
    picture: Image = np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8)
    quarter_turns = round((frame.rotation or 0) / 90) % 4
    return np.ascontiguousarray(np.rot90(picture, quarter_turns)) if quarter_turns else picture


def cut(picture: Image, region: tuple[int, int, int, int]) -> Image:
    """Return the region x, y, width, height (px) of a picture as a contiguous array."""
    x, y, width, height = region
    return np.ascontiguousarray(picture[y : y + height, x : x + width])
