"""The video that a build was made from, found again and recognised by its digest."""

import os
from pathlib import Path, PurePosixPath

import cv2

from skillc.runtime.formats.arrays import Image
from skillc.runtime.formats.recording import Recording
from skillc.runtime.perception.recording.faults import InputFault
from skillc.runtime.perception.recording.frames import FrameReader, digest, open_recording, read_picture

WIDTH_PX = 640
"""ours: of the frame beside the 3D scene; a panel shows no more."""
STILL = "scene/reference.jpg"
"""What a build keeps of its recording."""


class Footage:
    """Frames of a build's recording, small; without the recording, the one picture that the build keeps."""

    def __init__(self, build: Path, folders: tuple[Path, ...]) -> None:
        """Look for the recording in `folders`; the first file with the right digest is it."""
        self._reader: FrameReader | None = None
        self._still = _still(build / STILL)
        self.missing = "the build holds no recording.json, as a bundle does not: no video is shown"
        """Why there is no frame of every moment and what to do about it; empty where there is one."""
        if (build / Recording.FILE).is_file():
            recording = Recording.load(build / Recording.FILE)
            self.missing = f"{recording.source.path} was not found: --data FOLDER shows its frames"
            for folder in folders:
                if self._reader is None:
                    self._look_in(folder, recording)

    def frame(self, index: int) -> Image | None:
        """Return frame `index` of the demonstration, (H, W, 3) RGB and at most `WIDTH_PX` wide; None without any."""
        if self._reader is None:
            return None if self._still is None else _small(self._still)
        return _small(self._reader.color(min(max(index, 0), len(self._reader) - 1)))

    def close(self) -> None:
        """Release the file."""
        if self._reader is not None:
            self._reader.close()

    def _look_in(self, folder: Path, recording: Recording) -> None:
        inside = PurePosixPath(recording.source.path)
        path = folder / inside
        if inside.is_absolute() or ".." in inside.parts or not (path.is_file() or path.is_dir()):
            return
        if digest(path) != recording.source.sha256:
            self.missing = f"{path} is not the recording that this was built from"
            return
        try:
            self._reader, self.missing = open_recording(recording, lambda name: folder / name), ""
        except InputFault as fault:
            self.missing = fault.message


def folders_of(build: Path, data: Path | None) -> tuple[Path, ...]:
    """Return where a build's recording may lie: `data`, SKILLC_DATA (a path list), beside the build and its spec."""
    listed = [Path(p) for p in os.environ.get("SKILLC_DATA", "").split(os.pathsep) if p]
    home = build.absolute()
    return (*([data] if data is not None else []), *listed, home.parent, home.parent.parent)


def _still(picture: Path) -> Image | None:
    try:
        return read_picture(picture) if picture.is_file() else None
    except InputFault:
        return None


def _small(image: Image) -> Image:
    height, width = image.shape[:2]
    if width <= WIDTH_PX:
        return image
    return cv2.resize(image, (WIDTH_PX, round(height * WIDTH_PX / width)), interpolation=cv2.INTER_AREA).astype("uint8")
