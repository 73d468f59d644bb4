"""Labelled samples of a keyframe: the visible cloud of a randomly placed object, and the hand's pose for it (A.3.1)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from skillc.runtime.env.randomization import draw_all
from skillc.runtime.formats.arrays import FloatArray, IntArray
from skillc.runtime.formats.environment import Variation
from skillc.runtime.formats.twin import Twin
from skillc.runtime.geometry import se3
from skillc.runtime.policies.clouds.hidden import visible
from skillc.runtime.policies.clouds.voxel import one_per_voxel
from skillc.runtime.policies.poses.labels import Label


@dataclass(frozen=True, kw_only=True)
class Viewing:
    """How the clouds are seen."""

    T_table_camera: FloatArray
    """(4, 4) calibrated."""
    voxel_m: tuple[float, float]
    """A sample's cell is drawn between these."""
    max_points: int
    """Of a cloud; of more a random choice is kept."""
    viewpoint_m: float = 0.0
    """The camera is drawn evenly within this of its calibrated place, per axis; points are hidden from there."""
    position_error_m: float = 0.0
    """One standard deviation per axis of where the camera is believed to be; the whole cloud is off by it."""
    rotation_error_rad: float = 0.0
    """One standard deviation per axis of how it is believed to be turned."""
    hides: bool = True
    """Whether points that the camera does not see are removed; else the floor of a complete cloud is measured."""


@dataclass(frozen=True, kw_only=True)
class Samples:
    """S samples; what is random in them comes from one seed, sample by sample."""

    points: NDArray[np.float32]
    """(S, N, 3) m, table frame, zero beyond a sample's own."""
    count: IntArray
    """(S,) of a sample's own points, at least 1."""
    T_table_hand: FloatArray
    """(S, 4, 4)."""
    group: IntArray
    """(S,) canonical cloud of the bank; no group may be both learnt from and judged by."""


def draw_samples(
    label: Label,
    bank: FloatArray,
    viewing: Viewing,
    *,
    twin: Twin,
    randomization: Sequence[Variation],
    count: int,
    seed: int,
    progress: Callable[[float], None] = lambda share: None,
) -> Samples:
    """Draw samples of one keyframe.

    Args:
        label: hand and object.
        bank: (K, P, 3) canonical clouds of the label's object, taken round-robin.
        viewing: see there.
        twin: gives what is randomized; each object has draws of its own.
        randomization: places and sizes of objects.
        count: S.
        seed: of everything.
        progress: told the share done.
    """
    own = [v for v in randomization if v.quantity.partition(".")[0] == label.thing.name]
    streams = np.random.SeedSequence([seed, *label.thing.name.encode()]).spawn(count)
    clouds: list[FloatArray] = []
    poses = np.zeros((count, 4, 4))
    for i, stream in enumerate(streams):
        rng = np.random.default_rng(stream)
        draw = draw_all(own, twin, rng).simulation
        T = np.asarray(draw.T_table_object[label.thing.name])
        scale = draw.size_scale.get(label.thing.name, 1.0)
        clouds.append(seen(se3.apply(T, scale * bank[i % len(bank)]), viewing, rng))
        poses[i] = label.hand_pose(T, scale)
        if i % 500 == 0:
            progress(i / count)
    lengths = np.array([len(c) for c in clouds], dtype=np.int64)
    points = np.zeros((count, int(lengths.max()), 3), dtype=np.float32)
    for row, cloud in zip(points, clouds):
        row[: len(cloud)] = cloud
    return Samples(points=points, count=lengths, T_table_hand=poses, group=np.arange(count, dtype=np.int64) % len(bank))


def seen(points: FloatArray, viewing: Viewing, rng: np.random.Generator) -> FloatArray:
    """Return what a camera sees of a complete cloud (P, 3): voxels, without hidden ones, as believed to be placed."""
    cloud = one_per_voxel(points, float(rng.uniform(*viewing.voxel_m)))
    T_table_camera = np.asarray(viewing.T_table_camera)
    if viewing.hides:
        eye = T_table_camera[:3, 3] + viewing.viewpoint_m * rng.uniform(-1.0, 1.0, 3)
        cloud = cloud[visible(cloud, eye)]
    if len(cloud) > viewing.max_points:
        cloud = cloud[np.sort(rng.permutation(len(cloud))[: viewing.max_points])]
    return se3.apply(camera_error(viewing, rng), cloud)


def camera_error(viewing: Viewing, rng: np.random.Generator) -> FloatArray:
    """Return the displacement (4, 4) of points in the table frame by a camera that is not where it is believed."""
    if viewing.position_error_m == 0.0 and viewing.rotation_error_rad == 0.0:
        return np.eye(4)
    R = Rotation.from_rotvec(viewing.rotation_error_rad * rng.normal(size=3)).as_matrix()
    error = se3.from_parts(R, viewing.position_error_m * rng.normal(size=3))
    T_table_camera = np.asarray(viewing.T_table_camera)
    return np.asarray(T_table_camera @ error @ se3.inverse(T_table_camera))
