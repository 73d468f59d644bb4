"""The box that stands for an obstacle of which too little is seen to fit a shape."""

from collections.abc import Sequence

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.scene import SceneObject
from skillc.runtime.formats.twin import Shape, TwinObject
from skillc.runtime.perception.shape.carved_hull import prism_from_outline
from skillc.runtime.perception.shape.mass_properties import mass_properties
from skillc.runtime.perception.shape.materials import MaterialTable
from skillc.runtime.perception.shape.object_view import ObjectView
from skillc.runtime.perception.shape.placed_body import Body

UNSEEN_SIGMA = 0.5
"""ours: relative; what hides may be half or twice as large as what shows of it."""
GAP_M = 0.005
"""ours: between a box and what it hides behind; bodies that overlap would push each other away."""


def obstacle_box(
    thing: SceneObject, view: ObjectView, others: Sequence[TwinObject], table: MaterialTable
) -> Body | None:
    """Return a box as wide and tall as what is seen of an obstacle and as deep as wide, behind what hides it.

    None where its lowest pixels look past the table: it does not stand there.

    Args:
        thing: The obstacle.
        view: What is seen of it.
        others: What stands on the table besides.
        table: Material table.
    """
    camera, T_camera_table = view.calibration.camera, view.calibration.T_camera_table
    prism = prism_from_outline(view.mask, camera, T_camera_table)
    if prism is None:
        return None
    away = np.array([-prism.across[1], prism.across[0]])
    sideways, far = prism.plan @ prism.across, prism.plan @ away
    size = np.array([np.ptp(sideways), np.ptp(far), prism.height_m])
    middle = prism.across * (sideways.min() + sideways.max()) / 2 + away * (far.min() + far.max()) / 2
    middle = middle + away * _behind(middle, size, prism.across, away, others)
    T = np.eye(4)
    T[:2, 0], T[:2, 1], T[:2, 3] = prism.across, away, middle
    shape = Shape(kind="box")
    return Body(
        shape=shape,
        T_table_object=T,
        size=size,
        size_sigma=UNSEEN_SIGMA * size,
        measured=(False, False, False),
        place_sigma=UNSEEN_SIGMA * size[:2] / 2,
        yaw_sigma=float(np.pi),
        symmetric=False,
        mass=mass_properties(shape, size, thing.material, table),
        iou=0.0,
    )


def _behind(
    middle: FloatArray, size: FloatArray, across: FloatArray, away: FloatArray, others: Sequence[TwinObject]
) -> float:
    """Return how far (m) a box has to stand farther away so that it overlaps nothing else."""
    shift = 0.0
    for other in sorted(others, key=lambda thing: float(np.asarray(thing.T_table_object)[:2, 3] @ away)):
        reach = float(np.hypot(*other.size_m[:2])) / 2
        apart = np.asarray(other.T_table_object)[:2, 3] - middle
        beside = abs(float(apart @ across)) >= reach + size[0] / 2
        if not beside and abs(float(apart @ away) - shift) < reach + size[1] / 2:
            shift = float(apart @ away) + reach + size[1] / 2 + GAP_M
    return max(0.0, shift)
