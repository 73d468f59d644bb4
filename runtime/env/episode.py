"""One simulated episode: the reference plays, the policy corrects it, terms judge.

The first command is the reference's first sample, with the robot already there. An action is held for
`ticks_per_action` control ticks (A.3.2); the episode ends with the reference and the settling time, or early.
"""

from dataclasses import dataclass

import numpy as np

from skillc.runtime.drivers.imperfections import Imperfections
from skillc.runtime.drivers.simulated import SimulatedRobot
from skillc.runtime.env.calls import Terms
from skillc.runtime.env.clearance import LowestPoint
from skillc.runtime.env.definition import Definition
from skillc.runtime.env.randomization import Draw, Drawing
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.reference import PHASES
from skillc.runtime.geometry import se3
from skillc.runtime.sim.world import compile_world
from skillc.runtime.terms.actions import ACTIONS
from skillc.runtime.terms.moment import Moment
from skillc.runtime.terms.snapshot import Snapshot


@dataclass(frozen=True, kw_only=True)
class Step:
    """What one action led to."""

    observation: FloatArray
    """(observation_size,) normalized as the contract says."""
    reward: float
    """Sum over the control ticks of the action."""
    terminated: bool
    """A termination term held, or the simulation left its valid states."""
    truncated: bool
    """The horizon is over."""
    invalid: bool
    """The simulation reset itself after a bad state (FAULTS R39); nothing of this episode may be used."""


class Episode:
    """Holds one simulation from its start to its end."""

    def __init__(self, definition: Definition, terms: Terms, rng: np.random.Generator) -> None:
        """Draw, compile and place one episode."""
        self._definition, self._terms, self._rng = definition, terms, rng
        contract, reference = definition.contract, definition.reference
        self._draw: Draw = terms.randomize(Drawing(twin=definition.twin, rng=rng))
        world = compile_world(
            twin=definition.twin,
            twin_folder=definition.twin_folder,
            profile=definition.profile,
            robot_folder=definition.robot_folder,
            T_table_robot=contract.T_table_robot,
            physics=definition.environment.physics,
            variation=self._draw.simulation,
        )
        manipulated = definition.twin.manipulated
        self._robot = SimulatedRobot(
            world,
            definition.profile,
            qpos=reference.qpos[0],
            manipulated=manipulated.name,
            rate_hz=contract.control_rate_hz,
            imperfections=Imperfections(latency_s=self._draw.delay_s),
        )
        self._hand = LowestPoint(world.model, world.hand_geoms)
        self._world, self._centre = world, np.asarray(manipulated.center_of_mass_m)
        self._centre = self._centre * self._draw.simulation.size_scale.get(manipulated.name, 1.0)
        start = np.asarray(self._draw.simulation.T_table_object.get(manipulated.name, manipulated.T_table_object))
        # The expected object motion starts where this episode's object stands.
        self._shift = start @ se3.inverse(np.asarray(manipulated.T_table_object))
        self._measured = self._robot.measure()
        self._lowest_at_start = self._measured.manip_lowest_z
        self._T_before = self._measured.T_table_objects[manipulated.name]
        self._names = contract.joint_names
        self._lower = np.array([j.lower for j in contract.joints])
        self._upper = np.array([j.upper for j in contract.joints])
        self._offset = np.concatenate([t.offset for t in contract.observation]) if contract.observation else np.zeros(0)
        self._scale = np.concatenate([t.scale for t in contract.observation]) if contract.observation else np.zeros(0)
        self._clip = (
            np.concatenate([np.full(t.size, t.clip) for t in contract.observation])
            if contract.observation
            else np.zeros(0)
        )
        self._contact_sample = int(np.searchsorted(reference.phase, PHASES.index("track")))
        self._settle_ticks = round(definition.environment.settle_s * contract.control_rate_hz)
        self.tick = 0
        """Control ticks done."""

    @property
    def last_tick(self) -> int:
        """Length of the episode in control ticks."""
        return len(self._definition.reference.qpos) + self._settle_ticks

    def observation(self) -> FloatArray:
        """Return the normalized observation (observation_size,) of the present policy tick."""
        raw = self._terms.observe(self._moment())
        scaled: FloatArray = np.clip((raw - self._offset) * self._scale, -self._clip, self._clip)
        return scaled

    def step(self, action: FloatArray) -> Step:
        """Hold `action` (action_size,), each entry clipped to -1..1, for one policy period.

        Raises:
            ValueError: wrong shape, or an entry is not finite.
        """
        wanted = self._definition.contract.action_size
        if action.shape != (wanted,) or not np.all(np.isfinite(action)):
            raise ValueError(f"an action is {wanted} finite numbers, got {action.shape} {action.dtype}")
        clipped = np.clip(action, -1.0, 1.0)
        manipulated = self._definition.twin.manipulated.name
        self._T_before = self._measured.T_table_objects[manipulated]
        total, ended = 0.0, False
        for _ in range(self._definition.ticks_per_action):
            self._robot.send(self._command(clipped))
            self._measured = self._robot.advance()
            self.tick += 1
            now = self._snapshot(clipped)
            total += self._terms.reward(now)
            ended = self._terms.terminated(now)
            if ended or self.tick >= self.last_tick:
                break
        invalid = bool(self._robot.bad_state)
        return Step(
            observation=self.observation(),
            reward=total,
            terminated=ended or invalid,
            truncated=self.tick >= self.last_tick,
            invalid=invalid,
        )

    def _sample(self, tick: int) -> int:
        return min(tick, len(self._definition.reference.qpos) - 1)

    def _command(self, action: FloatArray) -> FloatArray:
        """Return the joint targets (n,) of the present control tick, inside the joint limits."""
        target = self._definition.reference.qpos[self._sample(self.tick)].copy()
        for term in self._definition.contract.action:
            part = action[term.start : term.start + len(term.joints)] * term.scale_rad
            at = [self._names.index(name) for name in term.joints]
            base = ACTIONS[term.kind].value(target[at], self._measured.qpos[at])
            target[at] = base + part + self._rng.normal(0.0, self._draw.joint_sigma_rad, len(at))
        inside: FloatArray = np.clip(target, self._lower, self._upper)
        return inside

    def _moment(self) -> Moment:
        reference = self._definition.reference
        T = self._measured.T_table_objects[self._definition.twin.manipulated.name]
        noisy = T.copy()
        noisy[:3, 3] += self._rng.normal(0.0, self._draw.point_sigma_m, 3)
        return Moment(
            qpos=self._measured.qpos,
            q_reference_next=reference.qpos[self._sample(self.tick + self._definition.ticks_per_action)],
            T_table_manip=noisy,
            T_table_manip_before=self._T_before,
            flow_centroid_object=self._centre,
        )

    def _snapshot(self, action: FloatArray) -> Snapshot:
        definition, measured, data = self._definition, self._measured, self._robot.data
        T = measured.T_table_objects[definition.twin.manipulated.name]
        expected = self._shift @ definition.reference.T_table_manip[self._sample(self.tick)]
        centroid = se3.apply(T, self._centre[None])[0]
        tips = data.site_xpos[self._world.tip_sites]
        return Snapshot(
            flow_centroid=centroid,
            flow_centroid_reference=se3.apply(expected, self._centre[None])[0],
            action=action,
            object_turn_rad=se3.rotation_angle(T, expected),
            joint_distance_rad=float(
                np.max(np.abs(measured.qpos - definition.reference.qpos[self._sample(self.tick)]))
            ),
            tip_distance_m=float(np.mean(np.linalg.norm(tips - centroid, axis=1))),
            tips_in_contact=self._tips_in_contact(),
            tips=len(self._world.tip_geoms),
            object_rise_m=measured.manip_lowest_z - self._lowest_at_start,
            object_force_n=measured.contacts.scene_force,
            table_distance_m=self._hand.z(data),
            after_contact=self._sample(self.tick) >= self._contact_sample,
            time_s=self.tick / definition.contract.control_rate_hz,
            end_s=self.last_tick / definition.contract.control_rate_hz,
        )

    def _tips_in_contact(self) -> int:
        data = self._robot.data
        pairs = data.contact.geom[: data.ncon]
        things = np.isin(pairs, self._world.object_geoms[self._definition.twin.manipulated.name])
        touched = pairs[things.any(axis=1)]
        return sum(bool(np.any(touched == geom)) for geom in self._world.tip_geoms)
