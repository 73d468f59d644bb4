"""The demonstrated object motion made into a path a robot can carry an object along."""

import itertools
from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.fidelity import MotionChange
from skillc.runtime.formats.keyframes import Keyframes
from skillc.runtime.formats.object_motion import ObjectMotion
from skillc.runtime.formats.twin import TwinObject
from skillc.runtime.geometry import se3
from skillc.runtime.tasks.task_type import TaskType


@dataclass(frozen=True, kw_only=True)
class ObjectPath:
    """Waypoints from the resting pose to the demonstrated end; K of them, the first exactly at rest."""

    T_table_object: FloatArray
    """(K, 4, 4)."""
    frame: FloatArray
    """(K,) frame of the demonstration, between frames where need be, that each waypoint is taken from."""
    duration_s: float
    """Demonstrated time from first to last."""
    changes: tuple[MotionChange, ...] = ()
    """What was changed so that the task succeeds."""


def carried_path(
    motion: ObjectMotion,
    keyframes: Keyframes,
    thing: TwinObject,
    *,
    T_start: FloatArray,
    task: TaskType,
    waypoints: int,
    smoothing_s: float,
    upright_within_rad: float,
) -> ObjectPath:
    """Return the object's way from contact to detachment (slid: to interaction; held to the end: to its last pose).

    Frames are averaged with a Gaussian window and weights 1 / sigma^2, then offset so that the path starts at the
    twin's own pose: tracking error at the first frame is not carried along. Turning about the axis of an object that
    looks alike all round is unobservable and removed. Pushed objects stay flat on the table.

    Args:
        motion: demonstrated poses.
        keyframes: contact and interaction are used.
        thing: the manipulated object.
        T_start: (4, 4) pose at rest.
        task: what is done to the object.
        waypoints: number of poses returned, at equal steps of path length.
        smoothing_s: one sigma of the averaging window.
        upright_within_rad: an end pose of a placed object tilted by less than this is set upright.
    """
    # What is put down is let go at the detachment frame, which is the interaction frame or comes after it (A.2.1).
    released = max(keyframes.interaction, keyframes.detachment or 0)
    last = len(motion.frame) - 1 if task.holds_to_the_end else min(released, len(motion.frame) - 1)
    first = min(keyframes.contact, last - 1)
    frames = np.arange(first, last + 1)
    p, R = _averaged(motion, frames, smoothing_s * keyframes.fps)
    p = p + (T_start[:3, 3] - p[0]) * np.linspace(1.0, 0.0, len(p))[:, None]
    if task.slides:
        p[:, 2] = T_start[2, 3]
        R = _yaw_only(T_start[:3, :3], R)
    elif thing.symmetry == "z":
        R = _without_spin(T_start[:3, :3], R)
    else:
        R = _from_start(T_start[:3, :3], R)
    if task.places and float(np.arccos(np.clip(R[-1][2, 2], -1, 1))) < upright_within_rad:
        R = _righted(R)
    T = se3.from_parts(R, p)
    T[0] = T_start
    poses, at = even_steps(T, waypoints)
    return ObjectPath(T_table_object=poses, frame=first + at, duration_s=(last - first) / keyframes.fps)


def lifted_first(T: FloatArray, *, slope: float, height_m: float, placed: bool) -> FloatArray:
    """Return the path T (K, 4, 4) raised where it would sweep sideways near its ends.

    A picture shows height worst of all, so a tracked object may seem to slide before it rises; carried like that, the
    fingers would plough the table.

    Args:
        T: object poses, the first at rest.
        slope: least rise per horizontal distance at the start (and, where the object is put down, at the end).
        height_m: what is asked for above the end in question levels off here, without a corner.
        placed: whether the last pose is on a support.
    """
    wanted = np.full(len(T), np.inf)
    for end in (0, -1) if placed else (0,):
        away = np.linalg.norm(T[:, :2, 3] - T[end, :2, 3], axis=1)
        wanted = np.minimum(wanted, T[end, 2, 3] + height_m * (1.0 - np.exp(-slope * away / height_m)))
    lifted = T.copy()
    lifted[:, 2, 3] = np.maximum(T[:, 2, 3], wanted)
    lifted[0] = T[0]
    if placed:
        lifted[-1] = T[-1]
    return lifted


def tilted_enough(T: FloatArray, least_rad: float) -> FloatArray:
    """Turn the end of the path T (K, 4, 4) on about its own tilt axis until it is tilted by `least_rad` from upright.

    The turn grows along the path; a path whose end never leaves the vertical has no axis and stays as it is.
    """
    axis = np.cross([0.0, 0.0, 1.0], T[-1, :3, 2])
    missing = least_rad - float(np.arccos(np.clip(T[-1, 2, 2], -1.0, 1.0)))
    if missing <= 0.0 or np.linalg.norm(axis) < 1e-3:
        return T
    grow = np.linspace(0.0, missing, len(T))[:, None]
    turned = T.copy()
    turned[:, :3, :3] = Rotation.from_rotvec(grow * axis / np.linalg.norm(axis)).as_matrix() @ T[:, :3, :3]
    return turned


def even_steps(T: FloatArray, count: int, *, radian_m: float = 0.1) -> tuple[FloatArray, FloatArray]:
    """Return `count` poses at equal steps along the path T (N, 4, 4), and where they lie in it, 0..N-1.

    Turning by 1 rad counts as `radian_m`.
    """
    moved = np.linalg.norm(np.diff(T[:, :3, 3], axis=0), axis=1)
    turned = np.array([se3.rotation_angle(a, b) for a, b in itertools.pairwise(T)])
    along = np.concatenate([[0.0], np.cumsum(moved + radian_m * turned + 1e-9)])
    wanted = np.linspace(0.0, along[-1], count)
    index = np.clip(np.searchsorted(along, wanted, side="right") - 1, 0, len(T) - 2)
    share = np.clip((wanted - along[index]) / (along[index + 1] - along[index]), 0.0, 1.0)
    return np.stack([se3.interpolate(T[i], T[i + 1], float(s)) for i, s in zip(index, share)]), index + share


def _averaged(motion: ObjectMotion, frames: np.ndarray, sigma: float) -> tuple[FloatArray, FloatArray]:
    """Weighted means of positions and rotations around each frame (window sigma in frames)."""
    T = motion.T_table_object
    every = np.arange(len(T))
    positions, rotations = [], []
    for f in frames:
        near = np.exp(-0.5 * ((every - f) / max(sigma, 1e-3)) ** 2)
        near[near < 1e-3] = 0.0
        w_p = near / np.maximum(motion.position_sigma_m, 1e-4) ** 2
        w_r = near / np.maximum(motion.rotation_sigma_rad, 1e-3) ** 2
        positions.append((w_p[:, None] * T[:, :3, 3]).sum(axis=0) / w_p.sum())
        used = w_r > 0
        rotations.append(Rotation.from_matrix(T[used, :3, :3]).mean(weights=w_r[used]).as_matrix())
    return np.array(positions), np.array(rotations)


def _yaw_only(R_start: FloatArray, R: FloatArray) -> FloatArray:
    """Turn R_start about the vertical by the yaw that R gains relative to its first entry."""
    gained = R @ R[0].T
    yaw = np.unwrap(np.arctan2(gained[:, 1, 0] - gained[:, 0, 1], gained[:, 0, 0] + gained[:, 1, 1]))
    turns = Rotation.from_rotvec(yaw[:, None] * np.array([0.0, 0.0, 1.0])).as_matrix()
    return np.asarray(turns @ R_start)


def _without_spin(R_start: FloatArray, R: FloatArray) -> FloatArray:
    """Follow only the direction of the object's axis, by the smallest turns from frame to frame."""
    result = [R_start]
    for k in range(1, len(R)):
        result.append(se3.shortest_turn(result[-1][:, 2], R[k][:, 2]) @ result[-1])
    return np.array(result)


def _from_start(R_start: FloatArray, R: FloatArray) -> FloatArray:
    """Blend out the difference between the twin's rotation and the tracked one at the first frame."""
    offset = Rotation.from_matrix(R[0].T @ R_start).as_rotvec()
    fade = np.linspace(1.0, 0.0, len(R))[:, None]
    return np.asarray(R @ Rotation.from_rotvec(fade * offset).as_matrix())


def _righted(R: FloatArray) -> FloatArray:
    """Spread the turn that sets the last rotation upright over the path."""
    turn = Rotation.from_matrix(se3.shortest_turn(R[-1][:, 2], np.array([0.0, 0.0, 1.0]))).as_rotvec()
    grow = np.linspace(0.0, 1.0, len(R))[:, None]
    return np.asarray(Rotation.from_rotvec(grow * turn).as_matrix() @ R)
