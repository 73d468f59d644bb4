"""Forward kinematics and Jacobians of many postures at once, read from a compiled MuJoCo model.

Contact inverse kinematics, base placement and feasibility solve thousands of small problems; solving them as one
batch in numpy is what makes them cheap. The tree is read from the compiled model, so there is one definition of the
robot. Only hinge joints are supported; frames agree with `mujoco.mj_kinematics`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import mujoco
import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray, IntArray
from skillc.runtime.geometry import se3
from skillc.runtime.geometry.se3 import from_parts


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
    moves: BoolArray
    """(B, n) whether column n of q moves body b."""
    n: int
    """Number of joint columns."""

    @classmethod
    def from_model(cls, model: mujoco.MjModel, *, root: str, joints: Sequence[str], to: str | None = None) -> "Chain":
        """Read the bodies below body `root` (only those leading to body `to` if given).

        q has one column per name in `joints`; other joints stay at 0.
        """
        root_id = int(model.body(root).id)
        column = {int(model.joint(name).id): k for k, name in enumerate(joints)}
        ids = [b for b in range(model.nbody) if _below(model, b, root_id)]
        if to is not None:
            ids = [b for b in ids if _below(model, int(model.body(to).id), b)]
        index = {b: k for k, b in enumerate(ids)}
        count = len(ids)
        parent = np.full(count, -1, dtype=np.int64)
        joint = np.full(count, -1, dtype=np.int64)
        axis, anchor = np.tile([0.0, 0.0, 1.0], (count, 1)), np.zeros((count, 3))
        T_parent_body = np.tile(np.eye(4), (count, 1, 1))
        moves = np.zeros((count, len(joints)), dtype=np.bool_)
        for k, b in enumerate(ids):
            if b == root_id:
                continue
            parent[k] = index[int(model.body_parentid[b])]
            T_parent_body[k] = se3.from_quat_wxyz(model.body_quat[b], model.body_pos[b])
            moves[k] = moves[parent[k]]
            if model.body_jntnum[b] == 1:
                j = int(model.body_jntadr[b])
                if model.jnt_type[j] != mujoco.mjtJoint.mjJNT_HINGE:
                    raise ValueError(f"body {model.body(b).name!r} has a joint that is no hinge")
                axis[k], anchor[k] = model.jnt_axis[j], model.jnt_pos[j]
                joint[k] = column.get(j, -1)
                if joint[k] >= 0:
                    moves[k, joint[k]] = True
        return cls(
            names=tuple(model.body(b).name for b in ids),
            parent=parent,
            T_parent_body=T_parent_body,
            joint=joint,
            axis=axis,
            anchor=anchor,
            moves=moves,
            n=len(joints),
        )

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
        R, p = np.empty((count, size, 3, 3)), np.empty((count, size, 3))
        R[:, 0], p[:, 0] = T_root[..., :3, :3], T_root[..., :3, 3]
        for b in range(1, size):
            a = self.parent[b]
            offset = self.T_parent_body[b]
            R_b = R[:, a] @ offset[:3, :3]
            p_b = p[:, a] + R[:, a] @ offset[:3, 3]
            if self.joint[b] >= 0:
                turn = axis_rotation(self.axis[b], q[:, self.joint[b]])
                if np.any(self.anchor[b]):
                    moved = self.anchor[b] - turn @ self.anchor[b]
                    p_b = p_b + (R_b @ moved[..., None])[..., 0]
                R_b = R_b @ turn
            R[:, b], p[:, b] = R_b, p_b
        return R, p

    def transforms(self, q: FloatArray, T_root: FloatArray, body: int) -> FloatArray:
        """Return T (N, 4, 4) of one body."""
        R, p = self.forward(q, T_root)
        return from_parts(R[:, body], p[:, body])

    def jacobian(self, R: FloatArray, p: FloatArray, body: int, points: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the linear (N, 3, n) and angular (N, 3, n) Jacobian of `points` (N, 3) that move with `body`.

        Args:
            R: (N, B, 3, 3) from `forward`.
            p: (N, B, 3) from `forward`.
            body: the body the points belong to.
            points: (N, 3) in the frame of T_root.
        """
        linear, angular = np.zeros((len(p), 3, self.n)), np.zeros((len(p), 3, self.n))
        b = body
        while b > 0:
            if self.joint[b] >= 0:
                axis = R[:, b] @ self.axis[b]
                arm = points - (p[:, b] + R[:, b] @ self.anchor[b])
                linear[:, :, self.joint[b]] = np.cross(axis, arm)
                angular[:, :, self.joint[b]] = axis
            b = int(self.parent[b])
        return linear, angular


def axis_rotation(axis: FloatArray, angle: FloatArray) -> FloatArray:
    """Return rotations (N, 3, 3) by angle (N,) about one unit axis (3,)."""
    x, y, z = axis
    K = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    s, c = np.sin(angle)[:, None, None], np.cos(angle)[:, None, None]
    turned: FloatArray = np.eye(3) + s * K + (1 - c) * (K @ K)
    return turned


def _below(model: mujoco.MjModel, body: int, root: int) -> bool:
    while body > root:
        body = int(model.body_parentid[body])
    return body == root
