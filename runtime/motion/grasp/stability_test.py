"""Stability test of grasps (A.2.2): approach, pre-grasp, close, lift, shake in wrist rotation and along three axes.

Accepted = the object stays lifted by more than 6 cm throughout and the hand never touches the table. Every grasp is
tested in several varied copies of the world (object displaced, lighter or heavier, slippier, larger or smaller), so
that what is accepted survives a twin's errors.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import mujoco
import numpy as np
from mujoco import rollout
from scipy.spatial.transform import Rotation

from skillc.runtime.formats.arrays import BoolArray, FloatArray
from skillc.runtime.geometry import se3
from skillc.runtime.motion.path.interpolation import smoothstep
from skillc.runtime.sim.hand_world import HandWorld, carrier_coordinates
from skillc.runtime.sim.motor_torque import asked_torque

LOOK_S = 0.1
"""ours: s of shaking after which tests are looked at, and those that are lost are given up; costs nothing."""


@dataclass(frozen=True, kw_only=True)
class StabilityParameters:
    """The test's course; m, s, rad."""

    approach_m: float
    approach_s: float
    close_s: float
    settle_s: float
    lift_m: float
    lift_s: float
    lifted_m: float
    """tau_lift: the object must stay this much over its start."""
    shake_m: float
    """Amplitude along each axis."""
    shake_hz: float
    shakes: float
    """Periods per axis."""
    wrist_rad: float
    """Amplitude of the turn about the hand's z axis."""
    wrist_s: float


@dataclass(frozen=True, kw_only=True)
class StabilityResult:
    """K grasps in V worlds."""

    accepted: BoolArray
    """(K, V)."""
    tracking_error_m: FloatArray
    """(K, V) mean distance of the object from where the closed hand should carry it; inf where not accepted."""
    torque_nm: FloatArray
    """(K, V, m) mean over what follows the lift of what is asked of each finger motor, with its sign; NaN likewise."""
    settled_rad: FloatArray
    """(K, V, m) mean posture of the fingers meanwhile; NaN likewise."""


def shake_test(
    worlds: Sequence[HandWorld],
    *,
    T_object_hand: FloatArray,
    approach_object: FloatArray,
    q_pre: FloatArray,
    q_squeeze: FloatArray,
    q_hold: FloatArray | None = None,
    T_table_object: FloatArray,
    parameters: StabilityParameters,
    threads: int,
) -> StabilityResult:
    """Test K grasps in every world.

    Args:
        worlds: varied copies; the hand goes where the object stands in the unvaried twin.
        T_object_hand: (K, 4, 4).
        approach_object: (K, 3) unit.
        q_pre: (K, m) fingers before closing.
        q_squeeze: (K, m) targets when closed.
        q_hold: (K, m) targets once lifted; those of closing if not given.
        T_table_object: (4, 4) object in the unvaried twin.
        parameters: the course.
        threads: simulator threads.
    """
    count, versions = len(T_object_hand), len(worlds)
    model = worlds[0].model
    if not count:
        none, fingers = np.zeros((0, versions)), np.zeros((0, versions, q_squeeze.shape[1]))
        return StabilityResult(
            accepted=none.astype(np.bool_), tracking_error_m=none, torque_nm=fingers, settled_rad=fingers
        )
    held = q_squeeze if q_hold is None else q_hold
    courses = [
        _course(
            worlds[0],
            T_table_object,
            T_object_hand[k],
            approach_object[k],
            (q_pre[k], q_squeeze[k], held[k]),
            parameters,
        )
        for k in range(count)
    ]
    pairs = [(course, world) for course in courses for world in worlds]
    states = np.array([_first_state(world, course[0]) for course, world in pairs])
    controls = np.array([course for course, _ in pairs])
    trajectory = _shaken(worlds, [world.model for _, world in pairs], states, controls, parameters, threads)
    accepted = np.zeros((count, versions), dtype=np.bool_)
    error = np.full((count, versions), np.inf)
    torque = np.full((count, versions, q_squeeze.shape[1]), np.nan)
    settled = torque.copy()
    _, _, closed_from, lifted_from, _ = _steps(parameters, model)
    for k in range(count):
        for v, world in enumerate(worlds):
            qpos = trajectory[k * versions + v]
            accepted[k, v], error[k, v] = _judge(
                world, qpos, T_object_hand[k], lifted_from, closed_from, parameters.lifted_m
            )
            if accepted[k, v]:
                torque[k, v], settled[k, v] = _holding(world, qpos[lifted_from:], held[k])
    return StabilityResult(
        accepted=accepted,
        tracking_error_m=np.where(accepted, error, np.inf),
        torque_nm=torque,
        settled_rad=settled,
    )


def _first_state(world: HandWorld, control: FloatArray) -> FloatArray:
    """Return the state of a world whose hand is where its servos are told to go at first (nu,)."""
    data, full = mujoco.MjData(world.model), mujoco.mjtState.mjSTATE_FULLPHYSICS
    data.qpos[world.carrier_qpos] = control[world.carrier_actuator]
    data.qpos[world.hand_qpos] = control[world.hand_actuator]
    state = np.empty(mujoco.mj_stateSize(world.model, full))
    mujoco.mj_getState(world.model, data, state, full)
    return state


def _shaken(
    worlds: Sequence[HandWorld],
    models: Sequence[mujoco.MjModel],
    states: FloatArray,
    controls: FloatArray,
    p: StabilityParameters,
    threads: int,
) -> FloatArray:
    """Return positions (N, S, nq) of N tests, worlds varying fastest; from where one is lost on, they are NaN.

    The course is run part by part, and a test in which the hand has touched the table before the lift, or the object
    has sunk after it, is not run further.
    """
    model = worlds[0].model
    _, _, closed, lifted, last = _steps(p, model)
    ends = [closed, *range(lifted, last, round(LOOK_S / model.opt.timestep)), last]
    datas = [mujoco.MjData(model) for _ in range(threads)]
    qpos = np.full((len(states), last, model.nq), np.nan)
    height = 1 + worlds[0].object_qpos + 2
    rest = states[:, height].copy()
    alive, start = np.arange(len(states)), 0
    for end in ends:
        part, _ = rollout.rollout([models[i] for i in alive.tolist()], datas, states[alive], controls[alive, start:end])
        qpos[alive, start:end] = part[:, :, 1 : 1 + model.nq]
        states[alive] = part[:, -1]
        if end == closed:
            early = [_looks(qpos[i, :closed], lifted) for i in alive]
            lost = np.array([_touches_table(worlds[i % len(worlds)], q) for i, q in zip(alive.tolist(), early)])
        else:
            lost = ~(part[:, -1, height] - rest[alive] > p.lifted_m)
        alive, start = alive[~lost], end
        if not len(alive):
            break
    return qpos


def _steps(p: StabilityParameters, model: mujoco.MjModel) -> tuple[int, int, int, int, int]:
    """Return the step at which approach, closing, settling and lifting end, and the last one."""
    ends = np.cumsum([p.approach_s, p.close_s, p.settle_s, p.lift_s, 3 * p.shakes / p.shake_hz + p.wrist_s])
    return tuple(round(e / model.opt.timestep) for e in ends)


def _course(
    world: HandWorld,
    T_table_object: FloatArray,
    T_object_hand: FloatArray,
    approach_object: FloatArray,
    fingers: tuple[FloatArray, FloatArray, FloatArray],
    p: StabilityParameters,
) -> FloatArray:
    """Return controls (S, nu) at every simulator step; the fingers come in, close, and once lifted hold."""
    approach, close, settle, lift, last = _steps(p, world.model)
    t = np.arange(1, last + 1)
    still = carrier_coordinates(world, T_table_object @ T_object_hand)
    away = T_table_object[:3, :3] @ approach_object
    carrier = np.repeat(still[None], last, axis=0)
    carrier[:, :3] -= p.approach_m * (1 - smoothstep(t / approach))[:, None] * away
    carrier[:, 2] += p.lift_m * smoothstep((t - settle) / (lift - settle))
    dt = world.model.opt.timestep
    length = p.shakes / p.shake_hz
    for axis in range(3):
        s = (t - lift) * dt - p.wrist_s - axis * length
        on = (s >= 0) & (s < length)
        carrier[:, axis] += np.where(on, p.shake_m * np.sin(2 * np.pi * p.shake_hz * s), 0.0)
    s = (t - lift) * dt / p.wrist_s  # first, since most that are lost are lost in turning
    turn = np.where((s >= 0) & (s <= 1), p.wrist_rad * np.sin(2 * np.pi * np.clip(s, 0, 1)), 0.0)
    R_hand = (T_table_object @ T_object_hand)[:3, :3]
    turned = R_hand @ Rotation.from_rotvec(turn[:, None] * np.array([0.0, 0.0, 1.0])).as_matrix()
    carrier[:, 3:] = Rotation.from_matrix(world.R_table_nominal.T @ turned).as_euler("XYZ")
    control = np.empty((last, world.model.nu))
    control[:, world.carrier_actuator] = carrier
    q_pre, q_squeeze, q_hold = fingers
    closed = smoothstep((t - approach) / (close - approach))[:, None]
    eased = smoothstep((t - settle) / (lift - settle))[:, None]
    control[:, world.hand_actuator] = q_pre + closed * (q_squeeze - q_pre) + eased * (q_hold - q_squeeze)
    return control


def _judge(
    world: HandWorld,
    qpos: FloatArray,
    T_object_hand: FloatArray,
    lifted_from: int,
    closed_from: int,
    lifted_m: float,
) -> tuple[bool, float]:
    at = world.object_qpos
    if not np.isfinite(qpos[-1]).all():
        return False, np.inf
    rise = qpos[lifted_from:, at + 2] - qpos[0, at + 2]
    if not bool(rise.min() > lifted_m):
        return False, np.inf
    if _touches_table(world, _looks(qpos[:lifted_from], lifted_from)):
        return False, np.inf
    later = slice(closed_from, None, 8)
    coordinates = qpos[later][:, world.carrier_qpos]
    R = world.R_table_nominal @ Rotation.from_euler("XYZ", coordinates[:, 3:]).as_matrix()
    T_hand = se3.from_parts(R, coordinates[:, :3])
    wanted = (T_hand @ se3.inverse(T_object_hand))[:, :3, 3]
    return True, float(np.linalg.norm(qpos[later][:, at : at + 3] - wanted, axis=1).mean())


def _holding(world: HandWorld, qpos: FloatArray, told: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return mean torque (m,) asked of the fingers and mean posture (m,) in states (S, nq) of a held object."""
    seen = qpos[:: round(LOOK_S / world.model.opt.timestep)]
    asked = asked_torque(world.model, seen, told, world.hand_actuator)
    return asked.mean(axis=0), seen[:, world.hand_qpos].mean(axis=0)


def _looks(qpos: FloatArray, lifted_from: int) -> FloatArray:
    """Return the dozen states before the end of the lift in which the hand is held against the table."""
    return qpos[:: max(lifted_from // 12, 1)]


def _touches_table(world: HandWorld, qpos: FloatArray) -> bool:
    data = mujoco.MjData(world.model)
    hand = np.zeros(world.model.ngeom, dtype=np.bool_)
    hand[list(world.hand_geoms)] = True
    for q in qpos:
        data.qpos[:] = q
        mujoco.mj_kinematics(world.model, data)
        mujoco.mj_collision(world.model, data)
        geoms = data.contact.geom[: data.ncon]
        if np.any((geoms == world.table_geom).any(axis=1) & hand[geoms].any(axis=1)):
            return True
    return False
