"""What is seen and told of one object, and the numbers its twin is fitted with."""

from dataclasses import dataclass

from skillc.runtime.formats.arrays import BoolArray, FloatArray, Image
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.twin import ShapeKind
from skillc.runtime.perception.shape.mesh_asset import MeshAsset
from skillc.runtime.perception.shape.primitive_asset import Length
from skillc.runtime.perception.shape.shape_fit import FitSettings


@dataclass(frozen=True, kw_only=True)
class TwinSettings:
    """Parameters of the twin."""

    fit: FitSettings
    vessel_bonus: float
    """Half chi-squares in favour of a vessel where the task needs one (a target to put into, a thing to pull)."""
    border_px: int
    """Outline samples this near to the picture's border or to another thing are not used."""
    convex_gain: float
    """The carved convex body is taken instead of a solid if its overlap with the mask is better by more than this."""


@dataclass(frozen=True, kw_only=True)
class ObjectView:
    """What one object shows in the reference frame."""

    mask: BoolArray
    """(H, W) its visible pixels."""
    hidden: BoolArray
    """(H, W) pixels where the outline may be another thing's (picture border, hand, other objects)."""
    image: Image
    """(H, W, 3) RGB."""
    depth: FloatArray | None
    """(H, W) m along the optical axis, NaN where invalid; None without depth."""
    calibration: Calibration


@dataclass(frozen=True, kw_only=True)
class Given:
    """What the spec says about an object's shape; None or empty leaves it to the fit."""

    kind: ShapeKind | None = None
    asset: MeshAsset | None = None
    size_m: tuple[float, float, float] | None = None
    extents: tuple[Length, Length, Length] = (None, None, None)
    """What a primitive states of its extents."""
    scale_given: bool = False
    """Whether the spec states the asset's scale; its size is then not fitted."""
    mass: float | None = None
    friction: float | None = None


class NoFit(ValueError):
    """No solid fits the outline."""
