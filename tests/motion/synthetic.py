"""Made-up tasks of the four kinds, with hand poses as a person would hold them, and hands; no perception."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from skillc.runtime.formats.hands import HandMotion
from skillc.runtime.formats.keyframes import KeyframeConfidence, Keyframes
from skillc.runtime.formats.object_motion import ObjectMotion
from skillc.runtime.formats.twin import Shape, Twin, TwinObject
from skillc.runtime.geometry import se3


@dataclass(frozen=True, kw_only=True)
class Made:
    twin: Twin
    motion: ObjectMotion
    keyframes: Keyframes
    T_table_hand: np.ndarray
    """(4, 4) at contact."""


def hand_rotation(fingers: list[float], palm: list[float]) -> np.ndarray:
    """Hand frame: z along the fingers, x out of the palm."""
    z = np.array(fingers) / np.linalg.norm(fingers)
    x = np.array(palm) - np.dot(palm, z) * z
    x /= np.linalg.norm(x)
    return np.stack([x, np.cross(z, x), z], axis=1)


def thing(name: str, role: str, shape: Shape, size: tuple[float, float, float], at: tuple[float, float], mass: float,
          symmetry: str = "none", inertia: float | None = None) -> TwinObject:  # fmt: skip
    i = inertia or 0.1 * mass * max(size) ** 2
    return TwinObject(
        name=name, role=role, shape=shape, size_m=size, size_sigma_m=(0.003,) * 3, size_measured=(True,) * 3,
        symmetry=symmetry, T_table_object=se3.from_parts(np.eye(3), np.array([*at, 0.0])),
        position_sigma_m=(0.005,) * 3, yaw_sigma_rad=0.05, mass=mass, mass_sigma=0.3 * mass, inertia=(i, i, i),
        center_of_mass_m=(0, 0, size[2] / 2), friction=0.5, restitution=0.1, material="plastic",
        rgba=(0.8, 0.3, 0.2, 1.0), outline_iou=1.0,
    )  # fmt: skip


def twin(*things: TwinObject, task_type: str) -> Twin:
    return Twin(objects=things, task_type=task_type, table_friction=0.6, table_half_size_m=(0.8, 0.8),
                table_center_m=(0.3, 0.3))  # fmt: skip


def motion(T_start: np.ndarray, moves: list[tuple[float, list[float], list[float]]], still: int = 60) -> ObjectMotion:
    """Poses at 30 Hz: rest, straight moves (seconds, offset and rotation vector from start), rest."""
    frames = [T_start] * still
    last = (np.zeros(3), np.zeros(3))
    for seconds, offset, turn in moves:
        count = round(seconds * 30)
        for k in range(1, count + 1):
            s = 0.5 - 0.5 * np.cos(np.pi * k / count)
            o = last[0] + s * (np.array(offset) - last[0])
            w = last[1] + s * (np.array(turn) - last[1])
            frames.append(se3.from_parts(Rotation.from_rotvec(w).as_matrix() @ T_start[:3, :3], T_start[:3, 3] + o))
        last = (np.array(offset), np.array(turn))
    frames += [frames[-1]] * 15
    T = np.array(frames)
    n = len(T)
    return ObjectMotion(
        frame=np.arange(n), T_table_object=T, position_sigma_m=np.full(n, 0.003), rotation_sigma_rad=np.full(n, 0.05),
        visible_fraction=np.ones(n), centroid_px=np.zeros((n, 2)), target_centroid_px=np.zeros((n, 2)),
    )  # fmt: skip


def keyframes(
    contact: int, lift: int | None, interaction: int, detachment: int | None, release: int | None
) -> Keyframes:
    return Keyframes(
        contact=contact,
        lift=lift,
        interaction=interaction,
        detachment=detachment,
        release=release,
        confidence=KeyframeConfidence(contact=1, lift=1, interaction=1, detachment=1, release=1),
        fps=30,
    )


PLATE = Shape(kind="revolve", wall_m=0.004, profile_m=((0.03, 0.0), (0.05, 0.01), (0.07, 0.04)))


def apple() -> Made:
    fruit = thing("apple", "manipulated", Shape(kind="ellipsoid"), (0.071, 0.071, 0.082), (0.30, 0.29), 0.15, "z")
    plate = thing("plate", "target", PLATE, (0.14, 0.14, 0.04), (0.20, 0.093), 0.3, "z")
    m = motion(fruit.T_table_object, [(0.8, [-0.04, -0.08, 0.10], [0, 0, 0]), (0.8, [-0.09, -0.19, 0.03], [0, 0, 0])])
    T = se3.from_parts(hand_rotation([-0.2, 0.75, -0.65], [0, -0.5, -0.85]), np.array([0.33, 0.16, 0.20]))
    return Made(
        twin=twin(fruit, plate, task_type="grasp"), motion=m, keyframes=keyframes(60, 61, 108, 106, 115), T_table_hand=T
    )


def jar() -> Made:
    bottle = thing("jar", "manipulated", Shape(kind="cylinder"), (0.054, 0.054, 0.129), (0.20, 0.20), 0.2, "z")
    pan_shape = Shape(kind="revolve", wall_m=0.004, profile_m=((0.07, 0.0), (0.09, 0.03), (0.097, 0.05)))
    pan = thing("pan", "target", pan_shape, (0.194, 0.194, 0.05), (0.39, 0.08), 0.8, "z")
    m = motion(
        bottle.T_table_object, [(0.7, [0.06, -0.02, 0.15], [0, 0, 0]), (1.0, [0.14, -0.04, 0.24], [0.9, 1.6, 0])]
    )
    T = se3.from_parts(hand_rotation([-0.75, 0.6, -0.25], [-0.6, -0.75, 0]), np.array([0.31, 0.16, 0.10]))
    return Made(
        twin=twin(bottle, pan, task_type="pour"), motion=m, keyframes=keyframes(60, 61, 111, None, None), T_table_hand=T
    )


def box() -> Made:
    b = thing("box", "manipulated", Shape(kind="box"), (0.116, 0.2235, 0.1157), (0.38, 0.23), 0.2)
    m = motion(b.T_table_object, [(2.4, [-0.288, 0.018, 0], [0, 0, 0])])
    T = se3.from_parts(hand_rotation([-0.1, 0.9, -0.4], [-1, 0, 0]), np.array([0.47, 0.09, 0.11]))
    return Made(
        twin=twin(b, task_type="push"), motion=m, keyframes=keyframes(60, None, 131, None, None), T_table_hand=T
    )


def tray() -> Made:
    t = thing("tray", "manipulated", Shape(kind="open_box", wall_m=0.004), (0.16, 0.235, 0.098), (0.123, 0.294), 0.3)
    m = motion(t.T_table_object, [(2.3, [0.259, 0.0, 0], [0, 0, 0])])
    T = se3.from_parts(hand_rotation([-0.6, 0.5, -0.6], [-0.7, 0, -0.7]), np.array([0.27, 0.20, 0.19]))
    return Made(twin=twin(t, task_type="pull"), motion=m, keyframes=keyframes(60, None, 130, None, 138), T_table_hand=T)


TASKS = {"apple": apple, "jar": jar, "box": box, "tray": tray}
NOWHERE = Path(".")


def flat_hand(scale: float = 1.0) -> np.ndarray:
    """A flat right hand in its wrist frame: x to the middle knuckle, z out of the palm, thumb side at -y."""
    joints = np.zeros((21, 3))
    joints[1:5] = [[0.02, -0.03, 0.01], [0.05, -0.05, 0.015], [0.075, -0.06, 0.02], [0.1, -0.065, 0.025]]
    for finger, (y, knuckle, length) in enumerate(
        [(-0.025, 0.092, 0.085), (0.0, 0.095, 0.092), (0.02, 0.09, 0.085), (0.04, 0.082, 0.07)]
    ):
        start = 5 + 4 * finger
        joints[start] = knuckle, y, 0.0
        joints[start + 1 : start + 4] = [[knuckle + share * length, y, 0.0] for share in (0.5, 0.78, 1.0)]
    return scale * joints


def hand_motion(joints: np.ndarray) -> HandMotion:
    """Return the motion of joints (T, 21, 3), table frame, all seen; not placed where they are NaN."""
    count = len(joints)
    return HandMotion(
        frame=np.arange(count),
        joints_table_m=joints,
        joints_px=np.full((count, 21, 2), np.nan),
        confidence=np.ones(count),
        position_sigma_m=np.zeros(count),
        handedness="right",
        scale_m=0.095,
    )
