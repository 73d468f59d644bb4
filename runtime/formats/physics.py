"""How the simulator is set; resolved from the method preset (`method.simulation`)."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class PhysicsSettings:
    """Settings of MuJoCo and of contacts."""

    timestep_s: float
    control_rate_hz: float
    """Commands per second; a multiple of it divides 1 / timestep_s."""
    integrator: Literal["implicit", "implicitfast", "Euler"]
    cone: Literal["elliptic", "pyramidal"]
    impratio: float
    solref: tuple[float, float]
    solimp: tuple[float, float, float]
    iterations: int
    tip_friction: float
    """Sliding friction of the fingertips."""
    tip_condim: int
