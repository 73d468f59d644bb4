"""The points of a twin object whose projection's convex hull is its outline."""

from pathlib import Path

import numpy as np
from scipy.spatial import ConvexHull

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.twin import TwinObject
from skillc.runtime.sim.twin_export import surface


def outline_points(thing: TwinObject, folder: Path) -> FloatArray:
    """Return hull vertices (N, 3) in the object frame.

    Args:
        thing: Twin object.
        folder: Where the twin's mesh files lie.
    """
    if thing.shape.kind in ("convex", "mesh"):
        files = thing.shape.parts or ((thing.shape.mesh,) if thing.shape.mesh else ())
        vertices = np.concatenate([read_obj_vertices(folder / file) for file in files])
    else:
        vertices = surface(thing)[0]
    hull: FloatArray = vertices[ConvexHull(vertices).vertices]
    return hull


def read_obj_vertices(path: Path) -> FloatArray:
    """Return the vertices (N, 3) of a Wavefront OBJ file."""
    rows = [line.split()[1:4] for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("v ")]
    return np.asarray(rows, dtype=np.float64)
