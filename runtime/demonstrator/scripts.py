"""The seven tasks of Video2Sim2Real as scripts: what stands where, how the hand takes it, where it goes, and when.

Distances are everyday reaches (ours); a whole demonstration takes five seconds like the paper's human videos.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial.transform import Rotation

from skillc.runtime.demonstrator import catalog
from skillc.runtime.demonstrator.grasping import GraspError, HandPose, Touch, hand_frame, solve_touch
from skillc.runtime.demonstrator.hand_skeleton import Skeleton, relaxed_posture
from skillc.runtime.demonstrator.hand_skin import HandSkin
from skillc.runtime.demonstrator.movement import Move
from skillc.runtime.demonstrator.props import Prop
from skillc.runtime.demonstrator.solids import Box, PlacedSolid, Solid, Union
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.geometry import se3

Rng = np.random.Generator
DURATION_S = 5.0
FINGERTIPS = tuple(Touch(finger=f) for f in range(5))


@dataclass(frozen=True, kw_only=True)
class Script:
    """One demonstration, ready to be performed."""

    task: str
    task_type: str
    props: tuple[Prop, ...]
    """The manipulated prop first."""
    Ts_table_prop: FloatArray
    """(P, 4, 4) at the start."""
    start: HandPose
    moves: tuple[Move, ...]
    grasp: HandPose
    """The hand at the moment of touch."""
    touches: tuple[Touch, ...]
    attach_s: float
    """From here on the manipulated prop moves with the hand."""
    detach_s: float | None
    """From here on it stays; None = held to the end."""


@dataclass(frozen=True, kw_only=True)
class _Cast:
    """What every script builder is given."""

    rng: Rng
    skeleton: Skeleton
    skin: HandSkin

    def touch(
        self, guess: HandPose, solid: Solid, touches: tuple[Touch, ...], aims: FloatArray | None = None
    ) -> HandPose:
        return solve_touch(skeleton=self.skeleton, skin=self.skin, guess=guess, solid=solid, touches=touches, aims=aims)


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


def _timed(rng: Rng, goals: list[tuple[HandPose, float, float, float, float]]) -> tuple[tuple[Move, ...], float]:
    """Return moves from (goal, start, duration, fingers' start and duration) and the pace they are scaled by."""
    pace = float(rng.uniform(0.95, 1.0))
    moves = tuple(
        Move(goal=g, start_s=a * pace, duration_s=b * pace, fingers_start_s=c * pace, fingers_duration_s=d * pace)
        for g, a, b, c, d in goals
    )
    return moves, pace


def _pick_and_place(
    cast: _Cast, *, task: str, item: Prop, target: Prop, place: FloatArray, goal: FloatArray, guess: HandPose,
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
    moves, pace = _timed(rng, [
        (before, 0.30, 1.40, 0.35, 1.1), (over, 1.35, 0.60, 1.3, 0.5), (grasp, 1.75, 0.60, 1.75, 0.6),
        (lifted, 2.42, 0.75, 2.0, 0.3), (carried, 2.75, 1.10, 2.5, 0.3), (down, 3.50, 0.65, 3.5, 0.3),
        (open_, 4.25, 0.40, 4.25, 0.40), (retreat, 4.42, 0.62, 4.5, 0.4),
    ])  # fmt: skip
    return Script(
        task=task, task_type="grasp", props=(item, target), Ts_table_prop=np.stack([place, goal]),
        start=start_pose(rng), moves=moves, grasp=grasp, touches=touches, attach_s=2.38 * pace, detach_s=4.22 * pace,
    )  # fmt: skip


def _around(place: FloatArray, item: Prop, heading: float, height: float) -> FloatArray:
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


def _grasp_from_above(heading: float, place: FloatArray, item: Prop, pitch: float, height: float) -> HandPose:
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


def _apart(
    rng: Rng, first: tuple[FloatArray, FloatArray], second: tuple[FloatArray, FloatArray], gap: float
) -> FloatArray:
    """Return two places (2, 2) drawn from their boxes (low, high), at least `gap` m apart."""
    for _ in range(200):
        pair = np.stack([rng.uniform(*first), rng.uniform(*second)])
        if np.linalg.norm(pair[0] - pair[1]) >= gap:
            return pair
    raise ValueError(f"no two places {gap} m apart in these boxes")


def _fruit_script(cast: _Cast, task: str, item: Prop, target: Prop) -> Script:
    xy = _apart(
        cast.rng,
        (np.array([0.27, 0.24]), np.array([0.35, 0.32])),
        (np.array([0.14, 0.16]), np.array([0.21, 0.23])),
        0.15,
    )
    place, goal = standing(xy[0, 0], xy[0, 1], cast.rng.uniform(-3, 3)), standing(xy[1, 0], xy[1, 1])
    heading = np.radians(cast.rng.uniform(205, 225))
    guess = _grasp_from_above(heading, place, item, 0.55, 0.042)
    aims = _around(place, item, heading, cast.rng.uniform(0.50, 0.58))
    return _pick_and_place(
        cast,
        task=task,
        item=item,
        target=target,
        place=place,
        goal=goal,
        guess=guess,
        touches=FINGERTIPS[:4],
        aims=aims,
    )


def _apple(cast: _Cast) -> Script:
    return _fruit_script(cast, "apple", catalog.apple(cast.rng), catalog.plate(cast.rng))


def _peach(cast: _Cast) -> Script:
    return _fruit_script(cast, "peach", catalog.peach(cast.rng), catalog.bowl(cast.rng))


def _toy(cast: _Cast) -> Script:
    item, target = catalog.toy(cast.rng), catalog.bowl(cast.rng)
    xy = _apart(
        cast.rng,
        (np.array([0.27, 0.24]), np.array([0.35, 0.32])),
        (np.array([0.14, 0.16]), np.array([0.21, 0.23])),
        0.15,
    )
    place, goal = standing(xy[0, 0], xy[0, 1], cast.rng.uniform(-0.4, 0.2)), standing(xy[1, 0], xy[1, 1])
    heading = np.radians(cast.rng.uniform(205, 225))
    guess = _grasp_from_above(heading, place, item, 0.55, 0.042)
    aims = _around(place, item, heading, cast.rng.uniform(0.52, 0.60))[:3]
    return _pick_and_place(
        cast,
        task="toy",
        item=item,
        target=target,
        place=place,
        goal=goal,
        guess=guess,
        touches=FINGERTIPS[:3],
        aims=aims,
    )


def _spice(cast: _Cast) -> Script:
    """Take the jar from behind, lift it, carry it to the pan and turn it over; hold it there."""
    rng = cast.rng
    item, target = catalog.jar(rng), catalog.pan(rng)
    place = standing(rng.uniform(0.17, 0.23), rng.uniform(0.21, 0.27), rng.uniform(-3, 3))
    goal = standing(rng.uniform(0.37, 0.42), rng.uniform(0.06, 0.11), rng.uniform(-0.25, 0.1))
    solid = PlacedSolid(solid=item.solid, T_frame_solid=place)
    grip = place[:3, 3] + [0, 0, item.size_m[2] * rng.uniform(0.46, 0.54)]
    R = hand_frame((-0.90, -0.28, -0.20), (0.12, 1.0, 0.35))
    posture = relaxed_posture()
    posture[:5] = [0.1, 0.30, 0.15, 0.30, 0.35]
    posture[5:] = np.ravel(
        [(0.04, 0.55, 0.75, 0.42), (0.0, 0.60, 0.78, 0.44), (-0.02, 0.65, 0.80, 0.45), (-0.04, 0.7, 0.8, 0.45)]
    )
    wrist = grip - R @ np.array([0.098, 0.000, -0.048])
    grasp = cast.touch(HandPose(T_table_hand=se3.from_parts(R, wrist), posture=posture), solid, FINGERTIPS[:4])
    away = np.array([0.8, 0.6, 0.15]) * rng.uniform(0.9, 1.1)
    before = opened(grasp, back=0.07 * away, amount=1.5)
    over = opened(grasp, back=0.012 * away, amount=1.4)
    lift = rng.uniform(0.11, 0.13)
    lifted = shifted(grasp, np.array([0.0, 0.0, lift]))
    center = place[:3, 3] + [0, 0, item.size_m[2] / 2]
    tilt = np.radians(rng.uniform(112, 126))
    axis = np.array([-0.93, -0.25, 0.0]) / np.linalg.norm([0.93, 0.25])  # pronation about the forearm's heading
    over_pan = goal[:3, 3] + [rng.uniform(-0.03, 0.01), rng.uniform(0.03, 0.06), 0.0] - place[:3, 3]
    carried = shifted(grasp, np.array([over_pan[0], over_pan[1], lift + 0.03]))
    drop = -item.size_m[2] / 2 * (1 - abs(np.cos(tilt))) + rng.uniform(0.125, 0.15)
    poured = shifted(grasp, np.array([over_pan[0], over_pan[1], drop]), -tilt * axis, center)
    moves, pace = _timed(rng, [
        (before, 0.30, 1.40, 0.35, 1.1), (over, 1.30, 0.65, 1.3, 0.5), (grasp, 1.75, 0.60, 1.75, 0.6),
        (lifted, 2.42, 0.75, 2.0, 0.3), (carried, 2.70, 1.25, 2.5, 0.3), (poured, 3.15, 1.15, 3.5, 0.3),
    ])  # fmt: skip
    return Script(
        task="spice", task_type="pour", props=(item, target), Ts_table_prop=np.stack([place, goal]),
        start=start_pose(rng), moves=moves, grasp=grasp, touches=FINGERTIPS[:4], attach_s=2.38 * pace, detach_s=None,
    )  # fmt: skip


def _push(cast: _Cast, task: str, item: Prop, place: FloatArray) -> Script:
    """Push something to the left with the backs of bent fingers; the hand stays or lets go."""
    rng = cast.rng
    solid = PlacedSolid(solid=item.solid, T_frame_solid=place)
    low = item.size_m[2] < 0.06
    side = place[:3, 3] + place[:3, 0] * item.size_m[0] / 2 + [0, rng.uniform(-0.01, 0.02), 0]
    R = hand_frame((-0.62, -0.35, -0.66 if low else -0.60), (0.5, -0.1, 0.8))
    posture = relaxed_posture()
    posture[:5] = [0.0, 0.10, 0.05, 0.15, 0.20]
    posture[5:] = np.ravel(
        [(0.0, 0.85, 0.55, 0.30), (0.0, 0.9, 0.6, 0.32), (0.0, 0.92, 0.6, 0.32), (0.0, 0.95, 0.6, 0.3)]
    )
    touches = tuple(Touch(finger=f, bone=1 if not low else 2, along=0.5, side=-1.0) for f in (1, 2, 3))
    tip = np.array([0.125, 0.0, -0.050])
    wrist = side + np.array([0.016, 0.0, item.size_m[2] * (0.8 if low else 0.5)]) - R @ tip
    grasp = cast.touch(HandPose(T_table_hand=se3.from_parts(R, wrist), posture=posture), solid, touches)
    away = np.array([1.0, 0.25, 0.35])
    before = shifted(HandPose(T_table_hand=grasp.T_table_hand, posture=relaxed_posture()), 0.085 * away)
    near = shifted(grasp, 0.022 * away)
    travel = np.array([-rng.uniform(0.16, 0.23), rng.uniform(-0.015, 0.015), 0.0])
    pushed = shifted(grasp, travel)
    goals = [
        (before, 0.30, 1.15, 0.35, 1.0), (near, 1.05, 0.60, 1.0, 0.6), (grasp, 1.45, 0.45, 1.45, 0.4),
        (pushed, 1.95, 2.05, 1.8, 0.1),
    ]  # fmt: skip
    leaves = rng.random() < 0.5
    if leaves:
        goals.append(
            (
                shifted(HandPose(T_table_hand=pushed.T_table_hand, posture=near.posture), 0.06 * away),
                4.25,
                0.7,
                4.3,
                0.4,
            )
        )
    moves, pace = _timed(rng, goals)
    return Script(
        task=task, task_type="push", props=(item,), Ts_table_prop=place[None], start=start_pose(rng), moves=moves,
        grasp=grasp, touches=touches, attach_s=1.92 * pace, detach_s=4.22 * pace if leaves else None,
    )  # fmt: skip


def _box(cast: _Cast) -> Script:
    item = catalog.tissue_box(cast.rng)
    place = standing(cast.rng.uniform(0.33, 0.38), cast.rng.uniform(0.22, 0.28), cast.rng.uniform(-0.06, 0.06))
    return _push(cast, "box", item, place)


def _book(cast: _Cast) -> Script:
    item = catalog.book(cast.rng)
    place = standing(cast.rng.uniform(0.31, 0.36), cast.rng.uniform(0.22, 0.28), cast.rng.uniform(-0.06, 0.06))
    return _push(cast, "book", item, place)


def _tray(cast: _Cast) -> Script:
    """Hook the fingers behind the right wall of the tray and pull it to the right."""
    rng = cast.rng
    item = catalog.tray(rng)
    place = standing(rng.uniform(0.13, 0.17), rng.uniform(0.24, 0.29), rng.uniform(-0.06, 0.06))
    assert isinstance(item.solid, Union)
    floor, _, board, *_ = item.solid.parts
    assert isinstance(board, PlacedSolid) and isinstance(board.solid, Box)
    # the right wall, thicker to the outside so that no finger can be pushed through it
    across, tall = board.solid.size[1:]
    thick = Box(center=(0.011, 0.0, tall / 2), size=(board.solid.size[0] + 0.022, across, tall))
    solid = Union(parts=(
        PlacedSolid(solid=thick, T_frame_solid=place @ board.T_frame_solid),
        PlacedSolid(solid=floor, T_frame_solid=place),
    ))  # fmt: skip
    wall = place[:3, 3] + place[:3, 0] * (item.size_m[0] / 2 - 0.008) + [0, rng.uniform(-0.02, 0.02), 0]
    R = hand_frame((-0.78, -0.35, -0.45), (0.35, 0.10, 0.9))
    posture = relaxed_posture()
    posture[:5] = [0.1, 0.25, 0.05, 0.20, 0.25]
    posture[5:] = np.ravel(
        [(0.0, 0.75, 0.80, 0.40), (0.0, 0.78, 0.84, 0.42), (0.0, 0.8, 0.85, 0.42), (0.0, 0.8, 0.85, 0.42)]
    )
    touches = tuple(Touch(finger=f, along=0.55) for f in (1, 2, 3))
    tip = np.array([0.122, 0.0, -0.058])
    wrist = wall + np.array([-0.008, 0.0, item.size_m[2] - 0.022]) - R @ tip
    grasp = cast.touch(HandPose(T_table_hand=se3.from_parts(R, wrist), posture=posture), solid, touches)
    above = shifted(opened(grasp, back=np.zeros(3), amount=0.6), np.array([0.035, 0.02, 0.060]))
    inside = shifted(opened(grasp, back=np.zeros(3), amount=0.15), np.array([-0.012, 0.0, 0.006]))
    travel = np.array([rng.uniform(0.16, 0.22), rng.uniform(-0.015, 0.015), 0.0])
    pulled = shifted(grasp, travel)
    loose = shifted(inside, travel)
    off = shifted(above, travel + np.array([0.03, 0.03, 0.05]))
    moves, pace = _timed(rng, [
        (above, 0.30, 1.15, 0.35, 1.0), (inside, 1.05, 0.62, 1.1, 0.5), (grasp, 1.55, 0.38, 1.5, 0.4),
        (pulled, 2.00, 2.05, 1.8, 0.1), (loose, 4.15, 0.30, 4.15, 0.3), (off, 4.38, 0.62, 4.4, 0.5),
    ])  # fmt: skip
    return Script(
        task="tray", task_type="pull", props=(item,), Ts_table_prop=place[None], start=start_pose(rng), moves=moves,
        grasp=grasp, touches=touches, attach_s=1.97 * pace, detach_s=4.12 * pace,
    )  # fmt: skip


_BUILDERS: dict[str, Callable[[_Cast], Script]] = {
    "apple": _apple, "peach": _peach, "spice": _spice, "toy": _toy, "box": _box, "book": _book, "tray": _tray,
}  # fmt: skip
TASKS = tuple(_BUILDERS)


def write_script(task: str, *, rng: Rng, skeleton: Skeleton, skin: HandSkin) -> Script:
    """Return the script of `task`, drawing sizes, places and times from `rng`; redraws what the hand cannot take.

    Raises:
        KeyError: unknown task.
        GraspError: eight draws in a row were not graspable.
    """
    builder = _BUILDERS[task]
    reason = GraspError("not tried")
    for _ in range(8):
        try:
            return _with_distractors(builder(_Cast(rng=rng, skeleton=skeleton, skin=skin)), rng)
        except GraspError as error:
            reason = error
    raise reason


def _with_distractors(script: Script, rng: Rng) -> Script:
    """Add up to two things at the far or right side of the table that take no part."""
    spots = [(0.04, 0.47), (0.10, 0.60), (0.22, 0.66)]
    rng.shuffle(spots)
    props, places = list(script.props), list(script.Ts_table_prop)
    for i in range(int(rng.integers(0, 3))):
        props.append(catalog.distractor(rng, i + 1))
        x, y = spots[i]
        places.append(standing(x + rng.uniform(-0.02, 0.02), y + rng.uniform(-0.02, 0.02), rng.uniform(-1, 1)))
    return replace(script, props=tuple(props), Ts_table_prop=np.stack(places))
