"""The scenes that environments simulate: each drawn, compiled with instruments, and kept with what terms ask of it."""

from dataclasses import dataclass

import mujoco
import numpy as np

from skillc.runtime.env.calls import Terms
from skillc.runtime.env.definition import Definition
from skillc.runtime.env.instruments import Instruments
from skillc.runtime.env.physics import state_of
from skillc.runtime.env.randomization import Draw, Drawing
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.sim.world import reset_data


@dataclass(frozen=True, kw_only=True)
class DrawnScenes:
    """What was drawn for N environments."""

    start: FloatArray
    """(N, s) physics state with the robot at the reference's first sample."""
    T_start: FloatArray
    """(N, 4, 4) pose of the manipulated object then."""
    size: FloatArray
    """(N,) of the manipulated object, as a factor."""
    mass: FloatArray
    """(N,) as a factor."""
    friction: FloatArray
    """(N,) as a factor."""
    stiffness: FloatArray
    """(N,) of the servos, as a factor."""
    point_sigma: FloatArray
    """(N,) m."""
    joint_sigma: FloatArray
    """(N,) rad."""
    observation_delay: FloatArray
    """(N,) s."""
    command_delay: FloatArray
    """(N,) s."""


class Scenes:
    """Draws scenes of one definition; the same seed, environment and number give the same scene."""

    def __init__(self, definition: Definition, terms: Terms, seed: int) -> None:
        """Compile the twin as it is, from which addresses are read."""
        self._definition, self._terms, self._seed = definition, terms, seed
        self.instruments = Instruments(definition.profile, definition.twin, terms.senses)
        self.twin_world = definition.world(instrument=self.instruments.add)
        self.instruments.find(self.twin_world.model)

    def draw(self, environment: int, number: int) -> tuple[mujoco.MjModel, DrawnScenes]:
        """Return the model of one environment's scene, and what was drawn, as one row."""
        definition = self._definition
        rng = np.random.default_rng([self._seed, environment, number])
        draw: Draw = self._terms.randomize(Drawing(twin=definition.twin, rng=rng))
        world, name = definition.world(draw.simulation, self.instruments.add), definition.twin.manipulated.name
        start = draw.simulation.T_table_object.get(name, definition.twin.manipulated.T_table_object)
        row = DrawnScenes(
            start=state_of(world.model, reset_data(world, definition.reference.qpos[0]))[None],
            T_start=np.asarray(start)[None],
            size=np.array([draw.simulation.size_scale.get(name, 1.0)]),
            mass=np.array([draw.simulation.mass_scale.get(name, 1.0)]),
            friction=np.array([draw.simulation.friction_scale.get(name, 1.0)]),
            stiffness=np.array([draw.simulation.kp_scale]),
            point_sigma=np.array([draw.point_sigma_m]),
            joint_sigma=np.array([draw.joint_sigma_rad]),
            observation_delay=np.array([draw.observation_delay_s]),
            command_delay=np.array([draw.delay_s]),
        )
        return world.model, row
