"""What one randomized simulation changes against the twin; the default changes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from skillc.runtime.formats.arrays import FloatArray


@dataclass(frozen=True, kw_only=True)
class WorldVariation:
    """One draw of the randomization. Mappings go by object name; what is absent stays as in the twin."""

    mass_scale: Mapping[str, float] = field(default_factory=dict)
    """Factor on mass and inertia."""
    friction_scale: Mapping[str, float] = field(default_factory=dict)
    """Factor on the object's friction. The manipulated object's factor applies to its contact with the fingertips
    too, whose coefficient is the fingertips' own."""
    size_scale: Mapping[str, float] = field(default_factory=dict)
    """Factor on all lengths, about the object's origin on its support; the mass stays."""
    table_friction_scale: float = 1.0
    tip_friction_scale: float = 1.0
    kp_scale: float = 1.0
    """Factor on kp and kv of every servo."""
    T_table_object: Mapping[str, FloatArray] = field(default_factory=dict)
    """(4, 4) initial poses instead of the twin's."""
    timestep_s: float | None = None
    """s; the settings' when None."""
    solref: tuple[float, float] | None = None
    solimp: tuple[float, float, float] | None = None
