"""What is in a vessel that is poured from: small spheres, in place of whatever it really is."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Filling:
    """Equal spheres."""

    number: int
    radius: float
    """m."""
    density: float
    """kg/m^3."""
    friction: float
    """Sliding coefficient, with each other and with all that they touch."""
