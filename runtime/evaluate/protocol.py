"""What each evaluation protocol changes against the built twin (LANGUAGE "Evaluation protocols")."""

from typing import Literal

import numpy as np

from skillc.runtime.env.randomization import draw_all
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.environment import Environment
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
    return draw_all(environment.test_randomization, twin, rng).simulation


def _test_physics(twin: Twin, environment: Environment, rng: np.random.Generator) -> WorldVariation:
    geometry = {term.quantity for term in environment.test_randomization}
    physics = tuple(
        t
        for t in environment.randomization
        if t.quantity not in geometry and t.quantity.partition(".")[2] in ("mass", "friction", "stiffness")
    )
    return draw_all((*environment.test_randomization, *physics), twin, rng).simulation


def _moved(T: FloatArray, rng: np.random.Generator, position: float, yaw: float) -> FloatArray:
    """Translate in the table frame and turn about the object's own vertical axis."""
    twist = np.zeros(6)
    twist[:2], twist[5] = rng.uniform(-position, position, 2), rng.uniform(-yaw, yaw)
    delta = exp(twist)
    moved = T.copy()
    moved[:3, :3] = delta[:3, :3] @ T[:3, :3]
    moved[:3, 3] += delta[:3, 3]
    return moved
