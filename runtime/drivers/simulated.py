"""A robot in simulation behind the same calls as a real one: send targets, advance one tick, read back."""

from collections.abc import Mapping
from dataclasses import dataclass

import mujoco
import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.geometry.se3 import from_quat_wxyz
from skillc.runtime.sim.contacts import ContactSummary, geom_classes, summarize_contacts
from skillc.runtime.sim.world import World, reset_data


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """What the simulated robot and its camera report after a tick."""

    time_s: float
    qpos: FloatArray
    """(n,) rad, driver order."""
    T_table_objects: Mapping[str, FloatArray]
    """Pose (4, 4) of every object."""
    contacts: ContactSummary
    """Worst contact forces within the tick."""


class SimulatedRobot:
    """Steps one world at the control rate."""

    def __init__(
        self,
        world: World,
        qpos: FloatArray,
        T_table_objects: Mapping[str, FloatArray],
        manipulated: str,
        rate_hz: float,
    ) -> None:
        """Place robot and objects; `qpos` (n,) is also the first command."""
        self.world = world
        self.data = reset_data(world, qpos, dict(T_table_objects))
        self._classes = geom_classes(world, manipulated)
        self._substeps = round(1.0 / (rate_hz * world.model.opt.timestep))
        if abs(self._substeps * world.model.opt.timestep * rate_hz - 1.0) > 1e-6:
            raise ValueError(f"time step {world.model.opt.timestep} s does not divide the {rate_hz} Hz control period")
        self.send(qpos)

    def send(self, q: FloatArray) -> None:
        """Set the servo targets (n,), rad."""
        self.data.ctrl[self.world.actuator] = q

    def advance(self) -> Measurement:
        """Simulate one control period and measure; forces are the state's at its end."""
        mujoco.mj_step(self.world.model, self.data, self._substeps)
        return self.measure()

    def measure(self) -> Measurement:
        """Return the present state without advancing."""
        return Measurement(
            time_s=float(self.data.time),
            qpos=self.data.qpos[self.world.joint_qpos].copy(),
            T_table_objects={name: self._pose(adr) for name, adr in self.world.object_qpos.items()},
            contacts=summarize_contacts(self.world.model, self.data, self._classes),
        )

    @property
    def bad_state(self) -> str:
        """Name of the first nonzero bad-state warning (FAULTS R39), or empty."""
        kinds = mujoco.mjtWarning
        for kind in (kinds.mjWARN_BADQPOS, kinds.mjWARN_BADQVEL, kinds.mjWARN_BADQACC, kinds.mjWARN_BADCTRL):
            if self.data.warning[kind].number:
                return f"{kind.name.removeprefix('mjWARN_')} (index {self.data.warning[kind].lastinfo})"
        return ""

    def _pose(self, address: int) -> FloatArray:
        q = self.data.qpos[address : address + 7]
        return from_quat_wxyz(q[3:7], np.array(q[:3]))
