"""Draw one episode's scene, physics and noise from the environment's randomization terms."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.environment import Variation as Quantity
from skillc.runtime.formats.twin import Twin
from skillc.runtime.sim.variation import WorldVariation


@dataclass(frozen=True, kw_only=True)
class Draw:
    """One episode's randomization."""

    simulation: WorldVariation
    point_sigma_m: float
    """One standard deviation of the noise on observed flow points."""
    joint_sigma_rad: float
    """One standard deviation of the noise on commanded joints."""
    delay_s: float = 0.0
    """From a command until the servos follow it."""
    observation_delay_s: float = 0.0
    """From where the objects are to when the policy sees them there."""


_AXES = {"position.xy": [0, 1], "position.x": [0], "position.y": [1], "yaw": [2]}
"""Offset of an object -> entries of its shift x, y, yaw."""
_EVERY = "pose_error"
"""Owner of offsets that every object draws for itself."""


@dataclass(kw_only=True)
class Drawing:
    """A draw in the making: one call per randomized quantity, in the order they are listed.

    The methods are the kinds of `formats/environment.py`; which quantity takes which is declared in `runtime/terms`.
    """

    twin: Twin
    rng: np.random.Generator
    _shift: dict[str, FloatArray] = field(default_factory=dict)
    _factors: dict[str, dict[str, float]] = field(default_factory=lambda: {"scale": {}, "mass": {}, "friction": {}})
    _stiffness: float = 1.0
    _point_sigma: float = 0.0
    _joint_sigma: float = 0.0
    _delay: dict[str, float] = field(default_factory=dict)

    def offset(self, quantity: str, low: float, high: float) -> None:
        """Draw what is added to `quantity`, evenly between `low` and `high`."""
        owner, part = quantity.partition(".")[::2]
        if part in _AXES:
            self._move(owner, part, lambda size: self.rng.uniform(low, high, size))
        else:
            own = self._own(quantity)
            self._multiply(quantity, 1.0 + float(self.rng.uniform(low, high)) / own)

    def range(self, quantity: str, low: float, high: float) -> None:
        """Draw `quantity` itself evenly between `low` and `high`."""
        if quantity in ("control.delay", "observation.delay"):
            self._delay[quantity] = float(self.rng.uniform(low, high))
            return
        self._multiply(quantity, float(self.rng.uniform(low, high)) / self._own(quantity))

    def scale(self, quantity: str, low: float, high: float) -> None:
        """Draw a factor on `quantity` evenly between `low` and `high`."""
        self._multiply(quantity, float(self.rng.uniform(low, high)))

    def log_scale(self, quantity: str, low: float, high: float) -> None:
        """Draw a factor on `quantity` between `low` and `high`, evenly in its logarithm."""
        self._multiply(quantity, float(np.exp(self.rng.uniform(np.log(low), np.log(high)))))

    def normal(self, quantity: str, mean: float, sigma: float) -> None:
        """Draw the error of poses normally, or add noise to `quantity` in every policy tick.

        Raises:
            ValueError: the quantity carries no noise, or the noise has a mean.
        """
        owner, part = quantity.partition(".")[::2]
        if owner == _EVERY and part in _AXES:
            self._move(owner, part, lambda size: self.rng.normal(mean, sigma, size))
            return
        if mean != 0.0 or quantity not in ("observation.point", "action.joint"):
            raise ValueError(f"{quantity!r} carries no noise of mean {mean:g}")
        if quantity == "observation.point":
            self._point_sigma = sigma
        else:
            self._joint_sigma = sigma

    def done(self) -> Draw:
        """Return the draw."""
        poses = {o.name: _shifted(o.T_table_object, self._shift.get(o.name, np.zeros(3))) for o in self.twin.objects}
        return Draw(
            simulation=WorldVariation(
                T_table_object=poses,
                size_scale=self._factors["scale"],
                mass_scale=self._factors["mass"],
                friction_scale=self._factors["friction"],
                kp_scale=self._stiffness,
            ),
            point_sigma_m=self._point_sigma,
            joint_sigma_rad=self._joint_sigma,
            delay_s=self._delay.get("control.delay", 0.0),
            observation_delay_s=self._delay.get("observation.delay", 0.0),
        )

    def _move(self, owner: str, part: str, drawn: Callable[[int], FloatArray]) -> None:
        """Move an object, or each for itself, by what is drawn; moves add up."""
        axes = _AXES[part]
        for name in [thing.name for thing in self.twin.objects] if owner == _EVERY else [owner]:
            self._shift.setdefault(name, np.zeros(3))[axes] += drawn(len(axes))

    def _own(self, quantity: str) -> float:
        """Return the twin's own value of an object's mass or friction; 1 for its size factor."""
        owner, part = quantity.partition(".")[::2]
        thing = next((o for o in self.twin.objects if o.name == owner), None)
        own = {"scale": 1.0, "mass": thing.mass, "friction": thing.friction}.get(part) if thing else None
        if own is None:
            raise ValueError(f"{quantity!r} has no value of its own to draw")
        return own

    def _multiply(self, quantity: str, factor: float) -> None:
        owner, part = quantity.partition(".")[::2]
        if not factor > 0.0:
            raise ValueError(f"the factor {factor:g} drawn for {quantity!r} is not above 0")
        if part in self._factors:
            self._factors[part][owner] = factor
        elif quantity == "control.stiffness":
            self._stiffness = factor
        else:
            raise ValueError(f"{quantity!r} cannot be drawn as a factor")


def draw_all(quantities: Sequence[Quantity], twin: Twin, rng: np.random.Generator) -> Draw:
    """Draw every quantity of an environment, in order."""
    drawing = Drawing(twin=twin, rng=rng)
    for quantity in quantities:
        getattr(drawing, quantity.kind)(quantity.quantity, quantity.low, quantity.high)
    return drawing.done()


def _shifted(T: FloatArray, shift: FloatArray) -> FloatArray:
    """Move T (4, 4) by shift (3,): x, y (m) in the table frame and yaw (rad) about the object's own origin."""
    c, s = np.cos(shift[2]), np.sin(shift[2])
    moved = np.array(T, dtype=np.float64)
    moved[:3, :3] = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]]) @ moved[:3, :3]
    moved[:2, 3] += shift[:2]
    return moved
