"""A robot in simulation behind the same calls as a real one: send targets, advance one tick, read back."""

from collections import deque

import mujoco
import numpy as np

from skillc.runtime.drivers.imperfections import Imperfections, by_joint
from skillc.runtime.drivers.measurement import JointTorque, Measurement
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.sim.contact_summary import ContactSummary, largest
from skillc.runtime.sim.contacts import geom_classes, summarize_contacts
from skillc.runtime.sim.lowest_point import BodyOutline
from skillc.runtime.sim.pouring import landed_share, settle
from skillc.runtime.sim.servo import ServoTargets, through_backlash
from skillc.runtime.sim.world import World, object_pose, place_object, reset_data

_BAD = tuple(getattr(mujoco.mjtWarning, f"mjWARN_BAD{what}") for what in ("QPOS", "QVEL", "QACC", "CTRL"))


class SimulatedRobot:
    """Steps one world at the control rate."""

    def __init__(
        self,
        world: World,
        profile: RobotProfile,
        *,
        qpos: FloatArray,
        manipulated: str,
        rate_hz: float,
        imperfections: Imperfections | None = None,
    ) -> None:
        """Place the robot at qpos (n,), which is also the first command; without imperfections all is ideal."""
        self.world, self.data = world, reset_data(world, qpos)
        if world.filled is not None:
            settle(world, self.data)
        self._classes = geom_classes(world, manipulated)
        self._manipulated, self._lowest = manipulated, BodyOutline(world.model, world.object_geoms[manipulated])
        self._substeps = round(1.0 / (rate_hz * world.model.opt.timestep))
        if abs(self._substeps * world.model.opt.timestep * rate_hz - 1.0) > 1e-6:
            raise ValueError(f"time step {world.model.opt.timestep} s does not divide the {rate_hz} Hz period")
        real = imperfections or Imperfections()
        self._latency_s, self._dropped_share = real.latency_s, real.dropped_share
        self._noise = by_joint(real.encoder_noise_rad, profile)
        self._backlash = by_joint(real.backlash_rad, profile)
        self._slack, self._noisy = bool(self._backlash.any()), bool(self._noise.any())
        self._random = np.random.default_rng(real.seed)
        self._dt = 1.0 / rate_hz
        self._targets = ServoTargets(world, qpos, self._dt)
        self._silent_ticks = 0
        self._under_way: deque[tuple[float, FloatArray]] = deque()
        self._reading, self._read_s = self._read(), float(self.data.time)

    def send(self, q: FloatArray) -> None:
        """Command joint positions (n,), rad."""
        self._silent_ticks += 1
        if self._dropped_share and self._random.random() < self._dropped_share:
            return
        self._under_way.append((float(self.data.time) + self._latency_s, q))
        self._silent_ticks = 0

    def advance(self) -> Measurement:
        """Simulate one control period and measure; forces are the largest of any simulation step in it."""
        felt, given = [], []
        for _ in range(self._substeps):
            self._drive()
            mujoco.mj_step(self.world.model, self.data)
            felt.append(summarize_contacts(self.world.model, self.data, self._classes))
            given.append(self.data.qfrc_actuator[self.world.joint_dof])
        self._reading, self._read_s = self._read(), float(self.data.time)
        torque = JointTorque(mean=np.mean(given, axis=0), peak=np.max(np.abs(given), axis=0))
        return self._measured(largest(felt), torque)

    def put(self, name: str, T_table_object: FloatArray) -> None:
        """Put a thing to T_table_object (4, 4), at rest, as a person may at any time; nothing is simulated."""
        place_object(self.world, self.data, name, T_table_object)
        mujoco.mj_forward(self.world.model, self.data)

    def _drive(self) -> None:
        """Tell the servos their targets; a command has arrived in the first step that begins when it is due."""
        while self._under_way and self._under_way[0][0] <= self.data.time + 1e-9:
            self._targets.receive(self._under_way.popleft()[1])
        told = self._targets.at(float(self.data.time))
        if self._slack:
            told = through_backlash(told, self.data.qpos[self.world.joint_qpos], self._backlash)
        self.data.ctrl[self.world.actuator] = told

    def _read(self) -> FloatArray:
        q: FloatArray = self.data.qpos[self.world.joint_qpos].copy()
        return q + self._noise * self._random.standard_normal(len(q)) if self._noisy else q

    def measure(self) -> Measurement:
        """Return the present state and forces; joints as they were read at the end of the last tick."""
        return self._measured(summarize_contacts(self.world.model, self.data, self._classes), None)

    def _measured(self, contacts: ContactSummary, torque: JointTorque | None) -> Measurement:
        now = float(self.data.time)
        filled = self.world.filled
        poses = {name: object_pose(self.world, self.data, name) for name in self.world.object_qpos}
        return Measurement(
            time_s=now,
            qpos=self._reading.copy(),
            T_table_objects=poses,
            manip_lowest_z=self._lowest.height(poses[self._manipulated]),
            contacts=contacts,
            age_s=now - self._read_s,
            # A simulation knows its objects as they are now.
            objects_age_s=0.0,
            command_age_s=self._silent_ticks * self._dt,
            torque=torque,
            poured_share=None if filled is None else landed_share(self.world, filled, self.data),
        )

    @property
    def time_s(self) -> float:
        """Seconds of simulation."""
        return float(self.data.time)

    @property
    def bad_state(self) -> str:
        """Name of the first nonzero bad-state warning (FAULTS R39), or empty."""
        numbers = self.data.warning.number
        for kind in _BAD:
            if numbers[kind]:
                return f"{kind.name.removeprefix('mjWARN_')} (index {self.data.warning[kind].lastinfo})"
        return ""
