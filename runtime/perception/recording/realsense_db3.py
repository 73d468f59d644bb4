"""RealSense recordings in ROS 2 form (`.db3`, what librealsense 2.58 and later write): SQLite with CDR messages."""

import sqlite3
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from skillc.runtime.formats.arrays import FloatArray, Image
from skillc.runtime.formats.recording import Camera
from skillc.runtime.geometry import se3
from skillc.runtime.perception.recording.faults import InputFault
from skillc.runtime.perception.recording.realsense import (
    RealSenseFile,
    RealSenseSource,
    damaged,
    described,
    without_rosbags,
)


class RealSenseDb3Source(RealSenseSource):
    """Frames of a `.db3` file."""

    def __init__(self, path: Path, region: tuple[int, int, int, int]) -> None:
        """Open `path`; `region` is x, y, width, height, px."""
        super().__init__(open_db3(path), region)


def open_db3(path: Path) -> RealSenseFile:
    """Open a `.db3` recording.

    Raises:
        InputFault: SK804 damaged, SK816 without camera data, SK831 without the package rosbags.
    """
    try:
        return described(path.name, _Reader(path))
    except sqlite3.DatabaseError as reason:
        raise damaged(path.name, reason) from reason


class _Reader:
    """The topics of one file."""

    def __init__(self, path: Path) -> None:
        try:
            from rosbags.typesys import Stores, get_typestore
        except ImportError as reason:
            raise without_rosbags() from reason
        self._types = get_typestore(Stores.ROS2_HUMBLE)
        self._name = path.name
        # Read-only and immutable: nothing is written beside a recording.
        self._db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
        self._topics = {name: (key, kind) for key, name, kind in self._db.execute("select id, name, type from topics")}
        self._rows: dict[str, list[int]] = {}

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    def camera(self, stream: str) -> Camera | None:
        """Return the stream's intrinsics, or None if there is no such stream."""
        text = self._text(stream, "camera_info")
        if text is None:
            return None
        values = _pairs(text)
        coefficients = tuple(float(c) for c in values.get("coeffs", "").split(",") if c)
        return Camera(
            width=int(values["width"]),
            height=int(values["height"]),
            fx=float(values["fx"]),
            fy=float(values["fy"]),
            cx=float(values["ppx"]),
            cy=float(values["ppy"]),
            distortion=coefficients if any(coefficients) else (),
        )

    def pose(self, stream: str) -> FloatArray:
        """Return T_stream_reference (4, 4); identity when the file says nothing."""
        text = self._text(stream, "tf/")
        if text is None:
            return np.eye(4)
        values = _pairs(text)
        # librealsense writes rotations column by column.
        R = np.array([float(v) for v in values["rotation"].split(",")]).reshape(3, 3).T
        return se3.from_parts(R, np.array([float(v) for v in values["translation"].split(",")]))

    def depth_unit(self) -> float:
        """Return metres per raw depth unit."""
        for name in self._topics:
            if name.endswith("Depth_Units/value"):
                return float(self._strings(name)[0])
        return float(_pairs(self._strings(self._find("Depth", "image/metadata"))[0]).get("depth_units", 0.001))

    def times(self, stream: str) -> tuple[float, ...]:
        """Return the device's time of each frame, s."""
        topic = self._find(stream, "image/metadata")
        if topic is None:
            return ()
        return tuple(float(_pairs(text)["timestamp"]) / 1e3 for text in self._strings(topic))

    def color(self, index: int) -> Image:
        """Return colour frame `index`."""
        return self._picture("Color", index, cv2.IMREAD_COLOR)[:, :, ::-1]

    def depth(self, index: int) -> FloatArray:
        """Return depth frame `index` in raw units."""
        return self._picture("Depth", index, cv2.IMREAD_UNCHANGED).astype(np.float64)

    def _picture(self, stream: str, index: int, mode: int) -> Image:
        topic = self._find(stream, "image/data")
        if topic is None:
            raise InputFault("SK804", f"{self._name}: has no {stream} pictures", "record both streams")
        key, kind = self._topics[topic]
        if topic not in self._rows:
            query = "select id from messages where topic_id = ? order by id"
            self._rows[topic] = [row for (row,) in self._db.execute(query, (key,))]
        (data,) = self._db.execute("select data from messages where id = ?", (self._rows[topic][index],)).fetchone()
        message: Any = self._types.deserialize_cdr(data, kind)
        if stream == "Depth" and "png" not in message.format:
            raise InputFault("SK815", f"{self._name}: depth is stored as {message.format!r}", "record lossless depth")
        body = np.asarray(message.data, dtype=np.uint8)
        # compressed_depth_image_transport puts its own 12-byte header before the PNG.
        start = 12 if "compressedDepth" in message.format else 0
        picture = cv2.imdecode(body[start:], mode)
        if picture is None:
            raise InputFault("SK804", f"{self._name}: {stream} frame {index} is damaged", "record it again")
        return np.asarray(picture)

    def _find(self, stream: str, part: str) -> str | None:
        return next((n for n in sorted(self._topics) if f"/{stream}_0/{part}" in n), None)

    def _text(self, stream: str, part: str) -> str | None:
        topic = self._find(stream, part)
        return None if topic is None else self._strings(topic)[0]

    def _strings(self, topic: str | None) -> list[str]:
        key, kind = self._topics[str(topic)]
        rows: list[tuple[Any]] = self._db.execute(
            "select data from messages where topic_id = ? order by id", (key,)
        ).fetchall()
        messages: list[Any] = [self._types.deserialize_cdr(data, kind) for (data,) in rows]
        return [str(message.data) for message in messages]


def _pairs(text: str) -> dict[str, str]:
    """Return "a=1;b=2" as a mapping."""
    return dict(part.split("=", 1) for part in text.split(";") if "=" in part)
