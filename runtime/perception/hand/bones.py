"""The skeleton behind the 21 landmarks: which joint hangs on which, and how long its bones are."""

import numpy as np

from skillc.runtime.formats.arrays import FloatArray

PARENT = (0, 0, 1, 2, 3, 0, 5, 6, 7, 0, 9, 10, 11, 0, 13, 14, 15, 0, 17, 18, 19)
"""Joint -> the joint towards the wrist; the wrist is its own parent."""
PALM = (0, 1, 5, 9, 13, 17)
"""Wrist, thumb base and the four knuckles: they move little against each other."""
KNUCKLES = (5, 9, 13, 17)
TIPS = (4, 8, 12, 16, 20)
"""Thumb, index, middle, ring, little."""

BONE_SHARES = np.array(
    [
        [0.217, 0.179, 0.174, 0.173],
        [0.519, 0.174, 0.120, 0.147],
        [0.525, 0.194, 0.139, 0.142],
        [0.492, 0.168, 0.138, 0.138],
        [0.457, 0.121, 0.116, 0.104],
    ]
).ravel()
"""(20,) length of the bone to joint 1..20 as a share of wrist to middle fingertip along the bones. Ours: mean of two
real hands as a mesh model and a landmark model saw them; they differ by 8 % (root mean square)."""

PALM_PAIRS = ((1, 5), (1, 17), (5, 9), (9, 13), (13, 17), (5, 13), (9, 17), (5, 17))
"""Joints of the palm whose distances hardly change."""
PALM_SHARES = np.array([0.370, 0.452, 0.141, 0.137, 0.123, 0.262, 0.255, 0.365])
"""Their distances as shares of the hand's length, from the same two hands."""


def bone_vectors(joints: FloatArray) -> FloatArray:
    """Return the vectors (..., 20, 3) from each joint's parent to it, for joints (..., 21, 3)."""
    return joints[..., 1:, :] - joints[..., PARENT[1:], :]


def with_lengths(joints: FloatArray, lengths_m: FloatArray) -> FloatArray:
    """Return joints (..., 21, 3) with bones of the given lengths (20,), directions and wrist kept."""
    bones = bone_vectors(joints)
    bones = bones / np.maximum(np.linalg.norm(bones, axis=-1, keepdims=True), 1e-9) * lengths_m[:, None]
    moved = joints.copy()
    for joint in range(1, 21):
        moved[..., joint, :] = moved[..., PARENT[joint], :] + bones[..., joint - 1, :]
    return moved
