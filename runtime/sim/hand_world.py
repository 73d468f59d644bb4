"""The hand alone on a carrier with six servos, one free object and the table: where grasps are shaken."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mujoco
import numpy as np
from scipy.spatial.transform import Rotation

from skillc.runtime.formats.arrays import FloatArray, IntArray
from skillc.runtime.formats.joint_groups import Manipulator
from skillc.runtime.formats.physics import PhysicsSettings
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.formats.twin import TwinObject
from skillc.runtime.geometry import se3
from skillc.runtime.robot.robot_source import robot_source
from skillc.runtime.sim.shapes import add_shape
from skillc.runtime.sim.variation import WorldVariation
from skillc.runtime.sim.world_parts import (
    FREE_TABLE_FRICTION,
    ROLLING_M,
    TORSION_M,
    add_object,
    add_servo,
    contact_parameters,
    set_physics,
    set_robot_contact,
    tip_friction_on,
)

CARRIER_MASS, CARRIER_KP, CARRIER_TURN_KP = 5.0, 2.0e4, 2.0e3
"""ours: kg, N/m, Nm/rad; stiff enough that shaking moves the hand and not the carrier's error (1 mm at 2 g)."""
HAND = "hand/"
"""Before the names of everything of the robot's: MuJoCo asks for a prefix where a model is attached."""
NEIGHBOUR = "neighbour/"
AXES = ("x", "y", "z", "roll", "pitch", "yaw")


@dataclass(frozen=True, kw_only=True)
class HandWorld:
    """A compiled grasp test; the carrier shifts along the table's axes, then turns about the nominal hand's axes."""

    model: mujoco.MjModel
    carrier_qpos: IntArray
    """(6,) addresses."""
    carrier_actuator: IntArray
    """(6,)."""
    hand_qpos: IntArray
    """(m,) in the profile's order."""
    hand_actuator: IntArray
    """(m,)."""
    object_qpos: int
    object_geoms: tuple[int, ...]
    hand_geoms: tuple[int, ...]
    tip_geoms: tuple[int, ...]
    table_geom: int
    neighbour_geoms: tuple[int, ...]
    """Of what stands beside the object, fixed."""
    R_table_nominal: FloatArray
    """(3, 3) hand orientation at carrier angles zero."""


def compile_hand_world(
    *,
    profile: RobotProfile,
    robot_folder: Path,
    thing: TwinObject,
    twin_folder: Path,
    physics: PhysicsSettings,
    R_table_nominal: FloatArray,
    table_friction: float,
    variation: WorldVariation | None = None,
    neighbours: Sequence[TwinObject] = (),
) -> HandWorld:
    """Build the test for `thing`, which stands where `thing.T_table_object` (or the variation) says.

    `neighbours` stand fixed where they are: for looking where the hand has room, not for shaking.
    """
    change = variation or WorldVariation()
    spec = mujoco.MjSpec()
    set_physics(spec, physics, change)
    contact = contact_parameters(physics, change)
    stiffness = {"solref": contact.solref, "solimp": contact.solimp}
    # A plane: wherever the hand comes from, it is the table that it meets and not the table's side.
    friction = [FREE_TABLE_FRICTION, TORSION_M, ROLLING_M]
    plane = mujoco.mjtGeom.mjGEOM_PLANE
    spec.worldbody.add_geom(name="table", type=plane, size=[1, 1, 0.1], friction=friction, **stiffness)
    add_object(spec, thing, twin_folder, table_friction, contact, change)
    for other in neighbours:
        T = np.asarray(other.T_table_object)
        body = spec.worldbody.add_body(name=NEIGHBOUR + other.name, pos=T[:3, 3], quat=se3.as_quat_wxyz(T))
        add_shape(spec, body, other, twin_folder, scale=1.0, contact=stiffness)
    robot = robot_source(profile, robot_folder)
    own = profile.manipulator
    for body in robot.bodies:
        body.gravcomp = 1.0
    tips = {f.tip_geom for f in own.fingers}
    set_robot_contact(robot.geoms, tips, physics, change, tip_friction_on(thing, physics, change))
    carrier = _carrier(spec, R_table_nominal)
    hand_body = carrier.add_frame().attach_body(robot.body(own.hand_body), HAND, "")
    hand_body.pos, hand_body.quat = [0, 0, 0], [1, 0, 0, 0]  # where it sat on the arm's flange does not matter here
    _servos(spec, profile, change)
    bodies = {b.name for b in spec.bodies}
    for first, second in profile.collision_pairs_excluded:
        if {HAND + first, HAND + second} <= bodies:
            spec.add_exclude(bodyname1=HAND + first, bodyname2=HAND + second)
    return _hand_world(spec.compile(), own, thing.name, [other.name for other in neighbours], R_table_nominal)


def _carrier(spec: Any, R_table_nominal: FloatArray) -> Any:
    """Add the body that carries the hand, and its six joints."""
    carrier = spec.worldbody.add_body(
        name="carrier",
        quat=se3.as_quat_wxyz(R_table_nominal),
        mass=CARRIER_MASS,
        inertia=[0.05] * 3,
        explicitinertial=True,
        gravcomp=1.0,
    )
    kinds = mujoco.mjtJoint
    for k, name in enumerate(AXES):
        slide = k < 3
        axis = R_table_nominal.T[:, k] if slide else np.eye(3)[k - 3]
        carrier.add_joint(name=f"carrier/{name}", type=kinds.mjJNT_SLIDE if slide else kinds.mjJNT_HINGE, axis=axis)
    return carrier


def _servos(spec: Any, profile: RobotProfile, change: WorldVariation) -> None:
    for k, name in enumerate(AXES):
        servo = spec.add_actuator(name=f"carrier/{name}", target=f"carrier/{name}", trntype=mujoco.mjtTrn.mjTRN_JOINT)
        kp = CARRIER_KP if k < 3 else CARRIER_TURN_KP
        servo.set_to_position(kp=kp, kv=2.0 * np.sqrt(kp * (CARRIER_MASS if k < 3 else 0.06)))
    for name in profile.manipulator.hand_joints:
        add_servo(spec, HAND + name, profile.joint(name), change)


def _hand_world(
    model: mujoco.MjModel, own: Manipulator, thing: str, neighbours: Sequence[str], R_table_nominal: FloatArray
) -> HandWorld:
    """Find everything by name in a compiled model."""
    hand = model.body(HAND + own.hand_body).id
    thing_body = model.body(f"object/{thing}").id
    collides = model.geom_contype | model.geom_conaffinity
    beside = [model.body(NEIGHBOUR + name).id for name in neighbours]
    return HandWorld(
        model=model,
        carrier_qpos=np.array([model.joint(f"carrier/{n}").qposadr[0] for n in AXES]),
        carrier_actuator=np.array([model.actuator(f"carrier/{n}").id for n in AXES]),
        hand_qpos=np.array([model.joint(HAND + n).qposadr[0] for n in own.hand_joints]),
        hand_actuator=np.array([model.actuator(HAND + n).id for n in own.hand_joints]),
        object_qpos=int(model.joint(f"object/{thing}").qposadr[0]),
        object_geoms=tuple(g for g in range(model.ngeom) if model.geom_bodyid[g] == thing_body and collides[g]),
        hand_geoms=tuple(g for g in range(model.ngeom) if model.geom_bodyid[g] >= hand),
        tip_geoms=tuple(model.geom(HAND + f.tip_geom).id for f in own.fingers),
        table_geom=model.geom("table").id,
        neighbour_geoms=tuple(g for g in range(model.ngeom) if model.geom_bodyid[g] in beside and collides[g]),
        R_table_nominal=R_table_nominal,
    )


def carrier_coordinates(world: HandWorld, T_table_hand: FloatArray) -> FloatArray:
    """Return carrier coordinates (..., 6) that put the hand at T_table_hand (..., 4, 4)."""
    relative = Rotation.from_matrix(world.R_table_nominal.T @ T_table_hand[..., :3, :3])
    return np.concatenate([T_table_hand[..., :3, 3], relative.as_euler("XYZ")], axis=-1)
