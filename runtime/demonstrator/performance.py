"""A script performed: hand bones and object poses at every frame, and when what happened."""

from dataclasses import dataclass

import numpy as np

from skillc.runtime.demonstrator.grasping import HandPose, all_bones
from skillc.runtime.demonstrator.hand_skeleton import Skeleton, bone_poses, joint_positions
from skillc.runtime.demonstrator.hand_skin import FOREARM_LENGTH, HandSkin
from skillc.runtime.demonstrator.movement import forearm_pose, perform
from skillc.runtime.demonstrator.script import DURATION_S, Script
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.keyframes import KeyframeConfidence, Keyframes
from skillc.runtime.geometry import se3
from skillc.runtime.tasks.catalog import task_type

FPS = 30.0
SHOULDER = np.array([0.98, 0.52, 0.42])
"""m, table frame: the demonstrator stands at the right side of the table."""
MOVED, LIFTED, AT_REST, NEAR_SUPPORT, TOUCHING = 0.001, 0.001, 0.005, 0.03, 0.002
"""m: displacement that counts as motion, gap that counts as off the support, remaining travel that counts as rest
(the paper's finish-frame tolerance, D.2.4), height of detachment (LANGUAGE), and gap that counts as touching."""


@dataclass(frozen=True, kw_only=True)
class Performance:
    """What happens in each of T frames, table frame."""

    time_s: FloatArray
    """(T,)."""
    hand: tuple[HandPose, ...]
    """(T,)."""
    Ts_bone: FloatArray
    """(T, 17, 4, 4)."""
    joints: FloatArray
    """(T, 21, 3) m."""
    Ts_prop: FloatArray
    """(T, P, 4, 4)."""
    keyframes: Keyframes


def perform_script(script: Script, skeleton: Skeleton, skin: HandSkin, fps: float = FPS) -> Performance:
    """Play `script` at `fps` Hz for five seconds."""
    time_s = np.arange(round(DURATION_S * fps)) / fps
    hand = perform(script.start, script.moves, time_s)
    T_hand_object = se3.inverse(script.grasp.T_table_hand) @ script.Ts_table_prop[0]
    Ts_prop = np.tile(script.Ts_table_prop, (len(time_s), 1, 1, 1))
    for i, t in enumerate(time_s):
        held = t >= script.attach_s and (script.detach_s is None or t < script.detach_s)
        if held:
            Ts_prop[i, 0] = hand[i].T_table_hand @ T_hand_object
        elif i and t >= script.attach_s:
            Ts_prop[i, 0] = Ts_prop[i - 1, 0]
    length = FOREARM_LENGTH * skeleton.scale
    Ts_bone = np.stack(
        [all_bones(skeleton, h, forearm_pose(h.T_table_hand, SHOULDER, length, bend_limit=0.7)) for h in hand]
    )
    joints = np.stack(
        [se3.apply(h.T_table_hand, joint_positions(skeleton, bone_poses(skeleton, h.posture))) for h in hand]
    )
    keyframes = _keyframes(script, skin, Ts_bone, Ts_prop, fps)
    return Performance(time_s=time_s, hand=hand, Ts_bone=Ts_bone, joints=joints, Ts_prop=Ts_prop, keyframes=keyframes)


def _keyframes(script: Script, skin: HandSkin, Ts_bone: FloatArray, Ts_prop: FloatArray, fps: float) -> Keyframes:
    """Read the true keyframes off the motion (LANGUAGE's definitions)."""
    item = script.props[0]
    points = item.surface_points()
    Ts = Ts_prop[:, 0]
    travelled = np.linalg.norm(Ts[:, :3, 3] - Ts[0, :3, 3], axis=1)
    turned = np.array([se3.rotation_angle(Ts[0], T) for T in Ts])
    contact = int(np.argmax((travelled > MOVED) | (turned > 0.02)))
    left = np.linalg.norm(Ts[:, :3, 3] - Ts[-1, :3, 3], axis=1)
    left_turn = np.array([se3.rotation_angle(Ts[-1], T) for T in Ts])
    still = (left < AT_REST) & (left_turn < 0.05)
    interaction = int(len(still) - np.argmin(still[::-1])) if not still.all() else contact
    lowest = np.array([se3.apply(T, points)[:, 2].min() for T in Ts])
    task = task_type(script.task_type)
    lift = int(np.argmax(lowest > lowest[0] + LIFTED)) if task.lifts else None
    detachment = None
    if task.lifts:
        support = 0.0 if task.holds_to_the_end else float(lowest[-1])
        low = np.flatnonzero((np.arange(len(Ts)) > interaction) & (lowest - support < NEAR_SUPPORT))
        detachment = int(low[0]) if len(low) else None
    release = None
    if script.detach_s is not None:
        near = skin.weights[:, 2:].max(axis=1) > 0.5
        for i in range(interaction, len(Ts)):
            local = se3.apply(se3.inverse(Ts[i]), skin.posed(Ts_bone[i])[near])
            if float(item.solid.distance(local).min()) > TOUCHING:
                release = i
                break
    sure = KeyframeConfidence(
        contact=1.0, lift=float(lift is not None), interaction=1.0, detachment=float(detachment is not None),
        release=float(release is not None),
    )  # fmt: skip
    return Keyframes(
        contact=contact, lift=lift, interaction=interaction, detachment=detachment, release=release, confidence=sure,
        fps=fps,
    )  # fmt: skip
