"""Compile twin, table and robot into one MuJoCo model.

World frame = table frame (z up, table top at z = 0). Objects are free bodies without welds, equalities or adhesion;
the robot's servos are position actuators with the profile's gains and effort limits.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import mujoco
import numpy as np

from skillc.runtime.formats.arrays import FloatArray, IntArray
from skillc.runtime.formats.files import Folder
from skillc.runtime.formats.filling import Filling
from skillc.runtime.formats.motors import CommandMode
from skillc.runtime.formats.physics import PhysicsSettings
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.formats.twin import Twin
from skillc.runtime.geometry import se3
from skillc.runtime.robot.model import placed_robot, robot_bodies
from skillc.runtime.sim.filling import Filled, add_filling
from skillc.runtime.sim.variation import WorldVariation
from skillc.runtime.sim.world_parts import add_scene, add_servo, contact_parameters, set_robot_contact, tip_friction_on

_FREE = int(mujoco.mjtJoint.mjJNT_FREE)


@dataclass(frozen=True, kw_only=True)
class World:
    """A compiled scene and where to find things in it; every joint array is in the profile's driver order."""

    model: mujoco.MjModel
    joint_qpos: IntArray
    """(n,) addresses in qpos."""
    joint_dof: IntArray
    """(n,) addresses in qvel."""
    actuator: IntArray
    """(n,) actuator ids."""
    command_modes: tuple[CommandMode, ...]
    """(n,) how commands reach each joint."""
    continuous_torque: FloatArray
    """(n,) N m, what each motor holds without end."""
    object_body: dict[str, int]
    object_qpos: dict[str, int]
    """Address of the free joint's 7 numbers: position, quaternion wxyz."""
    object_dof: dict[str, int]
    """Address of the free joint's 6 velocities."""
    table_geom: int
    base_qpos: int | None
    """Address of a floating base's 7 numbers: position, quaternion wxyz; None for a fixed base."""
    tip_sites: IntArray
    """(F,) of every hand's fingers, in the profile's order."""
    tip_geoms: IntArray
    """(F,)."""
    arm_geoms: tuple[int, ...]
    """Links that are no part of a hand; of a floating robot its arms' only, as the others carry it."""
    hand_geoms: tuple[int, ...]
    """Hands and fingers, tips included."""
    object_geoms: dict[str, tuple[int, ...]]
    """Colliding geoms."""
    target: str | None
    """Name of the object that the task is about besides the manipulated one."""
    filled: Filled | None = None
    """What is in the manipulated object; none but in a pour that is judged."""


def compile_world(
    *,
    twin: Twin,
    twin_folder: Folder,
    profile: RobotProfile,
    robot_folder: Folder,
    T_table_robot: FloatArray,
    physics: PhysicsSettings,
    variation: WorldVariation | None = None,
    filling: Filling | None = None,
    instrument: Callable[[Any], None] = lambda spec: None,
) -> World:
    """Build the simulation of `twin` with the robot's base at `T_table_robot` (4, 4), a floating one at the start.

    Args:
        twin: what stands on the table.
        twin_folder: with its meshes.
        profile: of the robot.
        robot_folder: with its model.
        T_table_robot: (4, 4).
        physics: settings.
        variation: against the twin; None for none.
        filling: what is in the manipulated object.
        instrument: adds sensors to the `MjSpec` before it is compiled.

    Raises:
        FillingError: `filling` has no room in the manipulated object.
    """
    change = variation or WorldVariation()
    placed = T_table_robot if change.T_table_displaced is None else change.T_table_displaced @ T_table_robot
    spec = placed_robot(profile, robot_folder, placed)
    add_scene(spec, twin, twin_folder, physics, change)
    held = next((o for o in twin.objects if o.role == "manipulated"), None)
    tip_friction = tip_friction_on(held, physics, change)
    equip_robot(spec, profile=profile, physics=physics, variation=change, tip_friction=tip_friction)
    instrument(spec)
    target = twin.target
    names = tuple(o.name for o in twin.objects)
    if filling is None or held is None or target is None:
        return world_of(spec.compile(), profile, names, target.name if target else None)
    add_filling(spec, held, filling, contact_parameters(physics, change), change)
    model = spec.compile()
    filled = Filled(
        qpos=np.array([model.joint(f"filling/{k}").qposadr[0] for k in range(filling.number)]),
        radius_m=filling.radius * change.size_scale.get(held.name, 1.0),
        target=target.name,
        target_size_m=np.asarray(target.size_m) * change.size_scale.get(target.name, 1.0),
    )
    return replace(world_of(model, profile, names, target.name), filled=filled)


def equip_robot(
    spec: Any, *, profile: RobotProfile, physics: PhysicsSettings, variation: WorldVariation, tip_friction: float
) -> None:
    """Give the robot in `spec` contact parameters, servos and excluded pairs, on a fixed base gravity compensation too.

    An arm's controller holds its links up through the base; a floating base has nothing to hold on to.
    """
    tips = {f.tip_geom for f in profile.fingers}
    for body in robot_bodies(spec, profile):
        body.gravcomp = 1.0 if profile.base == "fixed" else 0.0
        set_robot_contact(body.geoms, tips, physics, variation, tip_friction)
    for joint in profile.joints:
        add_servo(spec, joint.name, joint, variation)
    for first, second in profile.collision_pairs_excluded:
        spec.add_exclude(bodyname1=first, bodyname2=second)
    for follower, (driver, k, b) in profile.couplings.items():
        spec.add_equality(
            type=mujoco.mjtEq.mjEQ_JOINT,
            objtype=mujoco.mjtObj.mjOBJ_JOINT,
            name1=follower,
            name2=driver,
            data=[b, k, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        )


def world_of(
    model: mujoco.MjModel, profile: RobotProfile, object_names: tuple[str, ...], target: str | None = None
) -> World:
    """Find everything by name in a compiled model."""
    hands = [model.body(hand.body).id for hand in profile.hands]
    base = model.body(profile.base_body).id
    free = [j for j in range(model.njnt) if model.jnt_bodyid[j] == base and model.jnt_type[j] == _FREE]
    arms = [int(model.jnt_bodyid[model.joint(name).id]) for name in _first_arm_joints(profile)] if free else [base]
    arm_geoms, hand_geoms = [], []
    for geom in range(model.ngeom):
        body = model.geom_bodyid[geom]
        if any(_is_below(model, body, hand) for hand in hands):
            hand_geoms.append(geom)
        elif any(_is_below(model, body, arm) for arm in arms):
            arm_geoms.append(geom)
    bodies = {name: model.body(f"object/{name}").id for name in object_names}
    collides = model.geom_contype | model.geom_conaffinity
    return World(
        model=model,
        joint_qpos=np.array([model.joint(n).qposadr[0] for n in profile.joint_names]),
        joint_dof=np.array([model.joint(n).dofadr[0] for n in profile.joint_names]),
        actuator=np.array([model.actuator(n).id for n in profile.joint_names]),
        command_modes=tuple(profile.command_mode(n) for n in profile.joint_names),
        continuous_torque=np.array([profile.continuous_torque(n) for n in profile.joint_names]),
        object_body=bodies,
        object_qpos={n: int(model.joint(f"object/{n}").qposadr[0]) for n in object_names},
        object_dof={n: int(model.joint(f"object/{n}").dofadr[0]) for n in object_names},
        table_geom=model.geom("table").id,
        base_qpos=int(model.jnt_qposadr[free[0]]) if free else None,
        tip_sites=np.array([model.site(f.tip_site).id for f in profile.fingers], dtype=np.int64),
        tip_geoms=np.array([model.geom(f.tip_geom).id for f in profile.fingers], dtype=np.int64),
        arm_geoms=tuple(arm_geoms),
        hand_geoms=tuple(hand_geoms),
        object_geoms={
            n: tuple(g for g in range(model.ngeom) if model.geom_bodyid[g] == b and collides[g])
            for n, b in bodies.items()
        },
        target=target,
    )


def _first_arm_joints(profile: RobotProfile) -> list[str]:
    """Return the first joint of every arm that carries a hand."""
    carrying = {hand.arm for hand in profile.hands}
    return [group.joints[0] for group in profile.groups if group.name in carrying]


def reset_data(
    world: World, qpos: FloatArray, T_table_objects: Mapping[str, FloatArray] | None = None
) -> mujoco.MjData:
    """Return a state at rest: joints at `qpos` (n,) rad with servos holding them, objects at their poses (4, 4).

    Objects not named stay where the model was compiled with them.
    """
    data = mujoco.MjData(world.model)
    data.qpos[world.joint_qpos] = qpos
    data.ctrl[world.actuator] = qpos
    for name, T in (T_table_objects or {}).items():
        place_object(world, data, name, T)
    mujoco.mj_forward(world.model, data)
    return data


def place_object(world: World, data: mujoco.MjData, name: str, T_table_object: FloatArray) -> None:
    """Put object `name` to a pose (4, 4), at rest; what follows from qpos is not computed."""
    at, moves = world.object_qpos[name], int(world.model.body(f"object/{name}").dofadr[0])
    data.qpos[at : at + 3] = T_table_object[:3, 3]
    data.qpos[at + 3 : at + 7] = se3.as_quat_wxyz(T_table_object)
    data.qvel[moves : moves + 6] = 0.0


def object_pose(world: World, data: mujoco.MjData, name: str) -> FloatArray:
    """Return T_table_object (4, 4) of object `name`, from qpos (valid without forward kinematics)."""
    at, turn = world.object_qpos[name], np.empty(9)
    mujoco.mju_quat2Mat(turn, data.qpos[at + 3 : at + 7])
    T = np.eye(4)
    T[:3, :3], T[:3, 3] = turn.reshape(3, 3), data.qpos[at : at + 3]
    return T


def _is_below(model: mujoco.MjModel, body: int, ancestor: int) -> bool:
    while body:
        if body == ancestor:
            return True
        body = int(model.body_parentid[body])
    return False
