"""Ask FoundationPose for the manipulated object's pose in every frame, and give it the twin's place and a sigma.

The estimator says how the object moved; where it stood is the twin's: poses are carried over so that the reference
frame has the twin's pose. The estimator reports no sigma. What is taken for one is measured in the recording: how much
its poses scatter before anything moves, and how far it stands from the twin there.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from skillc.runtime.estimators import client
from skillc.runtime.estimators.catalog import Estimator
from skillc.runtime.formats.arrays import FloatArray, IntArray
from skillc.runtime.formats.object_motion import ObjectMotion
from skillc.runtime.geometry import se3
from skillc.runtime.geometry.projection import place_sigma
from skillc.runtime.perception.object.demonstrated import Demonstrated
from skillc.runtime.perception.object.point_motion import centroids, target_centroid
from skillc.runtime.perception.recording.faults import InputFault
from skillc.runtime.sim.twin_export import read_surface, write_obj

TASK = "object_poses"


def object_motion(
    estimator: Estimator, shown: Demonstrated, twin_folder: Path, onset: int, progress: Callable[[float], None]
) -> ObjectMotion:
    """Return the manipulated object's motion.

    Args:
        estimator: the installed worker.
        shown: the demonstration, with depth.
        twin_folder: where the twin's mesh files lie.
        onset: last frame at rest.
        progress: told the share done.

    Raises:
        InputFault: SK831 when the recording has no depth, or the worker fails.
    """
    reader, calibration, tracks, mine = shown.reader, shown.calibration, shown.tracks, shown.mine
    thing, start, count = shown.twin.manipulated, reader.recording.reference_frame, len(reader)
    T_camera_mesh = _poses(estimator, shown, read_surface(thing, twin_folder), progress)
    T_table_mesh = se3.inverse(calibration.T_camera_table) @ T_camera_mesh
    own = np.asarray(thing.T_table_object)
    rest = T_table_mesh[: max(1, onset - start + 1)]
    scatter = float(np.sqrt(np.mean(np.var(rest[:, :3, 3], axis=0))))
    apart = float(np.linalg.norm(T_table_mesh[0][:3, 3] - own[:3, 3]))
    turns = np.array([np.linalg.norm(se3.difference(T, rest[0])[3:]) for T in rest])
    poses = np.tile(own, (count, 1, 1))
    # The object rests until its points move; the estimator's jitter there is noise.
    moving = max(start, onset) + 1
    poses[moving:] = T_table_mesh[moving - start :] @ se3.inverse(T_table_mesh[0]) @ own
    frame_sigma = np.array([place_sigma(calibration, T[:2, 3]) for T in poses])
    sigma = np.where(np.arange(count) < moving, 0.0, np.hypot(scatter, apart))
    points = tracks.points_object_m[mine & np.isfinite(tracks.points_object_m[:, 0])]
    seen = tracks.visible[:, mine].mean(axis=1) if mine.any() else np.ones(count)
    return ObjectMotion(
        frame=np.arange(count),
        T_table_object=poses,
        position_sigma_m=np.hypot(sigma, frame_sigma),
        rotation_sigma_rad=np.full(count, np.hypot(float(np.sqrt(np.mean(turns**2))), calibration.rotation_sigma_rad)),
        visible_fraction=seen,
        centroid_px=centroids(poses, points, calibration),
        target_centroid_px=target_centroid(tracks, shown.target, count),
    )


def _poses(
    estimator: Estimator, shown: Demonstrated, surface: tuple[FloatArray, IntArray], progress: Callable[[float], None]
) -> FloatArray:
    """Return T_camera_mesh (T, 4, 4) from the reference frame on."""
    reader, camera = shown.reader, shown.calibration.camera
    start, count = reader.recording.reference_frame, len(reader)
    frames = count - start
    if not reader.recording.has_depth or reader.recording.reference_image is not None:
        what = "depth" if not reader.recording.has_depth else "a reference frame of the recording itself"
        raise InputFault(
            "SK831",
            f"estimator {estimator.name} needs {what}, which this recording has not",
            "leave `estimator` out of the stage object_motion",
        )
    with tempfile.TemporaryDirectory(prefix="skillc-poses-") as name:
        folder = Path(name)
        depth = np.lib.format.open_memmap(
            folder / "depth.npy", mode="w+", dtype=np.float32, shape=(frames, camera.height, camera.width)
        )
        for k in range(frames):
            depth[k] = reader.depth(start + k)
        depth.flush()
        np.save(folder / "mask.npy", shown.mask)
        write_obj(folder / "mesh.obj", surface[0], surface[1])
        answer = client.ask(
            estimator,
            TASK,
            (reader.color(i) for i in range(start, count)),
            width=camera.width,
            height=camera.height,
            frames=frames,
            options={
                "mesh": str(folder / "mesh.obj"),
                "K": [[camera.fx, 0.0, camera.cx], [0.0, camera.fy, camera.cy], [0.0, 0.0, 1.0]],
                "depth": str(folder / "depth.npy"),
                "mask": str(folder / "mask.npy"),
            },
            progress=lambda k: progress(k / frames),
        )
    found = np.asarray(answer["T_camera_mesh"], dtype=np.float64)
    if found.shape != (frames, 4, 4) or not np.isfinite(found).all():
        raise InputFault(
            "SK831",
            f"estimator {estimator.name} answers poses {found.shape}; expected {(frames, 4, 4)}, all finite",
            "its worker and its packages do not fit together",
        )
    return found
