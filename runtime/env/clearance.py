"""Height of many geoms above the table at once: exact for primitives, over vertices for meshes."""

import mujoco
import numpy as np

from skillc.runtime.formats.arrays import FloatArray, IntArray


class LowestPoint:
    """The lowest z of a fixed set of geoms, for use in every control tick."""

    def __init__(self, model: mujoco.MjModel, geoms: tuple[int, ...]) -> None:
        """Sort the colliding ones of `geoms` by how their reach downwards is computed."""
        colliding = [g for g in geoms if model.geom_contype[g] or model.geom_conaffinity[g]]
        kinds = mujoco.mjtGeom

        def of(*wanted: mujoco.mjtGeom) -> IntArray:
            return np.array([g for g in colliding if int(model.geom_type[g]) in map(int, wanted)], dtype=np.int64)

        self._round = of(kinds.mjGEOM_SPHERE, kinds.mjGEOM_CAPSULE)
        self._box, self._ellipsoid = of(kinds.mjGEOM_BOX), of(kinds.mjGEOM_ELLIPSOID)
        self._cylinder, self._mesh = of(kinds.mjGEOM_CYLINDER), of(kinds.mjGEOM_MESH)
        known = sum(map(len, (self._round, self._box, self._ellipsoid, self._cylinder, self._mesh)))
        if known != len(colliding):
            raise ValueError("the hand has a geom of a type without a lowest point")
        self._size = model.geom_size.copy()
        # A sphere is a capsule without length.
        self._size[model.geom_type == int(kinds.mjGEOM_SPHERE), 1] = 0.0
        self._vertices: dict[int, FloatArray] = {}
        for geom in self._mesh:
            mesh = model.geom_dataid[geom]
            first, count = model.mesh_vertadr[mesh], model.mesh_vertnum[mesh]
            self._vertices[int(geom)] = model.mesh_vert[first : first + count].astype(np.float64)

    def z(self, data: mujoco.MjData) -> float:
        """Return the smallest z (m) in the present state; infinity without geoms."""
        centre, down, size = data.geom_xpos[:, 2], data.geom_xmat[:, 6:9], self._size
        g = self._round
        lowest = [centre[g] - size[g, 0] - np.abs(down[g, 2]) * size[g, 1]]
        g = self._box
        lowest.append(centre[g] - np.sum(np.abs(down[g]) * size[g], axis=1))
        g = self._ellipsoid
        lowest.append(centre[g] - np.linalg.norm(down[g] * size[g], axis=1))
        g = self._cylinder
        lowest.append(centre[g] - size[g, 0] * np.hypot(down[g, 0], down[g, 1]) - np.abs(down[g, 2]) * size[g, 1])
        lowest += [np.atleast_1d(centre[m] + np.min(v @ down[m])) for m, v in self._vertices.items()]
        return float(np.concatenate(lowest).min(initial=np.inf))
