"""What each evaluation protocol changes against the built twin (LANGUAGE "Evaluation protocols")."""

from collections.abc import Callable, Mapping
from typing import Literal

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.environment import Environment
from skillc.runtime.formats.environment import Variation as Randomized
from skillc.runtime.formats.twin import Twin
from skillc.runtime.geometry.se3 import exp
from skillc.runtime.sim.variation import WorldVariation

Protocol = Literal["replay", "test", "test+physics", "truth"]

REPLAY_POSITION_M, REPLAY_YAW_RAD = 0.002, float(np.deg2rad(2.0))
"""LANGUAGE: pose 2 mm / 2 deg."""
REPLAY_FRICTION, REPLAY_MASS = 0.3, 0.3
"""LANGUAGE: friction and mass +-30 %."""
REPLAY_SOLREF = (0.008, 1.0)
"""ours: stiffer contacts than the 10 ms used while grasps are selected, so that selection cannot fit the contact."""
REPLAY_SOLIMP = (0.92, 0.99, 0.001)
"""ours: as REPLAY_SOLREF."""
SEED_OFFSET = 1_000_003
"""Keeps the streams of evaluation apart from those of selection, which start at the bare seed."""


def trials(protocol: Protocol, twin: Twin, environment: Environment, n: int, seed: int) -> tuple[WorldVariation, ...]:
    """Return the n variations of a protocol; the same seed gives the same trials.

    Args:
        protocol: which.
        twin: the scene that is varied: the built one, or the true one for `truth`.
        environment: gives the test box, the training randomization and the time step.
        n: number of trials.
        seed: of the draws.
    """
    draw = {"replay": _replay, "test": _test, "test+physics": _test_physics, "truth": _truth}[protocol]
    streams = np.random.SeedSequence([SEED_OFFSET, seed]).spawn(n)
    return tuple(draw(twin, environment, np.random.default_rng(s)) for s in streams)


def _replay(twin: Twin, environment: Environment, rng: np.random.Generator) -> WorldVariation:
    def factor(width: float) -> float:
        return float(rng.uniform(1 - width, 1 + width))

    moved = {o.name: _moved(o.T_table_object, rng, REPLAY_POSITION_M, REPLAY_YAW_RAD) for o in twin.objects}
    friction = {o.name: factor(REPLAY_FRICTION) for o in twin.objects}
    return WorldVariation(
        T_table_object=moved,
        friction_scale=friction,
        table_friction_scale=factor(REPLAY_FRICTION),
        mass_scale={o.name: factor(REPLAY_MASS) for o in twin.objects},
        timestep_s=environment.physics.timestep_s / 2,
        solref=REPLAY_SOLREF,
        solimp=REPLAY_SOLIMP,
    )


def _truth(twin: Twin, environment: Environment, rng: np.random.Generator) -> WorldVariation:
    """The true scene as it is; only the contact parameters and the time step are ones the build never saw."""
    return WorldVariation(timestep_s=environment.physics.timestep_s / 2, solref=REPLAY_SOLREF, solimp=REPLAY_SOLIMP)


def _test(twin: Twin, environment: Environment, rng: np.random.Generator) -> WorldVariation:
    return _from_box(environment.test_randomization, twin, rng)


def _test_physics(twin: Twin, environment: Environment, rng: np.random.Generator) -> WorldVariation:
    geometry = {term.quantity for term in environment.test_randomization}
    physics = tuple(
        t
        for t in environment.randomization
        if t.quantity not in geometry and t.quantity.partition(".")[2] in ("mass", "friction", "stiffness")
    )
    return _from_box((*environment.test_randomization, *physics), twin, rng)


def _from_box(terms: tuple[Randomized, ...], twin: Twin, rng: np.random.Generator) -> WorldVariation:
    shift = {o.name: np.zeros(6) for o in twin.objects}
    size: dict[str, float] = {}
    mass: dict[str, float] = {}
    friction: dict[str, float] = {}
    stiffness = 1.0
    set_factor: Mapping[str, Callable[[str, float], None]] = {
        "scale": size.__setitem__,
        "mass": mass.__setitem__,
        "friction": friction.__setitem__,
    }
    for term in terms:
        owner, part = term.quantity.partition(".")[::2]
        if part == "position.xy" and owner in shift:
            shift[owner][:2] = rng.uniform(term.low, term.high, 2)
        elif part == "yaw" and owner in shift:
            shift[owner][5] = rng.uniform(term.low, term.high)
        elif part in set_factor and owner in shift:
            set_factor[part](owner, float(rng.uniform(term.low, term.high)))
        elif term.quantity == "control.stiffness":
            stiffness = float(rng.uniform(term.low, term.high))
    moved = {o.name: _shifted(o.T_table_object, shift[o.name]) for o in twin.objects}
    return WorldVariation(
        T_table_object=moved, size_scale=size, mass_scale=mass, friction_scale=friction, kp_scale=stiffness
    )


def _moved(T: FloatArray, rng: np.random.Generator, position: float, yaw: float) -> FloatArray:
    twist = np.zeros(6)
    twist[:2], twist[5] = rng.uniform(-position, position, 2), rng.uniform(-yaw, yaw)
    return _shifted(T, twist)


def _shifted(T: FloatArray, twist: FloatArray) -> FloatArray:
    """Translate in the table frame and turn about the object's own vertical axis."""
    delta = exp(twist)
    moved = T.copy()
    moved[:3, :3] = delta[:3, :3] @ T[:3, :3]
    moved[:3, 3] += delta[:3, 3]
    return moved
