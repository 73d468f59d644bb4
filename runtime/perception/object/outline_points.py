"""The points of a twin object whose projections' convex hulls are its outline."""

from dataclasses import replace
from pathlib import Path

from scipy.spatial import ConvexHull

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.twin import TwinObject
from skillc.runtime.sim.twin_export import read_surface


def outline_parts(thing: TwinObject, folder: Path) -> tuple[FloatArray, ...]:
    """Return hull vertices (N, 3) of every convex part, its handle among them, in the object frame.

    Args:
        thing: Twin object.
        folder: Where the twin's mesh files lie.
    """
    shape = thing.shape
    if shape.kind in ("convex", "mesh") and shape.parts:
        parts = [read_surface(replace(thing, shape=replace(shape, mesh=part)), folder)[0] for part in shape.parts]
    else:
        parts = [read_surface(thing, folder)[0]]
    bar = () if shape.handle is None else (shape.handle.corners(),)
    return (*(part[ConvexHull(part).vertices] for part in parts), *bar)


def outline_points(thing: TwinObject, folder: Path) -> FloatArray:
    """Return hull vertices (N, 3) in the object frame.

    Args:
        thing: Twin object.
        folder: Where the twin's mesh files lie.
    """
    vertices = read_surface(thing, folder)[0]
    hull: FloatArray = vertices[ConvexHull(vertices).vertices]
    return hull
