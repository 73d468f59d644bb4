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
    """Factor on the friction of the object's surface; it counts by its square root in every pair it is part of."""
    size_scale: Mapping[str, float] = field(default_factory=dict)
    """Factor on all lengths, about the object's origin on its support; the mass stays."""
    table_friction_scale: float = 1.0
    """Factor on the friction of the table's surface, which counts as an object's does."""
    tip_friction_scale: float = 1.0
    """Factor on the friction of fingertips on whatever they touch."""
    rolling_friction_m: Mapping[str, float] = field(default_factory=dict)
    """m, lever of the object's resistance to rolling; what is absent rolls freely."""
    flat_scale: Mapping[str, float] = field(default_factory=dict)
    """Factor on the width of the flat that a round object stands on."""
    kp_scale: float = 1.0
    """Factor on kp and kv of every servo."""
    T_table_object: Mapping[str, FloatArray] = field(default_factory=dict)
    """(4, 4) initial poses instead of the twin's."""
    T_table_displaced: FloatArray | None = None
    """(4, 4): the robot stands at T_table_displaced @ T_table_robot; None where its calibration is right."""
    timestep_s: float | None = None
    """s; the settings' when None."""
    solref: tuple[float, float] | None = None
    solimp: tuple[float, float, float] | None = None
