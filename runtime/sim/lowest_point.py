"""Height of the lowest point of a body's geoms: exact for primitives, over vertices for meshes."""

import mujoco
import numpy as np

from skillc.runtime.formats.arrays import FloatArray

_KINDS = mujoco.mjtGeom


class BodyOutline:
    """The geoms of one body, as points and what stands out around them, all in the body's frame."""

    def __init__(self, model: mujoco.MjModel, geoms: tuple[int, ...]) -> None:
        """Take `geoms`, all of one body.

        Raises:
            ValueError: a geom has a shape that no twin object has.
        """
        parts = [_outline(model, geom) for geom in geoms]
        self._points = np.concatenate([points for points, _, _ in parts])
        """(P, 3) m."""
        self._ball = np.concatenate([np.full(len(points), ball) for points, ball, _ in parts])
        """(P,) m, radius of the ball around each."""
        self._half_axes = np.concatenate([np.tile(axes, (len(points), 1, 1)) for points, _, axes in parts])
        """(P, 3, 3) m, columns: half axes of the ellipsoid (or disc) around each."""

    def height(self, T_world_body: FloatArray) -> float:
        """Return the smallest z (m) with the body at T_world_body (4, 4)."""
        down = T_world_body[2, :3]
        reach = np.sqrt(np.square(down @ self._half_axes).sum(axis=1)) + self._ball
        return float((self._points @ down - reach).min() + T_world_body[2, 3])


def lowest_z(model: mujoco.MjModel, geoms: tuple[int, ...], T_world_body: FloatArray) -> float:
    """Return the smallest z (m) of `geoms` (all of one body) with the body at T_world_body (4, 4)."""
    return BodyOutline(model, geoms).height(T_world_body)


def _outline(model: mujoco.MjModel, geom: int) -> tuple[FloatArray, float, FloatArray]:
    """Return points (P, 3) of a geom in its body's frame; around each of them a ball and an ellipsoid's half axes."""
    turn = np.zeros(9)
    mujoco.mju_quat2Mat(turn, model.geom_quat[geom])
    R, size, kind = turn.reshape(3, 3), model.geom_size[geom], model.geom_type[geom]
    points, ball, axes = np.zeros((1, 3)), 0.0, np.zeros(3)
    if kind == _KINDS.mjGEOM_SPHERE:
        ball = float(size[0])
    elif kind == _KINDS.mjGEOM_ELLIPSOID:
        axes = size
    elif kind == _KINDS.mjGEOM_BOX:
        points = size * np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])
    elif kind == _KINDS.mjGEOM_CAPSULE:
        points, ball = size[1] * np.array([[0.0, 0.0, -1.0], [0.0, 0.0, 1.0]]), float(size[0])
    elif kind == _KINDS.mjGEOM_CYLINDER:
        points, axes = size[1] * np.array([[0.0, 0.0, -1.0], [0.0, 0.0, 1.0]]), np.array([size[0], size[0], 0.0])
    elif kind == _KINDS.mjGEOM_MESH:
        mesh = model.geom_dataid[geom]
        first, count = model.mesh_vertadr[mesh], model.mesh_vertnum[mesh]
        points = np.asarray(model.mesh_vert[first : first + count], dtype=np.float64)
    else:
        raise ValueError(f"geom {geom} has type {kind}, which no twin object uses")
    return points @ R.T + model.geom_pos[geom], ball, R * axes
