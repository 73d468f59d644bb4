"""The four-phase motion of a grasp: hand pose, pre-grasp, closing, tracking; then release and retreat (A.2.2)."""

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.fidelity import MotionChange
from skillc.runtime.motion.cell.approaches import approaches
from skillc.runtime.motion.cell.cell import (
    Cell,
    PathParameters,
    motion_clearance,
    raised,
    reachable_postures,
    straight,
)
from skillc.runtime.motion.cell.way_in import WayIn, way_in
from skillc.runtime.motion.grasp.carry import Carried, GraspPose, carried
from skillc.runtime.motion.path.assemble import Anchor, Segment, assemble
from skillc.runtime.motion.path.candidate import CandidateMotion
from skillc.runtime.motion.path.joint_path import follow
from skillc.runtime.motion.path.object_path import ObjectPath
from skillc.runtime.tasks.catalog import task_type

EASED_BY = 0.4
"""ours: share of a carry after which the fingers have eased; a third of the way is then done, the object lifted."""


def grasp_reference(
    cell: Cell, grasp: GraspPose, path: ObjectPath, paths: PathParameters, *, seeds: int
) -> CandidateMotion | None:
    """Build the motion from home; None if the arm cannot follow it.

    Args:
        cell: robot and scene.
        grasp: the hand at the object.
        path: the object's way.
        paths: how paths are laid.
        seeds: arm postures tried.
    """
    T_contact = cell.T_table_manip @ grasp.T_object_hand
    inward = cell.T_table_manip[:3, :3] @ grasp.approach
    reached, q_contact = reachable_postures(cell.arm, cell.T_table_robot, T_contact[None], cell.q_start, seeds=seeds)
    if not reached[0]:
        return None
    shown = cell.shown.smoothed(paths.hand_smoothing_s * cell.keyframes.fps)
    ways = approaches(
        shown, contact=cell.keyframes.contact, fps=cell.keyframes.fps, T_contact=T_contact, inward=inward,
        may_sweep=True, parameters=paths,
    )  # fmt: skip
    entry = way_in(cell, ways, q_contact[0], inward, grasp.q_open, paths)
    held = None if entry is None else carried(cell, grasp, path, q_contact[0], shown, paths)
    if entry is None or held is None:
        return None
    target = cell.twin.target
    segments = _taken(cell, grasp, path, entry, held, paths)
    if not task_type(cell.twin.task_type).holds_to_the_end:
        segments += _let_go(cell, grasp, held, path.frame[-1:], paths)
    reference = assemble(
        segments,
        profile=cell.profile,
        timing=paths.timing,
        jerk=paths.carry_jerk,
        hand_start=cell.hand_start,
        T_table_robot=cell.T_table_robot,
        T_table_target=None if target is None else np.asarray(target.T_table_object),
    )
    higher = [MotionChange(kind="raised to carry", amount=held.raised_m, unit="m")] if held.raised_m > 1e-6 else []
    return CandidateMotion(
        reference=reference,
        candidate=grasp.candidate,
        clearance_m=min(entry.clearance_m, held.clearance_m, motion_clearance(cell, reference, grasp.q_grasp)),
        changes=(*path.changes, *higher),
    )


def _taken(
    cell: Cell, grasp: GraspPose, path: ObjectPath, entry: WayIn, held: Carried, paths: PathParameters
) -> list[Segment]:
    """Come in with open fingers, let them hover off the object, close them, and carry it: the four phases."""
    at_rest, still, contact = cell.T_table_manip[None], entry.knots[-1:], path.frame[:1]
    last = entry.legs[-1]
    T_contact, T_end = (T @ grasp.T_object_hand for T in (cell.T_table_manip, held.T_table_object[-1]))
    return [
        *(Segment(phase="approach", arm=entry.knots[leg], hand=grasp.q_open, T_table_manip=at_rest,
                  frame=entry.frame[leg], at_least_s=paths.approach_s / len(entry.legs)) for leg in entry.legs[:-1]),
        Segment(phase="approach", arm=entry.knots[last], hand=grasp.q_open, T_table_manip=at_rest,
                frame=entry.frame[last], at_least_s=paths.approach_s / len(entry.legs),
                anchors=(Anchor(knot=last.stop - last.start - 1, name="contact", T_table_hand=T_contact),)),
        Segment(phase="pregrasp", arm=still, hand=grasp.q_pre, T_table_manip=at_rest, frame=contact,
                at_least_s=paths.pregrasp_s,
                anchors=(Anchor(knot=0, name="pregrasp", T_table_hand=T_contact),)),
        Segment(phase="close", arm=still, hand=grasp.q_squeeze, T_table_manip=at_rest, frame=contact,
                at_least_s=paths.close_s,
                anchors=(Anchor(knot=0, name="grasp", T_table_hand=T_contact),)),
        Segment(phase="track", arm=np.concatenate([still, held.arm[1:]]), hand=grasp.q_hold, hand_by=EASED_BY,
                T_table_manip=held.T_table_object, frame=path.frame, at_least_s=max(paths.track_s, path.duration_s),
                anchors=(Anchor(knot=len(held.arm) - 1, name="interaction", T_table_hand=T_end),)),
    ]  # fmt: skip


def _let_go(cell: Cell, grasp: GraspPose, held: Carried, frame: FloatArray, paths: PathParameters) -> list[Segment]:
    """Open the fingers where the object is put down, and draw the hand back, up and away from it."""
    T_object = held.T_table_object[-1]
    T_end = T_object @ grasp.T_object_hand
    outward = -(T_object[:3, :3] @ grasp.approach) + np.array([0.0, 0.0, 0.7])
    T_out = raised(T_end, paths.retreat_m * outward / np.linalg.norm(outward))
    out = follow(cell.arm, cell.T_table_robot, straight(T_end, T_out, 4), held.arm[-1])
    still, at_end = held.arm[-1:], T_object[None]
    return [
        Segment(phase="release", arm=still, hand=grasp.q_open, T_table_manip=at_end, frame=frame,
                at_least_s=paths.release_s, anchors=(Anchor(knot=0, name="detachment", T_table_hand=T_end),)),
        Segment(phase="retreat", arm=np.concatenate([still, out.q[1:]]), hand=grasp.q_open, T_table_manip=at_end,
                frame=np.array([frame[0], *np.full(3, np.nan)]), at_least_s=paths.retreat_s),
    ]  # fmt: skip
