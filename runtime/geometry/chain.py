"""Forward kinematics and Jacobians of many postures at once, in numpy.

Contact inverse kinematics, base placement and feasibility solve thousands of small problems; solving them as one
batch is what makes them cheap. The safety filter asks for a few postures each tick. Only hinge joints are supported.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, kw_only=True)
class Chain:
    """Bodies below one root body; body 0 is the root itself."""

    names: tuple[str, ...]
    """(B,) body names; a parent comes before its children."""
    parent: IntArray
    """(B,) index of the parent body; -1 for the root."""
    T_parent_body: FloatArray
    """(B, 4, 4) body frame in its parent at joint angle 0; identity for the root."""
    joint: IntArray
    """(B,) column of q that turns this body, -1 if fixed to its parent."""
    axis: FloatArray
    """(B, 3) unit joint axis in the body frame."""
    anchor: FloatArray
    """(B, 3) m, joint position in the body frame."""
    n: int
    """Number of joint columns."""

    @cached_property
    def moves(self) -> BoolArray:
        """(B, n) whether column n of q moves body b."""
        moves = np.zeros((len(self.names), self.n), dtype=np.bool_)
        for b in range(1, len(self.names)):
            moves[b] = moves[self.parent[b]]
            if self.joint[b] >= 0:
                moves[b, self.joint[b]] = True
        return moves

    @cached_property
    def _generations(self) -> tuple[IntArray, ...]:
        """Bodies by their distance from the root, which are placed at once."""
        depth = np.zeros(len(self.names), dtype=np.int64)
        for b in range(1, len(depth)):
            depth[b] = depth[self.parent[b]] + 1
        return tuple(np.flatnonzero(depth == d) for d in range(1, int(depth.max(initial=0)) + 1))

    @cached_property
    def _cross(self) -> tuple[FloatArray, FloatArray]:
        """(B, 3, 3) cross product with each axis, and that twice; zero where no joint turns the body."""
        x, y, z = np.where(self.joint[:, None] >= 0, self.axis, 0.0).T
        o = np.zeros_like(x)
        K = np.stack([np.stack([o, -z, y], -1), np.stack([z, o, -x], -1), np.stack([-y, x, o], -1)], axis=1)
        return K, K @ K

    def body(self, name: str) -> int:
        """Return the index of body `name`; ValueError if it is not in the chain."""
        return self.names.index(name)

    def forward(self, q: FloatArray, T_root: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return rotations (N, B, 3, 3) and positions (N, B, 3) in the frame of T_root.

        Args:
            q: (N, n) rad.
            T_root: (4, 4) or (N, 4, 4) pose of the root body.
        """
        count, size = q.shape[0], len(self.names)
        angle = np.where(self.joint >= 0, q[:, self.joint], 0.0)[..., None, None]
        once, twice = self._cross
        turn = np.eye(3) + np.sin(angle) * once + (1.0 - np.cos(angle)) * twice
        offset = self.T_parent_body[:, :3, :3]
        local_R = offset @ turn
        local_p = self.T_parent_body[:, :3, 3] + ((offset - local_R) @ self.anchor[..., None])[..., 0]
        R, p = np.empty((count, size, 3, 3)), np.empty((count, size, 3))
        R[:, 0], p[:, 0] = T_root[..., :3, :3], T_root[..., :3, 3]
        for bodies in self._generations:
            R_parent, p_parent = R[:, self.parent[bodies]], p[:, self.parent[bodies]]
            R[:, bodies] = R_parent @ local_R[:, bodies]
            p[:, bodies] = p_parent + (R_parent @ local_p[:, bodies, :, None])[..., 0]
        return R, p

    def transforms(self, q: FloatArray, T_root: FloatArray, body: int) -> FloatArray:
        """Return T (N, 4, 4) of one body."""
        R, p = self.forward(q, T_root)
        T = np.zeros((len(q), 4, 4))
        T[:, :3, :3], T[:, :3, 3], T[:, 3, 3] = R[:, body], p[:, body], 1.0
        return T

    def jacobian(self, R: FloatArray, p: FloatArray, body: int, points: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the linear (N, 3, n) and angular (N, 3, n) Jacobian of `points` (N, 3) that move with `body`.

        Args:
            R: (N, B, 3, 3) from `forward`.
            p: (N, B, 3) from `forward`.
            body: the body the points belong to.
            points: (N, 3) in the frame of T_root.
        """
        linear, angular = np.zeros((len(p), 3, self.n)), np.zeros((len(p), 3, self.n))
        turning = self._turning(body)
        axis = (R[:, turning] @ self.axis[turning, :, None])[..., 0]
        place = p[:, turning] + (R[:, turning] @ self.anchor[turning, :, None])[..., 0]
        linear[:, :, self.joint[turning]] = np.swapaxes(np.cross(axis, points[:, None] - place), 1, 2)
        angular[:, :, self.joint[turning]] = np.swapaxes(axis, 1, 2)
        return linear, angular

    def _turning(self, body: int) -> list[int]:
        """Return the bodies from `body` up whose joints move it."""
        found, b = [], body
        while b > 0:
            if self.joint[b] >= 0:
                found.append(b)
            b = int(self.parent[b])
        return found
