"""Ask CoTracker3 to follow points through the recording from its reference frame on."""

from collections.abc import Callable, Iterator

import numpy as np

from skillc.runtime.estimators import client
from skillc.runtime.estimators.catalog import Estimator
from skillc.runtime.formats.arrays import BoolArray, FloatArray, Image
from skillc.runtime.perception.recording.faults import InputFault
from skillc.runtime.perception.recording.frames import FrameReader

TASK = "point_tracks"


def tracked(
    estimator: Estimator, reader: FrameReader, points: FloatArray, progress: Callable[[float], None]
) -> tuple[FloatArray, BoolArray]:
    """Return where points (K, 2) px of the reference picture are in every frame: (T, K, 2) px and (T, K) visible.

    Frames before the reference frame repeat its points. Points outside the picture are not visible.

    Raises:
        InputFault: SK831 when the worker fails or answers another number of frames or points.
    """
    start, count = reader.recording.reference_frame, len(reader)
    camera = reader.recording.camera
    xy, visible = np.tile(points, (count, 1, 1)), np.ones((count, len(points)), dtype=bool)
    frames = count - start

    def pictures() -> Iterator[Image]:
        # The reference picture may be one of its own, taken before the recording.
        yield reader.reference()
        yield from (reader.color(i) for i in range(start + 1, count))

    if not len(points):
        return xy, visible
    answer = client.ask(
        estimator,
        TASK,
        pictures(),
        width=camera.width,
        height=camera.height,
        frames=frames,
        options={"points": points.tolist(), "start": 0},
        progress=lambda k: progress(0.3 * k / frames),
    )
    found, seen = np.asarray(answer["xy_px"], dtype=np.float64), np.asarray(answer["visible"], dtype=bool)
    if found.shape != (frames, len(points), 2) or seen.shape != found.shape[:2]:
        raise InputFault(
            "SK831",
            f"estimator {estimator.name} answers tracks {found.shape}; expected {(frames, len(points), 2)}",
            "its worker and its packages do not fit together",
        )
    inside = np.isfinite(found).all(axis=-1)
    inside &= np.all((found >= 0) & (found <= [camera.width - 1, camera.height - 1]), axis=-1)
    xy[start:], visible[start:] = found, seen & inside
    return xy, visible
