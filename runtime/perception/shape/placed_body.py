"""A body on the table, before it gets a name, a colour and a surface: what every way of finding a shape ends in."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.twin import Shape
from skillc.runtime.perception.shape.carved_hull import ClosedMesh
from skillc.runtime.perception.shape.mass_properties import MassProperties


@dataclass(frozen=True, kw_only=True)
class Body:
    """Shape, place and mass with their uncertainties."""

    shape: Shape
    T_table_object: FloatArray
    """(4, 4)."""
    size: FloatArray
    """(3,) m along the object's axes."""
    size_sigma: FloatArray
    """(3,) m, without the calibration's."""
    measured: tuple[bool, bool, bool]
    place_sigma: FloatArray
    """(2,) m, without the calibration's."""
    yaw_sigma: float
    """rad, without the calibration's; pi where the turn means nothing."""
    symmetric: bool
    """About z."""
    mass: MassProperties
    iou: float
    """Overlap with the outline it was fitted to."""
    meshes: Mapping[str, ClosedMesh] = field(default_factory=dict)
    """Path beside twin.json -> mesh in the object frame."""
