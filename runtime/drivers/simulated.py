"""A robot in simulation behind the same calls as a real one: send targets, advance one tick, read back."""

from collections import deque
from dataclasses import replace

import mujoco
import numpy as np

from skillc.runtime.drivers.measurement import Measurement
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.sim.contact_summary import largest
from skillc.runtime.sim.contacts import geom_classes, summarize_contacts
from skillc.runtime.sim.lowest_point import lowest_z
from skillc.runtime.sim.servo import lag, servo_targets
from skillc.runtime.sim.world import World, object_pose, reset_data


class SimulatedRobot:
    """Steps one world at the control rate."""

    def __init__(
        self, world: World, qpos: FloatArray, manipulated: str, rate_hz: float, latency_s: float = 0.0
    ) -> None:
        """Place the robot at qpos (n,), which is also the first command; commands act `latency_s` late."""
        self.world, self.data = world, reset_data(world, qpos)
        self._classes = geom_classes(world, manipulated)
        self._manipulated, self._manip_geoms = manipulated, world.object_geoms[manipulated]
        self._substeps = round(1.0 / (rate_hz * world.model.opt.timestep))
        if abs(self._substeps * world.model.opt.timestep * rate_hz - 1.0) > 1e-6:
            raise ValueError(f"time step {world.model.opt.timestep} s does not divide the {rate_hz} Hz period")
        self._lag, self._dt, self._last = lag(world), 1.0 / rate_hz, qpos
        self._delayed: deque[FloatArray] = deque([qpos] * round(latency_s * rate_hz))

    def send(self, q: FloatArray) -> None:
        """Command joint positions (n,), rad; the servos also get the speed at which the command moves."""
        self._delayed.append(servo_targets(np.stack([self._last, q]), self._dt, self._lag)[1])
        self._last = q
        self.data.ctrl[self.world.actuator] = self._delayed.popleft()

    def advance(self) -> Measurement:
        """Simulate one control period and measure; forces are the largest of any simulation step in it."""
        felt = []
        for _ in range(self._substeps):
            mujoco.mj_step(self.world.model, self.data)
            felt.append(summarize_contacts(self.world.model, self.data, self._classes))
        return replace(self.measure(), contacts=largest(felt))

    def measure(self) -> Measurement:
        """Return the present state and forces."""
        poses = {name: object_pose(self.world, self.data, name) for name in self.world.object_qpos}
        return Measurement(
            time_s=float(self.data.time),
            qpos=self.data.qpos[self.world.joint_qpos].copy(),
            T_table_objects=poses,
            manip_lowest_z=lowest_z(self.world.model, self._manip_geoms, poses[self._manipulated]),
            contacts=summarize_contacts(self.world.model, self.data, self._classes),
            age_s=0.0,
            objects_age_s=0.0,
            command_age_s=0.0,
        )

    @property
    def bad_state(self) -> str:
        """Name of the first nonzero bad-state warning (FAULTS R39), or empty."""
        kinds = mujoco.mjtWarning
        for kind in (kinds.mjWARN_BADQPOS, kinds.mjWARN_BADQVEL, kinds.mjWARN_BADQACC, kinds.mjWARN_BADCTRL):
            if self.data.warning[kind].number:
                return f"{kind.name.removeprefix('mjWARN_')} (index {self.data.warning[kind].lastinfo})"
        return ""
