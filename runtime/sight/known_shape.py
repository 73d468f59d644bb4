"""An object as perception at run time knows it: points on the surface of the twin's shape, with outward normals."""

from dataclasses import dataclass
from functools import cached_property

import mujoco
import numpy as np
from scipy.spatial import cKDTree

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.files import Folder
from skillc.runtime.formats.physics import PhysicsSettings
from skillc.runtime.formats.twin import Twin
from skillc.runtime.motion.cell.surface import object_surface
from skillc.runtime.sim.variation import WorldVariation
from skillc.runtime.sim.world_parts import add_scene
from skillc.runtime.tasks.catalog import task_type

POINTS = 2000
"""ours: 3 mm apart on a tray of 0.1 m2; a cloud's noise is as large."""


@dataclass(frozen=True, kw_only=True)
class KnownShape:
    """One object of the twin."""

    name: str
    points: FloatArray
    """(K, 3) m, object frame."""
    normals: FloatArray
    """(K, 3) outward."""
    T_built: FloatArray
    """(4, 4) T_table_object in the twin: how it stood, and how high."""
    symmetric: bool
    """Its turn about its own z cannot be seen."""
    carried: bool
    """It leaves the table: what is not, keeps its height and stands upright."""

    @cached_property
    def tree(self) -> cKDTree:
        """Of the points."""
        return cKDTree(self.points)

    @cached_property
    def radius_m(self) -> float:
        """Largest horizontal distance of a point from the axis."""
        return float(np.linalg.norm(self.points[:, :2], axis=1).max())

    @cached_property
    def height_m(self) -> float:
        """Of its highest point over its origin."""
        return float(self.points[:, 2].max())


def known_shapes(twin: Twin, folder: Folder, physics: PhysicsSettings) -> tuple[KnownShape, ...]:
    """Return what a task is about of a twin whose meshes lie in `folder`; the same twin gives the same points."""
    spec = mujoco.MjSpec()
    add_scene(spec, twin, folder, physics, WorldVariation())
    model, found = spec.compile(), []
    collides = model.geom_contype | model.geom_conaffinity
    for thing in (twin.manipulated, twin.target):
        if thing is None:
            continue
        body = model.body(f"object/{thing.name}").id
        geoms = [g for g in range(model.ngeom) if model.geom_bodyid[g] == body and collides[g]]
        surface = object_surface(model, geoms, count=POINTS, rng=np.random.default_rng(0))
        found.append(
            KnownShape(
                name=thing.name,
                points=surface.points,
                normals=surface.normals,
                T_built=np.asarray(thing.T_table_object),
                carried=thing.role == "manipulated" and not task_type(twin.task_type).slides,
                symmetric=thing.symmetry == "z" and thing.shape.handle is None,
            )
        )
    return tuple(found)
