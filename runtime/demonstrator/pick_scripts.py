"""Scripts in which something is picked up."""

import numpy as np

from skillc.runtime.demonstrator import catalog
from skillc.runtime.demonstrator.grasping import HandPose, hand_frame
from skillc.runtime.demonstrator.hand_skeleton import relaxed_posture
from skillc.runtime.demonstrator.props import Prop
from skillc.runtime.demonstrator.script import FINGERTIPS, Cast, Script
from skillc.runtime.demonstrator.script_moves import (
    around,
    grasp_from_above,
    opened,
    pick_and_place,
    places_apart,
    shifted,
    standing,
    start_pose,
    timed,
)
from skillc.runtime.demonstrator.solids import PlacedSolid
from skillc.runtime.geometry import se3


def _fruit_script(cast: Cast, task: str, item: Prop, target: Prop) -> Script:
    xy = places_apart(
        cast.rng,
        (np.array([0.27, 0.24]), np.array([0.35, 0.32])),
        (np.array([0.14, 0.16]), np.array([0.21, 0.23])),
        0.15,
    )
    place, goal = standing(xy[0, 0], xy[0, 1], cast.rng.uniform(-3, 3)), standing(xy[1, 0], xy[1, 1])
    heading = np.radians(cast.rng.uniform(205, 225))
    guess = grasp_from_above(heading, place, item, 0.55, 0.042)
    aims = around(place, item, heading, cast.rng.uniform(0.50, 0.58))
    return pick_and_place(
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


def apple_script(cast: Cast) -> Script:
    """Put an apple onto a plate."""
    return _fruit_script(cast, "apple", catalog.apple(cast.rng), catalog.plate(cast.rng))


def peach_script(cast: Cast) -> Script:
    """Put a peach into a bowl."""
    return _fruit_script(cast, "peach", catalog.peach(cast.rng), catalog.bowl(cast.rng))


def toy_script(cast: Cast) -> Script:
    """Put a toy into a bowl."""
    item, target = catalog.toy(cast.rng), catalog.bowl(cast.rng)
    xy = places_apart(
        cast.rng,
        (np.array([0.27, 0.24]), np.array([0.35, 0.32])),
        (np.array([0.14, 0.16]), np.array([0.21, 0.23])),
        0.15,
    )
    place, goal = standing(xy[0, 0], xy[0, 1], cast.rng.uniform(-0.4, 0.2)), standing(xy[1, 0], xy[1, 1])
    heading = np.radians(cast.rng.uniform(205, 225))
    guess = grasp_from_above(heading, place, item, 0.55, 0.042)
    aims = around(place, item, heading, cast.rng.uniform(0.52, 0.60))[:3]
    return pick_and_place(
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


def spice_script(cast: Cast) -> Script:
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
    moves, pace = timed(rng, [
        (before, 0.30, 1.40, 0.35, 1.1), (over, 1.30, 0.65, 1.3, 0.5), (grasp, 1.75, 0.60, 1.75, 0.6),
        (lifted, 2.42, 0.75, 2.0, 0.3), (carried, 2.70, 1.25, 2.5, 0.3), (poured, 3.15, 1.15, 3.5, 0.3),
    ])  # fmt: skip
    return Script(
        task="spice", task_type="pour", props=(item, target), Ts_table_prop=np.stack([place, goal]),
        start=start_pose(rng), moves=moves, grasp=grasp, touches=FINGERTIPS[:4], attach_s=2.38 * pace, detach_s=None,
    )  # fmt: skip
