"""The points of a twin object whose projection's convex hull is its outline."""

from pathlib import Path

from scipy.spatial import ConvexHull

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.twin import TwinObject
from skillc.runtime.sim.twin_export import read_surface


def outline_points(thing: TwinObject, folder: Path) -> FloatArray:
    """Return hull vertices (N, 3) in the object frame.

    Args:
        thing: Twin object.
        folder: Where the twin's mesh files lie.
    """
    vertices = read_surface(thing, folder)[0]
    hull: FloatArray = vertices[ConvexHull(vertices).vertices]
    return hull
