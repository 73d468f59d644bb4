"""The bones of a right human hand and their forward kinematics.

Hand frame: origin at the wrist, x towards the fingers, z out of the back of the hand, y towards the thumb.
Bone lengths: Buryanov & Kotiuk, "Proportions of Hand Segments", Int. J. Morphol. 28(3), 2010 (mean bone lengths and
soft tissue at the tips); palm breadth and wrist-to-knuckle distance from hand length 189 mm and breadth 84 mm (adult
male median, DIN 33402-2). Where the joints lie across the palm, their resting directions and the rolls of the finger
planes are ours: set so that curling fingers converge on the base of the thumb as living hands do.
"""

from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from skillc.runtime.formats.arrays import FloatArray

FINGERS = ("thumb", "index", "middle", "ring", "little")
BONES = ("forearm", "hand", *(f"{finger}{i}" for finger in FINGERS for i in range(3)))
"""forearm, hand, then three bones per finger from the palm to the tip."""
POSTURE_SIZE = 21
"""Thumb: rotation vector at its base (3), knuckle flexion, tip flexion. Other fingers: spread and three flexions."""


@dataclass(frozen=True, kw_only=True)
class Skeleton:
    """Bone lengths and joint places of one hand."""

    bases: FloatArray
    """(5, 3) m, hand frame: the thumb's saddle joint and the four knuckles."""
    lengths: FloatArray
    """(5, 3) m; the last reaches the end of the soft tissue."""
    R_bases: FloatArray
    """(5, 3, 3) rest directions: x along the first bone, z on the nail's side."""
    scale: float
    """Size of this hand relative to the mean."""


def make_skeleton(scale: float) -> Skeleton:
    """Return the mean hand scaled by `scale`."""
    bases = np.array([
        [0.026, 0.022, -0.010], [0.0930, 0.0255, 0.001], [0.0950, 0.0030, 0.003], [0.0885, -0.0170, 0.000],
        [0.0790, -0.0345, -0.006],
    ])  # fmt: skip
    lengths = np.array([
        [0.0462, 0.0316, 0.0273], [0.0398, 0.0224, 0.0197], [0.0446, 0.0263, 0.0214], [0.0414, 0.0257, 0.0213],
        [0.0327, 0.0181, 0.0197],
    ])  # fmt: skip
    thumb_x = np.array([0.66, 0.62, -0.42])
    thumb_z = np.array([-0.25, 0.72, 0.52])
    thumb_x /= np.linalg.norm(thumb_x)
    thumb_z -= thumb_z @ thumb_x * thumb_x
    thumb_z /= np.linalg.norm(thumb_z)
    R_thumb = np.stack([thumb_x, np.cross(thumb_z, thumb_x), thumb_z], axis=-1)
    # spread about z, then roll about the finger's axis: positive z turns towards the thumb
    spread_roll_deg = [(6, -6), (0, 0), (-6, 8), (-14, 16)]
    R_fingers = [Rotation.from_euler("ZX", angles, degrees=True).as_matrix() for angles in spread_roll_deg]
    return Skeleton(bases=bases * scale, lengths=lengths * scale, R_bases=np.stack([R_thumb, *R_fingers]), scale=scale)


def bone_poses(skeleton: Skeleton, posture: FloatArray) -> FloatArray:
    """Return T_hand_bone (15, 4, 4) of the finger bones in the order of BONES[2:].

    `posture` (21,) in radians: thumb base rotation vector in its rest frame, thumb knuckle and tip flexion; then per
    finger spread (towards the thumb), knuckle, middle and end flexion. Each frame sits at the bone's start, x along it.
    """
    Ts = np.zeros((15, 4, 4))
    Ts[:, 3, 3] = 1.0
    for f in range(5):
        if f == 0:
            R_base = Rotation.from_rotvec(posture[:3]).as_matrix()
            flexions = [0.0, posture[3], posture[4]]
        else:
            spread, *flexions = posture[5 + 4 * (f - 1) : 9 + 4 * (f - 1)]
            R_base = _about_z(spread)
        R = skeleton.R_bases[f] @ R_base
        p = skeleton.bases[f].copy()
        for i in range(3):
            R = R @ _about_y(flexions[i])
            Ts[3 * f + i, :3, :3], Ts[3 * f + i, :3, 3] = R, p
            p = p + R[:, 0] * skeleton.lengths[f, i]
    return Ts


def joint_positions(skeleton: Skeleton, Ts_hand_bone: FloatArray, tip_inset: float = 0.005) -> FloatArray:
    """Return the joints (21, 3), hand frame, MediaPipe/MANO order; tips lie `tip_inset` m inside the finger's end."""
    joints = np.zeros((21, 3))
    for f in range(5):
        for i in range(3):
            joints[1 + 4 * f + i] = Ts_hand_bone[3 * f + i, :3, 3]
        end = Ts_hand_bone[3 * f + 2]
        joints[4 + 4 * f] = end[:3, 3] + end[:3, 0] * (skeleton.lengths[f, 2] - tip_inset)
    return joints


def relaxed_posture() -> FloatArray:
    """Return a loosely open hand (21,)."""
    fingers = [(0.0, 0.35, 0.40, 0.22), (0.0, 0.38, 0.45, 0.25), (0.0, 0.42, 0.48, 0.26), (0.0, 0.42, 0.48, 0.26)]
    return np.array([0.0, 0.05, 0.0, 0.15, 0.20, *np.ravel(fingers)])


def rest_posture() -> FloatArray:
    """Return the posture in which the skin is modelled (21,): straight but not stretched, fingers apart."""
    fingers = [(0.07, 0.12, 0.18, 0.12), (0.0, 0.12, 0.18, 0.12), (-0.05, 0.12, 0.18, 0.12), (-0.12, 0.12, 0.18, 0.12)]
    return np.array([0.0, 0.0, 0.15, 0.10, 0.12, *np.ravel(fingers)])


def posture_limits() -> tuple[FloatArray, FloatArray]:
    """Return lower and upper bounds (21,), rad: common active ranges of healthy hands, a little inside them."""
    lower = np.array([-0.9, -0.7, -0.8, -0.2, -0.25, *([-0.35, -0.35, 0.0, -0.05] * 4)])
    upper = np.array([0.9, 0.7, 0.8, 0.95, 1.2, *([0.35, 1.5, 1.75, 1.15] * 4)])
    return lower, upper


def _about_y(angle: float) -> FloatArray:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])


def _about_z(angle: float) -> FloatArray:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
