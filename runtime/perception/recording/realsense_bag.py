"""RealSense recordings in ROS 1 form (`.bag`), read through rosbags."""

from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

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


class RealSenseBagSource(RealSenseSource):
    """Frames of a `.bag` file."""

    def __init__(self, path: Path, region: tuple[int, int, int, int]) -> None:
        """Open `path`; `region` is x, y, width, height, px."""
        super().__init__(open_bag(path), region)


def open_bag(path: Path) -> RealSenseFile:
    """Open a `.bag` recording.

    Raises:
        InputFault: SK804 damaged, SK816 without camera data, SK831 without the package rosbags.
    """
    try:
        from rosbags.rosbag1 import Reader, ReaderError
        from rosbags.typesys import Stores, get_types_from_msg, get_typestore
    except ImportError as reason:
        raise without_rosbags() from reason
    types = get_typestore(Stores.ROS1_NOETIC)
    reader = Reader(path)
    try:
        reader.open()
    except (ReaderError, OSError, ValueError) as reason:
        raise damaged(path.name, reason) from reason
    for connection in reader.connections:
        if connection.msgtype not in types.fielddefs:
            types.register(get_types_from_msg(connection.msgdef.data, connection.msgtype))
    return described(path.name, _Topics(path.name, reader, types))


class _Topics:
    """Messages of an open bag by stream."""

    def __init__(self, name: str, reader: Any, types: Any) -> None:
        self._name, self._reader, self._types = name, reader, types
        self._stamps: dict[str, list[int]] = {}

    def camera(self, stream: str) -> Camera | None:
        """Return the stream's intrinsics, or None if there is no such stream."""
        info = self._first(stream, "info/camera_info")
        if info is None:
            return None
        K, D = np.asarray(info.K), tuple(float(d) for d in info.D)
        return Camera(
            width=int(info.width),
            height=int(info.height),
            fx=float(K[0]),
            fy=float(K[4]),
            cx=float(K[2]),
            cy=float(K[5]),
            distortion=D if any(D) else (),
        )

    def pose(self, stream: str) -> FloatArray:
        """Return T_stream_reference (4, 4); identity when the file says nothing."""
        tf = self._first(stream, "tf/")
        if tf is None:
            return np.eye(4)
        q, t = tf.rotation, tf.translation
        return se3.from_parts(Rotation.from_quat([q.x, q.y, q.z, q.w]).as_matrix(), np.array([t.x, t.y, t.z]))

    def depth_unit(self) -> float:
        """Return metres per raw depth unit."""
        for connection in self._reader.connections:
            if connection.topic.endswith("option/Depth Units/value"):
                _, _, raw = next(self._reader.messages([connection]))
                return float(np.float32(self._types.deserialize_ros1(raw, connection.msgtype).data).round(7))
        return 0.001

    def times(self, stream: str) -> tuple[float, ...]:
        """Return the device's time of each frame, s."""
        found = []
        for connection, _, raw in self._reader.messages(self._connections(stream, "image/data")):
            stamp = self._types.deserialize_ros1(raw, connection.msgtype).header.stamp
            found.append(stamp.sec + stamp.nanosec * 1e-9)
        return tuple(found)

    def close(self) -> None:
        """Close the bag."""
        self._reader.close()

    def color(self, index: int) -> Image:
        """Return colour frame `index`."""
        message = self._image("Color", index)
        order = {"rgb8": [0, 1, 2], "bgr8": [2, 1, 0]}.get(message.encoding)
        if order is None:
            raise InputFault(
                "SK803", f"{self._name}: colour is encoded as {message.encoding!r}", "record colour as RGB8 or BGR8"
            )
        picture = np.asarray(message.data).reshape(message.height, message.step)[:, : message.width * 3]
        return np.ascontiguousarray(picture.reshape(message.height, message.width, 3)[:, :, order])

    def depth(self, index: int) -> FloatArray:
        """Return depth frame `index` in raw units."""
        message = self._image("Depth", index)
        if message.encoding not in ("mono16", "16UC1"):
            raise InputFault("SK815", f"{self._name}: depth is encoded as {message.encoding!r}", "record depth as Z16")
        raw = np.ascontiguousarray(message.data).view(np.uint16).reshape(message.height, message.step // 2)
        return raw[:, : message.width].astype(np.float64)

    def _connections(self, stream: str, part: str) -> list[Any]:
        return [c for c in self._reader.connections if f"/{stream}_0/{part}" in c.topic]

    def _first(self, stream: str, part: str) -> Any:
        connections = self._connections(stream, part)
        if not connections:
            return None
        connection, _, raw = next(self._reader.messages(connections[:1]))
        return self._types.deserialize_ros1(raw, connection.msgtype)

    def _image(self, stream: str, index: int) -> Any:
        connections = self._connections(stream, "image/data")
        if stream not in self._stamps:
            self._stamps[stream] = [time for _, time, _ in self._reader.messages(connections)]
        start = self._stamps[stream][index]
        connection, _, raw = next(self._reader.messages(connections, start=start, stop=start + 1))
        return self._types.deserialize_ros1(raw, connection.msgtype)
