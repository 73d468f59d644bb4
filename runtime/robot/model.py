"""The robot alone as a MuJoCo model, for kinematics: no objects, no actuators, qpos in the model's own joint order."""

from dataclasses import dataclass, replace
from typing import Any

import mujoco
import numpy as np

from skillc.runtime.formats.arrays import FloatArray, IntArray
from skillc.runtime.formats.files import Folder
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.geometry import se3
from skillc.runtime.robot.robot_source import robot_source
from skillc.runtime.robot.table import add_table_top

"""ours: thick enough that nothing is pushed through at the speeds met here."""


@dataclass(frozen=True, kw_only=True)
class RobotModel:
    """A compiled robot on its table and the addresses of its joints in driver order."""

    model: mujoco.MjModel
    profile: RobotProfile
    qpos: IntArray
    """(n,) addresses in qpos."""
    tip_sites: tuple[str, ...]
    """Of every hand's fingers, in the profile's order."""


def robot_model(
    profile: RobotProfile,
    folder: Folder,
    T_table_robot: FloatArray,
    *,
    table: tuple[tuple[float, float], tuple[float, float]] | None = None,
) -> RobotModel:
    """Compile the robot with its base at `T_table_robot` (4, 4).

    Args:
        profile: the robot.
        folder: where the profile's model lies.
        T_table_robot: (4, 4).
        table: centre and half size (m) of a table top at z = 0 as a box `table`, or None for no table.
    """
    spec = placed_robot(profile, folder, T_table_robot)
    if table is not None:
        add_table_top(spec, *table)
    for first, second in profile.collision_pairs_excluded:
        spec.add_exclude(bodyname1=first, bodyname2=second)
    model = spec.compile()
    return RobotModel(
        model=model,
        profile=profile,
        qpos=np.array([model.joint(name).qposadr[0] for name in profile.joint_names]),
        tip_sites=tuple(f.tip_site for f in profile.fingers),
    )


def hand_model(profile: RobotProfile, folder: Folder) -> RobotModel:
    """Compile the robot with its arm frozen and the hand frame at the origin; the profile keeps the hand only.

    Raises:
        NotOneManipulator: the robot is not one arm with one hand.
    """
    own = profile.manipulator
    whole = robot_model(profile, folder, np.eye(4))
    data = mujoco.MjData(whole.model)
    mujoco.mj_kinematics(whole.model, data)
    hand = data.body(own.hand_body)
    spec = placed_robot(profile, folder, se3.inverse(se3.from_parts(hand.xmat.reshape(3, 3), hand.xpos)))
    for name in own.arm_joints:
        spec.delete(spec.joint(name))
    # MuJoCo lets a body collide with its parent where that is welded to the world, as the frozen hand now is.
    frozen = spec.body(own.hand_body)
    while frozen.name != profile.base_body:
        frozen = frozen.parent
        for child in frozen.bodies:
            spec.add_exclude(bodyname1=frozen.name, bodyname2=child.name)
    for child in spec.body(own.hand_body).bodies:
        spec.add_exclude(bodyname1=own.hand_body, bodyname2=child.name)
    for first, second in profile.collision_pairs_excluded:
        spec.add_exclude(bodyname1=first, bodyname2=second)
    model = spec.compile()
    joints = tuple(j for j in profile.joints if j.name in own.hand_joints)
    alone = replace(profile.hands[0], arm=None)
    groups = tuple(group for group in profile.groups if group.name == alone.group)
    return RobotModel(
        model=model,
        profile=replace(profile, joints=joints, groups=groups, hands=(alone,)),
        qpos=np.array([model.joint(name).qposadr[0] for name in own.hand_joints]),
        tip_sites=tuple(f.tip_site for f in profile.fingers),
    )


def placed_robot(profile: RobotProfile, folder: Folder, T_table_robot: FloatArray) -> Any:
    """Return the robot's model as an `MjSpec`, its base placed by `T_table_robot` and joint ranges from the profile.

    A floating base has a free joint; one that the model lacks is added under the name of the base body.
    """
    spec = robot_source(profile, folder)
    root = spec.body(profile.base_body)
    T_robot_root = se3.from_quat_wxyz(np.array(root.quat), np.array(root.pos))
    T = T_table_robot @ T_robot_root
    root.pos, root.quat = T[:3, 3], se3.as_quat_wxyz(T)
    if profile.base == "floating" and not any(joint.type == mujoco.mjtJoint.mjJNT_FREE for joint in root.joints):
        root.add_freejoint(name=profile.base_body)
    per_radian = 180 / np.pi if spec.compiler.degree else 1.0
    for limits in profile.joints:
        joint = spec.joint(limits.name)
        joint.range = [limits.lower * per_radian, limits.upper * per_radian]
        # A URDF's continuous joint has no range of its own.
        joint.limited = mujoco.mjtLimited.mjLIMITED_TRUE
    return spec


def robot_bodies(spec: Any, profile: RobotProfile) -> list[Any]:
    """Return the base body and everything below it."""
    root = spec.body(profile.base_body)
    return [root, *root.find_all("body")]
