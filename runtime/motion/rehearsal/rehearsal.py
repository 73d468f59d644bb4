"""Rehearse whole motions open loop in varied copies of the scene, in threads, and say how each one ended.

This is what grasps, release heights and contact poses are selected by. It shares no seed and no contact parameters
with evaluation.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import mujoco
import numpy as np
from mujoco import rollout
from scipy.spatial.transform import Rotation

from skillc.runtime.formats.arrays import FloatArray, IntArray
from skillc.runtime.formats.reference import PHASES, Reference
from skillc.runtime.formats.twin import Twin
from skillc.runtime.geometry import se3
from skillc.runtime.sim.lowest_point import lowest_z
from skillc.runtime.sim.motor_torque import asked_torque
from skillc.runtime.sim.press_sensors import largest_press
from skillc.runtime.sim.servo import servo_targets
from skillc.runtime.sim.variation import WorldVariation
from skillc.runtime.sim.world import World


@dataclass(frozen=True, kw_only=True)
class Spread:
    """How far rehearsals stray from the twin; all are half widths of uniform draws unless said otherwise."""

    position_m: float
    yaw_rad: float
    mass: float
    """Relative."""
    friction: float
    """Relative, of objects and fingertips together."""
    size: float
    """Relative."""
    solref: tuple[float, float]
    solimp: tuple[float, float, float]
    """Contact parameters of every other rehearsal."""


@dataclass(frozen=True, kw_only=True)
class Rehearsed:
    """What happened in one rehearsal."""

    T_table_manip: FloatArray
    """(4, 4) at the end."""
    lowest_m: float
    """Height of the object's lowest point above the table at the end."""
    lift_m: float
    """Largest rise over the start."""
    planned_lift_m: float
    """The same of the motion as planned."""
    moved_early_m: float
    """How far the object had moved when closing (push: contact) began."""
    hand_force: float
    """N, hand on object at the end."""
    table_depth_m: float
    """Deepest interpenetration of robot and table seen; 0 if it never touched."""
    scene_moved_m: float
    """How far the target or an obstacle was moved."""
    grip_depth_m: float
    """Deepest interpenetration of hand and object seen."""
    held_use: float
    """Mean torque of a phase over what the motor holds without end: the worst joint in its worst phase."""
    press_n: float
    """N, largest force of one link of the hand on the object in any simulation step; NaN where no sensor tells."""
    valid: bool
    """False after a bad simulator state; MuJoCo then starts again from time 0."""


def draw_variations(twin: Twin, spread: Spread, count: int, rng: np.random.Generator) -> list[WorldVariation]:
    """Return the unchanged twin, then `count - 1` random variations of it; nothing for a count of 0."""
    variations = [WorldVariation()][:count]
    for k in range(count - 1):
        poses, mass, friction, size = {}, {}, {}, {}
        for thing in twin.objects:
            angle = rng.uniform(-spread.yaw_rad, spread.yaw_rad)
            shift = np.array([*rng.uniform(-spread.position_m, spread.position_m, size=2), 0.0])
            T = np.array(thing.T_table_object)
            T[:3, :3] = Rotation.from_rotvec([0, 0, angle]).as_matrix() @ T[:3, :3]
            T[:3, 3] += shift
            poses[thing.name] = T
            mass[thing.name] = 1.0 + rng.uniform(-spread.mass, spread.mass)
            friction[thing.name] = 1.0 + rng.uniform(-spread.friction, spread.friction)
            size[thing.name] = 1.0 + (rng.uniform(-spread.size, spread.size) if thing.role == "manipulated" else 0.0)
        variations.append(
            WorldVariation(
                mass_scale=mass,
                friction_scale=friction,
                # With the object's own square root this makes the whole factor on a tip's friction with the object.
                tip_friction_scale=float(np.sqrt(friction[twin.manipulated.name])),
                size_scale=size,
                table_friction_scale=1.0 + rng.uniform(-spread.friction, spread.friction),
                T_table_object=poses,
                solref=spread.solref if k % 2 else None,
                solimp=spread.solimp if k % 2 else None,
            )
        )
    return variations


def rehearse(
    references: Sequence[Reference],
    worlds: Sequence[World],
    *,
    manipulated: str,
    hold_s: float,
    threads: int,
    chunk: int = 24,
) -> list[list[Rehearsed]]:
    """Run every reference in every world; result[r][w].

    Args:
        references: motions of one robot.
        worlds: varied copies of one scene (same sizes), with the sensors of `measure_pressing`.
        manipulated: name of the object.
        hold_s: how long the last command is held.
        threads: simulator threads.
        chunk: rollouts per call, which bounds memory.
    """
    pairs = [(r, w) for r in range(len(references)) for w in range(len(worlds))]
    results: list[list[Rehearsed | None]] = [[None] * len(worlds) for _ in references]
    datas = [mujoco.MjData(worlds[0].model) for _ in range(threads)]
    looks = [_Look(world, manipulated) for world in worlds]
    for start in range(0, len(pairs), chunk):
        group = pairs[start : start + chunk]
        model = worlds[0].model
        rate = 1.0 / float(references[0].time_s[1] - references[0].time_s[0])
        substeps = round(1.0 / (rate * model.opt.timestep))
        longest = max(len(references[r].qpos) for r, _ in group) + int(hold_s * rate)
        told: dict[int, FloatArray] = {}  # the same in every world, whose servos differ in strength alone
        control = np.empty((len(group), longest * substeps, model.nu))
        states = np.empty((len(group), mujoco.mj_stateSize(model, mujoco.mjtState.mjSTATE_FULLPHYSICS)))
        for i, (r, w) in enumerate(group):
            qpos = references[r].qpos
            if r not in told:
                held = np.concatenate([qpos, np.repeat(qpos[-1:], longest - len(qpos), axis=0)])
                told[r] = servo_targets(worlds[w], held, 1.0 / rate)
            control[i][:, worlds[w].actuator] = told[r]
            states[i] = _first_state(worlds[w], qpos[0])
        models = [worlds[w].model for _, w in group]
        trajectory, felt = rollout.rollout(models, datas, states, control, skip_checks=False)
        for i, (r, w) in enumerate(group):
            own = (len(references[r].qpos) + int(hold_s * rate)) * substeps  # others may be longer
            results[r][w] = looks[w].judge(trajectory[i, :own], felt[i, :own], references[r], substeps)
    return [[x for x in row if x is not None] for row in results]


def _first_state(world: World, qpos: FloatArray) -> FloatArray:
    data = mujoco.MjData(world.model)
    data.qpos[world.joint_qpos] = qpos
    state = np.empty(mujoco.mj_stateSize(world.model, mujoco.mjtState.mjSTATE_FULLPHYSICS))
    mujoco.mj_getState(world.model, data, state, mujoco.mjtState.mjSTATE_FULLPHYSICS)
    return state


class _Look:
    """Reads one world's state trajectories."""

    every_s = 0.1

    def __init__(self, world: World, manipulated: str) -> None:
        self._world, self._name = world, manipulated
        self._data = mujoco.MjData(world.model)
        self._robot = np.zeros(world.model.ngeom, dtype=np.bool_)
        self._robot[[*world.arm_geoms, *world.hand_geoms]] = True
        base = world.model.geom_bodyid == world.model.geom_bodyid[min(world.arm_geoms)]
        self._robot[base] = False
        self._manip = np.zeros(world.model.ngeom, dtype=np.bool_)
        self._manip[list(world.object_geoms[manipulated])] = True

    def judge(self, states: FloatArray, felt: FloatArray, reference: Reference, substeps: int) -> Rehearsed:
        """Summarise a trajectory (S, nstate): time, qpos, qvel, ... in MuJoCo's full physics layout.

        What was `felt` (S, nsensordata) are the readings of the world's sensors.
        """
        world, model = self._world, self._world.model
        valid = bool(np.isfinite(states).all() and states[-1, 0] > (len(states) - 0.5) * model.opt.timestep)
        if not valid:
            states = states[:1]  # what follows means nothing
        qpos = states[:, 1 : 1 + model.nq]
        at = world.object_qpos[self._name]
        path = qpos[:, at : at + 3]
        close = np.flatnonzero(reference.phase >= PHASES.index("close"))
        before = path[min(int(close[0]) * substeps, len(path) - 1)] if len(close) else path[-1]
        others = [a for name, a in world.object_qpos.items() if name != self._name]
        moved = max((float(np.linalg.norm(qpos[-1, a : a + 2] - qpos[0, a : a + 2])) for a in others), default=0.0)
        table = grip = 0.0
        step = max(round(self.every_s / model.opt.timestep), 1)
        ticks = np.arange(0, len(qpos), step) // substeps
        for s in range(0, len(qpos), step):
            deeper = self._depths(qpos[s])
            table, grip = max(table, deeper[0]), max(grip, deeper[1])
        end = states[-1]
        mujoco.mj_setState(model, self._data, end, mujoco.mjtState.mjSTATE_FULLPHYSICS)
        self._data.ctrl[world.actuator] = reference.qpos[-1]
        mujoco.mj_forward(model, self._data)
        T_end = se3.from_quat_wxyz(qpos[-1, at + 3 : at + 7], path[-1])
        return Rehearsed(
            T_table_manip=T_end,
            lowest_m=lowest_z(model, world.object_geoms[self._name], T_end),
            lift_m=float(path[:, 2].max() - path[0, 2]),
            planned_lift_m=float(np.ptp(reference.T_table_manip[:, 2, 3])),
            moved_early_m=float(np.linalg.norm(before - path[0])),
            hand_force=self._hand_force(),
            table_depth_m=table,
            scene_moved_m=moved,
            grip_depth_m=grip,
            held_use=self._held_use(qpos[::step], reference, ticks),
            press_n=largest_press(model, felt),
            valid=valid,
        )

    def _depths(self, qpos: FloatArray) -> tuple[float, float]:
        model, data = self._world.model, self._data
        data.qpos[:] = qpos
        mujoco.mj_kinematics(model, data)
        mujoco.mj_collision(model, data)
        geoms, dist = data.contact.geom[: data.ncon], data.contact.dist[: data.ncon]
        robot = self._robot[geoms]
        table = (geoms == self._world.table_geom).any(axis=1) & robot.any(axis=1)
        grip = self._manip[geoms].any(axis=1) & robot.any(axis=1)
        return max(0.0, -float(dist[table].min(initial=0.0))), max(0.0, -float(dist[grip].min(initial=0.0)))

    def _held_use(self, qpos: FloatArray, reference: Reference, ticks: IntArray) -> float:
        """Judge states (S, nq) by what their motors are asked for, which is not more than they give."""
        world, model = self._world, self._world.model
        tick = np.minimum(ticks, len(reference.qpos) - 1)  # the last command is held
        asked = asked_torque(model, qpos, reference.qpos[tick], world.actuator)
        given = np.minimum(np.abs(asked), model.jnt_actfrcrange[model.actuator_trnid[world.actuator, 0], 1])
        phase = reference.phase[tick]
        means = np.array([given[phase == k].mean(axis=0) for k in np.unique(phase)])
        return float(np.max(means / world.continuous_torque))

    def _hand_force(self) -> float:
        data, wrench, total = self._data, np.zeros(6), 0.0
        geoms = data.contact.geom[: data.ncon]
        for i in np.flatnonzero(self._manip[geoms].any(axis=1) & self._robot[geoms].any(axis=1)):
            mujoco.mj_contactForce(self._world.model, data, int(i), wrench)
            total += float(np.linalg.norm(wrench[:3]))
        return total
