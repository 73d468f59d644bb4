"""The kinematic tree of a compiled model, so that there is one definition of the robot."""

from collections.abc import Sequence

import mujoco
import numpy as np

from skillc.runtime.geometry import se3
from skillc.runtime.geometry.chain import Chain


def read_chain(model: mujoco.MjModel, *, root: str, joints: Sequence[str], to: str | None = None) -> Chain:
    """Read the bodies below body `root` (only those leading to body `to` if given); frames are MuJoCo's.

    q has one column per name in `joints`; other joints stay at 0.

    Raises:
        ValueError: a body has a joint that is no hinge, or several.
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
    for k, b in enumerate(ids):
        if b == root_id:
            continue
        parent[k] = index[int(model.body_parentid[b])]
        T_parent_body[k] = se3.from_quat_wxyz(model.body_quat[b], model.body_pos[b])
        if model.body_jntnum[b] > 1:
            raise ValueError(f"body {model.body(b).name!r} has several joints")
        if model.body_jntnum[b] == 1:
            j = int(model.body_jntadr[b])
            if model.jnt_type[j] != mujoco.mjtJoint.mjJNT_HINGE:
                raise ValueError(f"body {model.body(b).name!r} has a joint that is no hinge")
            axis[k], anchor[k] = model.jnt_axis[j], model.jnt_pos[j]
            joint[k] = column.get(j, -1)
    return Chain(
        names=tuple(model.body(b).name for b in ids),
        parent=parent,
        T_parent_body=T_parent_body,
        joint=joint,
        axis=axis,
        anchor=anchor,
        n=len(joints),
    )


def _below(model: mujoco.MjModel, body: int, root: int) -> bool:
    while body > root:
        body = int(model.body_parentid[body])
    return body == root
