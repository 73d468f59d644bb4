"""Compile the collision model: the robot's capsules, what they may come near, and how near the motion comes."""

from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

import mujoco
import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.collision_model import Capsule, CollisionModel, Link
from skillc.runtime.formats.contract import JointContract
from skillc.runtime.formats.motion_limits import MotionLimits
from skillc.runtime.formats.physics import PhysicsSettings
from skillc.runtime.formats.reference import Reference
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.formats.twin import Twin
from skillc.runtime.geometry.chain import Chain
from skillc.runtime.robot.capsules import capsules_around
from skillc.runtime.robot.chain import read_chain
from skillc.runtime.safety.body import RobotBody
from skillc.runtime.safety.halts import with_halts
from skillc.runtime.sim.box_regions import box_regions
from skillc.runtime.sim.world import World, compile_world


@dataclass(frozen=True, kw_only=True)
class CollisionSettings:
    """Distances the safety filter keeps."""

    keep_m: float
    slack_m: float
    slow_m: float
    keep_singular: float


def compile_collision(
    *,
    profile: RobotProfile,
    robot_folder: Path,
    twin: Twin,
    twin_folder: Path,
    physics: PhysicsSettings,
    joints: tuple[JointContract, ...],
    control_rate_hz: float,
    reference: Reference,
    settings: CollisionSettings,
) -> CollisionModel:
    """Return the model with its halts set for the reference.

    Links that touch by construction are not watched: a link and the one it hangs on, pairs that the profile excludes,
    and capsules that overlap in the home posture. The manipulated object is not either, as it is touched on purpose.

    Raises:
        TooManyCapsules: the robot has too many bodies.
        ValueError: the robot has a joint that is no hinge.
    """
    world = compile_world(
        twin=twin,
        twin_folder=twin_folder,
        profile=profile,
        robot_folder=robot_folder,
        T_table_robot=np.asarray(reference.T_table_robot),
        physics=physics,
    )
    names = tuple(joint.name for joint in joints)
    chain = read_chain(world.model, root=profile.base_body, joints=names)
    capsules = capsules_around(world.model, chain)
    moving = np.array([c for c, capsule in enumerate(capsules) if _rigid(chain, capsule.link) > 0], dtype=np.int64)
    boxes = box_regions(world, [o.name for o in twin.objects if o.role != "manipulated"])
    hands = [hand for hand in profile.hands if hand.arm is not None]
    watched = hands[0] if len(hands) == 1 and profile.base == "fixed" else None
    arm = next((g.joints for g in profile.groups if watched and g.name == watched.arm), ())
    model = CollisionModel(
        joint_names=names,
        T_table_root=_placed(world, profile),
        links=_links(chain),
        capsules=capsules,
        pairs=np.zeros((0, 2), dtype=np.int64),
        pair_halt_m=np.zeros(0),
        table_capsules=moving,
        table_halt_m=np.zeros(len(moving)),
        boxes=boxes,
        box_halt_m=np.zeros((len(boxes), len(moving))),
        keep_m=settings.keep_m,
        slack_m=settings.slack_m,
        slow_m=settings.slow_m,
        keep_singular=settings.keep_singular,
        arm_joints=tuple(names.index(joint) for joint in arm),
        hand_link=chain.body(watched.body) if watched else 0,
        singular_slow=1.0,
        singular_halt=0.0,
    )
    paired = _with_pairs(model, chain, profile)
    return with_halts(paired, reference.qpos, MotionLimits.of(joints), 1.0 / control_rate_hz)


def _placed(world: World, profile: RobotProfile) -> FloatArray:
    """Return where the model's root stands, which need not be at the base frame's origin."""
    data = mujoco.MjData(world.model)
    mujoco.mj_kinematics(world.model, data)
    T, root = np.eye(4), data.body(profile.base_body)
    T[:3, :3], T[:3, 3] = root.xmat.reshape(3, 3), root.xpos
    return T


def _links(chain: Chain) -> tuple[Link, ...]:
    return tuple(
        Link(
            name=name,
            parent=int(chain.parent[b]),
            T_parent_link=chain.T_parent_body[b],
            joint=int(chain.joint[b]),
            axis=tuple(chain.axis[b].tolist()),
            anchor=tuple(chain.anchor[b].tolist()),
        )
        for b, name in enumerate(chain.names)
    )


def _with_pairs(model: CollisionModel, chain: Chain, profile: RobotProfile) -> CollisionModel:
    """Return the model with every pair of capsules that is watched."""
    excluded = {frozenset(pair) for pair in profile.collision_pairs_excluded}

    def apart(one: Capsule, two: Capsule) -> bool:
        a, b = _rigid(chain, one.link), _rigid(chain, two.link)
        hanging = b in _hanging(chain, a) or a in _hanging(chain, b)
        named = frozenset((chain.names[one.link], chain.names[two.link]))
        return a != b and not hanging and named not in excluded

    found = [
        (i, j)
        for (i, one), (j, two) in combinations(enumerate(model.capsules), 2)
        if apart(one, two)
    ]  # fmt: skip
    pairs = np.array(found, dtype=np.int64).reshape(-1, 2)
    distances = RobotBody(replace(model, pairs=pairs, pair_halt_m=np.zeros(len(pairs)))).distances(profile.home[None])[
        0
    ][0]
    watched = pairs[distances > 0]
    return replace(model, pairs=watched, pair_halt_m=np.zeros(len(watched)))


def _rigid(chain: Chain, link: int) -> int:
    """Return the first link of the rigid group that `link` belongs to."""
    while link > 0 and chain.joint[link] < 0:
        link = int(chain.parent[link])
    return link


def _hanging(chain: Chain, link: int) -> tuple[int, ...]:
    """Return the links that hang by a joint on the rigid group of `link`."""
    return tuple(
        b for b in range(1, len(chain.names)) if chain.joint[b] >= 0 and _rigid(chain, int(chain.parent[b])) == link
    )
