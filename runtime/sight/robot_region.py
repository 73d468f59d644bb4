"""Which points of a cloud are the robot's own, by the capsules around its links and the joints as they were read."""

import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray
from skillc.runtime.formats.collision_model import CollisionModel
from skillc.runtime.safety.body import RobotBody
from skillc.runtime.safety.posture import LinkTree

MARGIN_M = 0.006
"""ours: depth noise at a metre, twice; more would cut into what the hand holds."""


class RobotRegion:
    """A robot whose links are known; immutable."""

    def __init__(self, model: CollisionModel) -> None:
        """Take the capsules of a contract's body."""
        self._body = RobotBody(model)
        self._radius = np.array([capsule.radius for capsule in model.capsules])
        self._tree = LinkTree(model.links, model.T_table_root, len(model.joint_names))
        self._hand = model.hand_link

    def holds(self, points: FloatArray, q: FloatArray) -> BoolArray:
        """Return which points (N, 3), table frame, are the robot's at q (n,) rad."""
        inside = np.zeros(len(points), dtype=np.bool_)
        for (start, end), radius in zip(self._body.capsule_ends(q[None])[0], self._radius):
            along = end - start
            at = (points - start) @ along / max(float(along @ along), 1e-12)
            gap = points - start - np.clip(at, 0.0, 1.0)[:, None] * along
            inside |= np.einsum("ij,ij->i", gap, gap) < (radius + MARGIN_M) ** 2
        return inside

    def hand_pose(self, q: FloatArray) -> FloatArray:
        """Return T_table_hand (4, 4) at q (n,) rad."""
        return np.asarray(self._tree.place(q[None])[0, self._hand])
