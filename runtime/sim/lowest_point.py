"""Height of the lowest point of a body's geoms: exact for primitives, over vertices for meshes."""

import mujoco
import numpy as np

from skillc.runtime.formats.arrays import FloatArray


def lowest_z(model: mujoco.MjModel, geoms: tuple[int, ...], T_world_body: FloatArray) -> float:
    """Return the smallest z (m) of `geoms` (all of one body) with the body at T_world_body (4, 4)."""
    return min(_geom_lowest(model, geom, T_world_body) for geom in geoms)


def _geom_lowest(model: mujoco.MjModel, geom: int, T_world_body: FloatArray) -> float:
    R_local = np.zeros(9)
    mujoco.mju_quat2Mat(R_local, model.geom_quat[geom])
    R = T_world_body[:3, :3] @ R_local.reshape(3, 3)
    centre = T_world_body[:3, :3] @ model.geom_pos[geom] + T_world_body[:3, 3]
    size, kind, down = model.geom_size[geom], model.geom_type[geom], R[2]
    types = mujoco.mjtGeom
    if kind == types.mjGEOM_SPHERE:
        reach = size[0]
    elif kind == types.mjGEOM_ELLIPSOID:
        reach = np.linalg.norm(size * down)
    elif kind == types.mjGEOM_BOX:
        reach = float(np.abs(down) @ size)
    elif kind == types.mjGEOM_CAPSULE:
        reach = size[0] + abs(down[2]) * size[1]
    elif kind == types.mjGEOM_CYLINDER:
        reach = size[0] * np.hypot(down[0], down[1]) + abs(down[2]) * size[1]
    elif kind == types.mjGEOM_MESH:
        mesh = model.geom_dataid[geom]
        first, count = model.mesh_vertadr[mesh], model.mesh_vertnum[mesh]
        reach = -float(np.min(model.mesh_vert[first : first + count] @ down))
    else:
        raise ValueError(f"geom {geom} has type {kind}, which no twin object uses")
    return float(centre[2] - reach)
