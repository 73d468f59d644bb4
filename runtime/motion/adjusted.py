"""Adjust a refined motion to hand poses that a policy saw the objects ask for, before the robot moves (4.3.1).

The poses are met by inverse kinematics and the way between them is laid again by the same functions that refined the
motion, in a scene whose objects stand where the poses say they do: within limits, and checked against collisions.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.grasps import Grasps
from skillc.runtime.formats.reference import Reference
from skillc.runtime.formats.twin import Twin
from skillc.runtime.geometry import se3
from skillc.runtime.motion.cell.cell import CHECK_MARGIN_M, Cell, PathParameters
from skillc.runtime.motion.grasp.carry import GraspPose
from skillc.runtime.motion.grasp.motion import grasp_reference
from skillc.runtime.motion.grasp.object_way import grasped_path
from skillc.runtime.motion.path.candidate import CandidateMotion
from skillc.runtime.motion.path.check import PathChecker
from skillc.runtime.motion.push.motion import push_motions
from skillc.runtime.motion.push.refine import pushed_path
from skillc.runtime.sim.world import compile_world
from skillc.runtime.tasks.catalog import task_type


class Infeasible(Exception):
    """The robot cannot do the motion that the poses ask for; the message says which part of it (SK910)."""

    def __init__(self, what: str) -> None:
        """Keep what cannot be done."""
        super().__init__(f"SK910: {what}")


@dataclass(frozen=True, kw_only=True)
class Adjustment:
    """How motions are adjusted."""

    paths: PathParameters
    """As the motion was refined with."""
    seeds: int
    """Postures of the arm to start from."""
    least_clearance_m: float
    """Of robot and what it carries to table, target and obstacles; of less the motion is not made."""


def adjusted(
    cell: Cell, reference: Reference, grasps: Grasps, hands: Mapping[str, FloatArray], how: Adjustment
) -> CandidateMotion:
    """Return the motion for the hand poses wanted.

    Args:
        cell: robot and scene as they were built.
        reference: the refined motion.
        grasps: its candidates, one of which it was made of.
        hands: keyframe (`contact`, `interaction`) -> T_table_hand (4, 4); one left out stays as it was relative to the
            manipulated object.
        how: see there.

    Raises:
        Infeasible: the arm does not reach a pose or cannot follow the way, or comes too near to something.
    """
    twin, thing, target = cell.twin, cell.twin.manipulated, cell.twin.target
    T_contact = _anchor(reference, "contact")
    T_manip_hand = se3.inverse(thing.T_table_object) @ T_contact
    T_manip = standing(hands.get("contact", T_contact) @ se3.inverse(T_manip_hand), thing.T_table_object)
    moved = {thing.name: T_manip}
    shift = T_manip @ se3.inverse(thing.T_table_object)
    if target is not None and "interaction" in hands:
        T_target_hand = se3.inverse(target.T_table_object) @ _anchor(reference, "interaction")
        T_target = standing(hands["interaction"] @ se3.inverse(T_target_hand), target.T_table_object)
        moved[target.name] = T_target
        shift = T_target @ se3.inverse(target.T_table_object)
    slides = task_type(twin.task_type).slides
    # What is pushed ends where it was demonstrated; what is carried ends relative to what it is brought to.
    there = with_objects_at(cell, moved, np.eye(4) if slides else shift)
    k = _made_of(grasps, T_manip_hand)
    T_object_hand = se3.inverse(T_manip) @ hands.get("contact", T_contact)
    if slides:
        motions = push_motions(
            there, candidate=k, T_object_hand=T_object_hand, q_hand=grasps.q_grasp[k],
            approach=grasps.approach_object[k], path=pushed_path(there, how.paths), paths=how.paths, seeds=how.seeds,
        )  # fmt: skip
    else:
        grasp = GraspPose(
            candidate=k, T_object_hand=T_object_hand, q_open=grasps.q_open[k], q_pre=grasps.q_pre[k],
            q_grasp=grasps.q_grasp[k], q_squeeze=grasps.q_squeeze[k], q_hold=grasps.q_hold[k],
            approach=grasps.approach_object[k],
        )  # fmt: skip
        made = grasp_reference(there, grasp, grasped_path(there, how.paths), how.paths, seeds=how.seeds)
        motions = iter(() if made is None else (made,))
    return _clear(motions, how, thing.name, T_manip)


def _clear(
    motions: Iterator[CandidateMotion], how: Adjustment, name: str, T_table_object: FloatArray
) -> CandidateMotion:
    """Return the first motion that keeps away from everything; raises Infeasible."""
    nearest: CandidateMotion | None = None
    for made in motions:
        if made.clearance_m >= how.least_clearance_m:
            return made
        nearest = made if nearest is None or made.clearance_m > nearest.clearance_m else nearest
    if nearest is None:
        x, y = T_table_object[:2, 3]
        raise Infeasible(f"the arm cannot follow the motion with {name} at x {x:.3f} m, y {y:.3f} m")
    raise Infeasible(
        f"the motion comes within {1e3 * nearest.clearance_m:.0f} mm of the table or a thing beside; expected "
        f"{1e3 * how.least_clearance_m:.0f} mm or more"
    )


def standing(T_table_object: FloatArray, T_stood: FloatArray) -> FloatArray:
    """Return T_table_object (4, 4) turned about the vertical only, and as high, as the object stood in the twin."""
    turn = T_table_object[:3, :3] @ np.asarray(T_stood)[:3, :3].T
    yaw = float(np.arctan2(turn[1, 0] - turn[0, 1], turn[0, 0] + turn[1, 1]))
    T = se3.exp(np.array([0.0, 0.0, 0.0, 0.0, 0.0, yaw]))
    T[:3, :3] = T[:3, :3] @ np.asarray(T_stood)[:3, :3]
    T[:3, 3] = [*T_table_object[:2, 3], np.asarray(T_stood)[2, 3]]
    return T


def with_objects_at(cell: Cell, T_table_objects: Mapping[str, FloatArray], shift: FloatArray) -> Cell:
    """Return the cell with objects at other poses (4, 4), the demonstrated object motion moved by `shift` (4, 4)."""
    objects = tuple(replace(o, T_table_object=T_table_objects.get(o.name, o.T_table_object)) for o in cell.twin.objects)
    twin: Twin = replace(cell.twin, objects=objects)
    world = compile_world(
        twin=twin, twin_folder=cell.twin_folder, profile=cell.profile, robot_folder=cell.robot_folder,
        T_table_robot=cell.T_table_robot, physics=cell.physics,
    )  # fmt: skip
    return replace(
        cell,
        twin=twin,
        world=world,
        checker=PathChecker(world, twin.manipulated.name, margin_m=CHECK_MARGIN_M),
        motion=replace(cell.motion, T_table_object=shift @ cell.motion.T_table_object),
    )


def _anchor(reference: Reference, name: str) -> FloatArray:
    """Return the hand pose (4, 4) of an anchor; raises Infeasible where the motion has none."""
    if name not in reference.anchor_name:
        raise Infeasible(f"the motion has no anchor {name!r}, only {', '.join(reference.anchor_name)}")
    return np.asarray(reference.anchor_T_table_hand[reference.anchor_name.index(name)])


def _made_of(grasps: Grasps, T_manip_hand: FloatArray) -> int:
    """Return the number of the candidate whose hand pose is nearest."""
    return int(np.abs(grasps.T_object_hand - T_manip_hand).reshape(len(grasps.T_object_hand), -1).max(axis=1).argmin())
