"""Scripts in which something is slid over the table."""

import numpy as np

from skillc.runtime.demonstrator import catalog
from skillc.runtime.demonstrator.grasping import HandPose, Touch, hand_frame
from skillc.runtime.demonstrator.hand_skeleton import relaxed_posture
from skillc.runtime.demonstrator.props import Prop
from skillc.runtime.demonstrator.script import Cast, Script
from skillc.runtime.demonstrator.script_moves import opened, shifted, standing, start_pose, timed
from skillc.runtime.demonstrator.solids import Box, PlacedSolid, Union
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.geometry import se3


def _push(cast: Cast, task: str, item: Prop, place: FloatArray) -> Script:
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
    moves, pace = timed(rng, goals)
    return Script(
        task=task, task_type="push", props=(item,), Ts_table_prop=place[None], start=start_pose(rng), moves=moves,
        grasp=grasp, touches=touches, attach_s=1.92 * pace, detach_s=4.22 * pace if leaves else None,
    )  # fmt: skip


def box_script(cast: Cast) -> Script:
    """Push a tissue box."""
    item = catalog.tissue_box(cast.rng)
    place = standing(cast.rng.uniform(0.33, 0.38), cast.rng.uniform(0.22, 0.28), cast.rng.uniform(-0.06, 0.06))
    return _push(cast, "box", item, place)


def book_script(cast: Cast) -> Script:
    """Push a book."""
    item = catalog.book(cast.rng)
    place = standing(cast.rng.uniform(0.31, 0.36), cast.rng.uniform(0.22, 0.28), cast.rng.uniform(-0.06, 0.06))
    return _push(cast, "book", item, place)


def tray_script(cast: Cast) -> Script:
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
    moves, pace = timed(rng, [
        (above, 0.30, 1.15, 0.35, 1.0), (inside, 1.05, 0.62, 1.1, 0.5), (grasp, 1.55, 0.38, 1.5, 0.4),
        (pulled, 2.00, 2.05, 1.8, 0.1), (loose, 4.15, 0.30, 4.15, 0.3), (off, 4.38, 0.62, 4.4, 0.5),
    ])  # fmt: skip
    return Script(
        task="tray", task_type="pull", props=(item,), Ts_table_prop=place[None], start=start_pose(rng), moves=moves,
        grasp=grasp, touches=touches, attach_s=1.97 * pace, detach_s=4.12 * pace,
    )  # fmt: skip
