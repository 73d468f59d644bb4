"""Moves that scripts are made of."""

import numpy as np
from scipy.spatial.transform import Rotation

from skillc.runtime.demonstrator.grasping import HandPose, Touch, hand_frame
from skillc.runtime.demonstrator.hand_skeleton import relaxed_posture
from skillc.runtime.demonstrator.movement import Move
from skillc.runtime.demonstrator.props import Prop
from skillc.runtime.demonstrator.script import Cast, Rng, Script
from skillc.runtime.demonstrator.solids import PlacedSolid
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.geometry import se3


def standing(x: float, y: float, yaw: float = 0.0) -> FloatArray:
    """Return T_table_object (4, 4) of something upright on the table."""
    return se3.from_parts(Rotation.from_euler("z", yaw).as_matrix(), np.array([x, y, 0.0]))


def resting_height(upper: Prop, lower: Prop) -> float:
    """Return how high (m) `upper` stands when centred in `lower`, just touching it."""
    points = upper.surface_points()
    low, high = 0.0, lower.size_m[2] + 0.01
    for _ in range(22):
        middle = 0.5 * (low + high)
        free = float(lower.solid.distance(points + np.array([0.0, 0.0, middle])).min()) >= 0
        low, high = (low, middle) if free else (middle, high)
    return high


def opened(pose: HandPose, *, back: FloatArray, amount: float = 1.0) -> HandPose:
    """Return `pose` with the fingers opened by `amount` and the hand moved by `back` (3,) m, table frame."""
    posture = pose.posture.copy()
    posture[1] -= 0.22 * amount
    posture[3:5] = np.maximum(posture[3:5] - 0.22 * amount, -0.1)
    fingers = posture[5:].reshape(4, 4)
    fingers[:, 1] -= 0.26 * amount
    fingers[:, 2] = np.maximum(fingers[:, 2] - 0.26 * amount, 0.03)
    fingers[:, 3] = np.maximum(fingers[:, 3] - 0.10 * amount, 0.03)
    T = pose.T_table_hand.copy()
    T[:3, 3] += back
    return HandPose(T_table_hand=T, posture=posture)


def shifted(
    pose: HandPose, by: FloatArray, turn: FloatArray | None = None, about: FloatArray | None = None
) -> HandPose:
    """Return `pose` turned by the rotation vector `turn` (3,) about the point `about` (3,), then moved by `by` (3,)."""
    T = pose.T_table_hand.copy()
    if turn is not None and about is not None:
        R = Rotation.from_rotvec(turn).as_matrix()
        T[:3, :3] = R @ T[:3, :3]
        T[:3, 3] = R @ (T[:3, 3] - about) + about
    T[:3, 3] += by
    return HandPose(T_table_hand=T, posture=pose.posture)


def start_pose(rng: Rng) -> HandPose:
    """Return the waiting hand near the far right of the table, loosely open."""
    place = np.array([0.56, 0.60, 0.135]) + rng.uniform(-1, 1, 3) * [0.05, 0.05, 0.03]
    R = hand_frame((-0.95, -0.2 + rng.uniform(-0.15, 0.1), -0.18), (0.05, -0.25, 1.0))
    return HandPose(T_table_hand=se3.from_parts(R, place), posture=relaxed_posture())


def timed(rng: Rng, goals: list[tuple[HandPose, float, float, float, float]]) -> tuple[tuple[Move, ...], float]:
    """Return moves from (goal, start, duration, fingers' start and duration) and the pace they are scaled by."""
    pace = float(rng.uniform(0.95, 1.0))
    moves = tuple(
        Move(goal=g, start_s=a * pace, duration_s=b * pace, fingers_start_s=c * pace, fingers_duration_s=d * pace)
        for g, a, b, c, d in goals
    )
    return moves, pace


def pick_and_place(
    cast: Cast, *, task: str, item: Prop, target: Prop, place: FloatArray, goal: FloatArray, guess: HandPose,
    touches: tuple[Touch, ...], aims: FloatArray,
) -> Script:  # fmt: skip
    """Script a grasp from above, a carry, a put-down in `target` and a retreat."""
    rng = cast.rng
    solid = PlacedSolid(solid=item.solid, T_frame_solid=place)
    grasp = cast.touch(guess, solid, touches, aims)
    away = -0.55 * grasp.T_table_hand[:3, 0] + np.array([0.0, 0.0, 0.9])
    before = opened(grasp, back=0.055 * away, amount=1.35)
    over = opened(grasp, back=0.010 * away, amount=1.25)
    rest = resting_height(item, target)
    travel = goal[:3, 3] - place[:3, 3] + [0.0, 0.0, rest]
    center = place[:3, 3] + [0, 0, item.size_m[2] / 2]
    turn = np.array([0.0, 0.0, rng.uniform(-0.15, 0.35)])
    lift = rng.uniform(0.085, 0.115)
    lifted = shifted(grasp, np.array([0, 0, lift]))
    carried = shifted(grasp, np.array([travel[0], travel[1], lift]), turn, center)
    down = shifted(grasp, travel, turn, center)
    open_ = opened(down, back=np.zeros(3), amount=0.9)
    retreat = shifted(open_, np.array([0.06, 0.06, 0.13]))
    moves, pace = timed(rng, [
        (before, 0.30, 1.40, 0.35, 1.1), (over, 1.35, 0.60, 1.3, 0.5), (grasp, 1.75, 0.60, 1.75, 0.6),
        (lifted, 2.42, 0.75, 2.0, 0.3), (carried, 2.75, 1.10, 2.5, 0.3), (down, 3.50, 0.65, 3.5, 0.3),
        (open_, 4.25, 0.40, 4.25, 0.40), (retreat, 4.42, 0.62, 4.5, 0.4),
    ])  # fmt: skip
    return Script(
        task=task, task_type="grasp", props=(item, target), Ts_table_prop=np.stack([place, goal]),
        start=start_pose(rng), moves=moves, grasp=grasp, touches=touches, attach_s=2.38 * pace, detach_s=4.22 * pace,
    )  # fmt: skip


def around(place: FloatArray, item: Prop, heading: float, height: float) -> FloatArray:
    """Return aims (4, 3) for thumb, index, middle, ring around an upright thing at `height` (share of its own).

    Seen along the hand's heading the thumb goes to the left of the thing and the fingers ahead and to the right.
    """
    azimuth = heading + np.radians([88.0, -14.0, -46.0, -76.0])
    out = np.stack([np.cos(azimuth), np.sin(azimuth), np.zeros(4)], axis=-1)
    level = place[:3, 3] + [0.0, 0.0, item.size_m[2] * height]
    ray = level + out[:, None] * np.linspace(0.06, 0.0, 121)[:, None]
    solid = PlacedSolid(solid=item.solid, T_frame_solid=place)
    gap = solid.distance(ray.reshape(-1, 3)).reshape(4, -1)
    found: FloatArray = ray[np.arange(4), np.argmax(gap < 0.009, axis=1)]
    return found


def grasp_from_above(heading: float, place: FloatArray, item: Prop, pitch: float, height: float) -> HandPose:
    """Return a guess: hand over the thing, fingers down its far left side, thumb on the near right."""
    x = (np.cos(heading) * np.cos(pitch), np.sin(heading) * np.cos(pitch), -np.sin(pitch))
    R = hand_frame((float(x[0]), float(x[1]), float(x[2])), (0.12, 0.25, 1.0))
    above = place[:3, 3] + [0.0, 0.0, item.size_m[2] * 0.5 + height]
    wrist = above - R @ np.array([0.100, 0.004, -0.010])
    posture = relaxed_posture()
    posture[:5] = [0.25, 0.35, 0.10, 0.35, 0.40]
    posture[5:] = np.ravel(
        [(0.06, 0.75, 0.75, 0.42), (0.0, 0.80, 0.78, 0.44), (-0.03, 0.85, 0.80, 0.45), (-0.06, 0.9, 0.8, 0.45)]
    )
    return HandPose(T_table_hand=se3.from_parts(R, wrist), posture=posture)


def places_apart(
    rng: Rng, first: tuple[FloatArray, FloatArray], second: tuple[FloatArray, FloatArray], gap: float
) -> FloatArray:
    """Return two places (2, 2) drawn from their boxes (low, high), at least `gap` m apart."""
    for _ in range(200):
        pair = np.stack([rng.uniform(*first), rng.uniform(*second)])
        if np.linalg.norm(pair[0] - pair[1]) >= gap:
            return pair
    raise ValueError(f"no two places {gap} m apart in these boxes")
