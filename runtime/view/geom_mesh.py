"""The surface of a MuJoCo geom as a triangle mesh, in the geom's frame."""

from typing import Any

import mujoco
import numpy as np
import trimesh

TABLE_CAP_M = 2.0
"""A plane is drawn as a square of this half width."""


def geom_mesh(model: mujoco.MjModel, geom: int) -> Any:
    """Return the mesh of `geom`, or None for a type that has no surface to draw."""
    kind, size, types = model.geom_type[geom], model.geom_size[geom], mujoco.mjtGeom
    if kind == types.mjGEOM_PLANE:
        return trimesh.creation.box(extents=(2 * TABLE_CAP_M, 2 * TABLE_CAP_M, 0.001))
    if kind == types.mjGEOM_BOX:
        return trimesh.creation.box(extents=2 * size)
    if kind == types.mjGEOM_SPHERE:
        return trimesh.creation.icosphere(subdivisions=3, radius=size[0])
    if kind == types.mjGEOM_ELLIPSOID:
        ball = trimesh.creation.icosphere(subdivisions=3, radius=1.0)
        return trimesh.Trimesh(ball.vertices * size, ball.faces)
    if kind == types.mjGEOM_CYLINDER:
        return trimesh.creation.cylinder(radius=size[0], height=2 * size[1])
    if kind == types.mjGEOM_CAPSULE:
        return trimesh.creation.capsule(radius=size[0], height=2 * size[1])
    if kind == types.mjGEOM_MESH:
        mesh = model.geom_dataid[geom]
        v, f = model.mesh_vertadr[mesh], model.mesh_faceadr[mesh]
        vertices = model.mesh_vert[v : v + model.mesh_vertnum[mesh]]
        return trimesh.Trimesh(np.array(vertices), np.array(model.mesh_face[f : f + model.mesh_facenum[mesh]]))
    return None
