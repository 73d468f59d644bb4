"""Where the links of a robot are, and how far a joint's turn can move them: numpy alone, few calls for few postures.

The filter asks for three postures every tick, so what counts is the number of calls, not of multiplications: all links
are placed at once, each joined to an ancestor twice as far up in every round.
"""

import numpy as np

from skillc.runtime.formats.arrays import FloatArray, IntArray
from skillc.runtime.formats.collision_model import Link


class LinkTree:
    """The links of a robot with hinge joints; a parent comes before its children, the first is the root."""

    def __init__(self, links: tuple[Link, ...], T_table_root: FloatArray, joints: int) -> None:
        """Take the links, the root's pose (4, 4) and the number of joints."""
        self.parent = np.array([link.parent for link in links])
        self.joint = np.array([-1, *(link.joint for link in links[1:])])
        self.axis = np.array([link.axis for link in links], dtype=np.float64)
        self.anchor = np.where(self.joint[:, None] >= 0, [link.anchor for link in links], 0.0)
        """(L, 3) m, where its joint is in a link's frame; the frame's origin where it has none."""
        self._joints = joints
        self._turned = np.flatnonzero(self.joint >= 0)
        self._turned_by = self.joint[self._turned]
        self._still = np.stack([T_table_root, *(link.T_parent_link for link in links[1:])])
        self._sine, self._versine = self._turning_parts()
        self._rounds = _doublings(self.parent)

    def place(self, q: FloatArray) -> FloatArray:
        """Return the links' poses (N, L, 4, 4) in the table frame for postures q (N, n), rad."""
        angle = q[:, self._turned_by, None, None]
        T = np.empty((len(q), *self._still.shape))
        T[:] = self._still
        T[:, self._turned] += np.sin(angle) * self._sine + (1.0 - np.cos(angle)) * self._versine
        for links, ancestors in self._rounds:
            T[:, links] = T[:, ancestors] @ T[:, links]
        return T

    def jacobian(self, T: FloatArray, link: int, joints: IntArray) -> FloatArray:
        """Return how a link's origin and orientation move with `joints` (k,): (N, 6, k), linear rows first.

        `T` is what `place` returned.
        """
        turning = self.above(link)
        R = T[:, turning, :3, :3]
        axis = (R @ self.axis[turning, :, None])[..., 0]
        place = (R @ self.anchor[turning, :, None])[..., 0] + T[..., :3, 3][:, turning]
        lever = T[:, None, link, :3, 3] - place
        columns = np.zeros((len(T), 6, self._joints))
        x, y, z = np.moveaxis(axis, -1, 0)
        u, v, w = np.moveaxis(lever, -1, 0)
        columns[:, :, self.joint[turning]] = np.stack([y * w - z * v, z * u - x * w, x * v - y * u, x, y, z], axis=1)
        chosen: FloatArray = columns[:, :, joints]
        return chosen

    def above(self, link: int) -> IntArray:
        """Return the links whose joints move `link`: itself and its ancestors, from the link up, the fixed left out."""
        found = []
        while link >= 0:
            if self.joint[link] >= 0:
                found.append(link)
            link = int(self.parent[link])
        return np.array(found, dtype=np.int64)

    def reach(self, link: int, points: FloatArray) -> FloatArray:
        """Return (L,) how far `points` (P, 3), in a link's frame, can ever be from the joint of each link above it, m.

        Zero for links that do not carry it. A turn of that joint by x rad moves no point farther than x times this.
        """
        found = np.zeros(len(self.parent))
        far = float(np.max(np.linalg.norm(points - self.anchor[link], axis=1), initial=0.0))
        while link >= 0:
            found[link] = far
            # A joint's place does not move in its parent's frame.
            place = self._still[link, :3, :3] @ self.anchor[link] + self._still[link, :3, 3]
            link = int(self.parent[link])
            far += float(np.linalg.norm(place - self.anchor[link]))
        return found

    def per_joint(self, of_links: FloatArray) -> FloatArray:
        """Return the sums (..., n) by joint of what is given by link (..., L)."""
        turned = np.eye(self._joints)[self._turned_by]
        summed: FloatArray = of_links[..., self._turned] @ turned
        return summed

    def _turning_parts(self) -> tuple[FloatArray, FloatArray]:
        """Return by what sin and 1 - cos of its angle change each turning link's pose in its parent, (T, 4, 4) each."""
        x, y, z = self.axis[self._turned].T
        o, R = np.zeros_like(x), self._still[self._turned, :3, :3]
        cross = np.stack([np.stack([o, -z, y], -1), np.stack([z, o, -x], -1), np.stack([-y, x, o], -1)], axis=1)
        parts = []
        for turn in (R @ cross, R @ cross @ cross):
            part = np.zeros((len(x), 4, 4))
            part[:, :3, :3], part[:, :3, 3] = turn, -(turn @ self.anchor[self._turned, :, None])[..., 0]
            parts.append(part)
        return parts[0], parts[1]


def _doublings(parent: IntArray) -> list[tuple[IntArray, IntArray]]:
    """Return for every round the links still to be joined to an ancestor, and that ancestor."""
    rounds, ancestor = [], parent.copy()
    while (ancestor >= 0).any():
        links = np.flatnonzero(ancestor >= 0)
        rounds.append((links, ancestor[links]))
        ancestor[links] = ancestor[ancestor[links]]
    return rounds
