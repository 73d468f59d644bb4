"""The four-phase motion of a grasp: hand pose, pre-grasp, closing, tracking; then release and retreat (A.2.2)."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.fidelity import MotionChange
from skillc.runtime.formats.motion_limits import MotionLimits
from skillc.runtime.geometry import se3
from skillc.runtime.motion.cell.cell import (
    Cell,
    PathParameters,
    motion_clearance,
    raised,
    reachable_postures,
    straight,
    way_in,
)
from skillc.runtime.motion.path.assemble import Anchor, Segment, assemble_within
from skillc.runtime.motion.path.candidate import CandidateMotion
from skillc.runtime.motion.path.joint_path import follow, swept
from skillc.runtime.motion.path.object_path import ObjectPath, carried_path, lifted_first, tilted_enough
from skillc.runtime.tasks.catalog import task_type

NO_CHANGE = 1e-6
"""m or rad: rounding."""


@dataclass(frozen=True, kw_only=True)
class GraspPose:
    """One grasp of the artifact `Grasps`."""

    T_object_hand: FloatArray
    """(4, 4)."""
    q_open: FloatArray
    """(m,) fingers on the way in."""
    q_grasp: FloatArray
    """(m,) in contact."""
    q_squeeze: FloatArray
    """(m,) targets when closed."""
    approach: FloatArray
    """(3,) unit, object frame."""


def grasped_path(cell: Cell, paths: PathParameters) -> ObjectPath:
    """Return the demonstrated path with what had to be changed at its end, each change with its amount.

    What is held to the end ends where it was demonstrated; a pour neither so low nor so upright that it would miss
    Table 4's height or tilt by its own uncertainty. A placed object keeps its demonstrated place relative to the target
    as long as its footprint stays inside the target's; the height is the lowest at which it touches nothing, plus the
    release height: a picture shows height worst, and contact with the target is what was demonstrated.
    """
    task = task_type(cell.twin.task_type)
    path = carried_path(
        cell.motion, cell.keyframes, cell.twin.manipulated, T_start=cell.T_table_manip,
        task=task, waypoints=paths.waypoints, smoothing_s=paths.smoothing_s,
        upright_within_rad=paths.upright_within_rad,
    )  # fmt: skip
    T, changes = path.T_table_object.copy(), []
    if task.pours:
        tilted = tilted_enough(T, paths.pour_tilt_rad)
        raise_m = _missing_height(cell, tilted[-1], paths)
        changes += [
            MotionChange(kind="tilted on", amount=se3.rotation_angle(T[-1], tilted[-1]), unit="rad"),
            MotionChange(kind="raised to pour", amount=raise_m, unit="m"),
        ]
        T = tilted
        T[:, 2, 3] += np.linspace(0.0, 1.0, len(T)) ** 2 * raise_m
    if task.holds_to_the_end:
        T = lifted_first(T, slope=paths.lift_slope, height_m=paths.least_rise_m, placed=False)
        return replace(path, T_table_object=T, changes=_made(changes))
    shift = np.zeros(3)
    target = cell.twin.target
    if target is not None:
        offset = T[-1, :2, 3] - np.asarray(target.T_table_object)[:2, 3]
        room = max(0.5 * (min(target.size_m[:2]) - max(cell.twin.manipulated.size_m[:2])), paths.least_room_m)
        length = float(np.linalg.norm(offset))
        if length > room:
            shift[:2] = offset * (room / length - 1.0)
    end = raised(T[-1], shift)
    end[2, 3] = resting_height(cell, end) + paths.release_height_m
    fade = np.linspace(0.0, 1.0, len(T))[:, None] ** 2
    T[:, :3, 3] += fade * (end[:3, 3] - T[-1, :3, 3])
    T = lifted_first(T, slope=paths.lift_slope, height_m=paths.least_rise_m, placed=True)
    moved = MotionChange(kind="moved onto the target", amount=float(np.linalg.norm(shift)), unit="m")
    return replace(path, T_table_object=T, changes=_made([moved]))


def _made(changes: Sequence[MotionChange]) -> tuple[MotionChange, ...]:
    return tuple(change for change in changes if change.amount > NO_CHANGE)


def _missing_height(cell: Cell, T_end: FloatArray, paths: PathParameters) -> float:
    """Return how much higher (m) a pour has to end for Table 4's height to be kept with a margin, 0 if it does."""
    target = cell.twin.target
    support = 0.0 if target is None else float(np.asarray(target.T_table_object)[2, 3])
    lowest = float(se3.apply(T_end, cell.surface.points)[:, 2].min())
    return max(paths.pour_height_m - (lowest - support), 0.0)


def end_poses(cell: Cell, path: ObjectPath, paths: PathParameters) -> FloatArray:
    """Return the end poses (E, 4, 4) a motion may choose from: spun about a round object's axis, and raised."""
    T = path.T_table_object[-1]
    return np.stack(
        [
            raised(T @ _spin(angle), np.array([0.0, 0.0, rise]))
            for angle in _spins(cell, paths)
            for rise in (0.0, max(paths.end_rises_m))
        ]
    )


def _spins(cell: Cell, paths: PathParameters) -> tuple[float, ...]:
    return paths.spins_rad if cell.twin.manipulated.symmetry == "z" else (0.0,)


def _spin(angle: float) -> FloatArray:
    return se3.exp(np.array([0.0, 0.0, 0.0, 0.0, 0.0, angle]))


def resting_height(cell: Cell, T_table_object: FloatArray) -> float:
    """Return the lowest z (m) at which the object, lowered at this pose from 20 cm, first touches something."""
    heights = np.arange(0.2, -0.021, -0.002)
    Ts = np.repeat(T_table_object[None], len(heights), axis=0)
    Ts[:, 2, 3] = heights
    q = np.repeat(cell.profile.home[None], len(heights), axis=0)
    touching = np.flatnonzero(cell.checker.check(q, Ts).carried_scene < 0.0005)
    return float(heights[max(int(touching[0]) - 1, 0)]) if len(touching) else 0.0


def grasp_reference(
    cell: Cell, grasp: GraspPose, path: ObjectPath, paths: PathParameters, *, seeds: int
) -> CandidateMotion | None:
    """Build the motion; None if the arm cannot follow it.

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
    T_off = raised(T_contact, -paths.approach_m * inward)
    entry = way_in(cell, straight(T_off, T_contact, 4), q_contact[0], grasp.q_open, paths)
    if entry is None:
        return None
    carried = _carried(cell, grasp, path, q_contact[0], paths)
    if carried is None:
        return None
    T_path, arm_path, free = carried
    contact = path.frame[:1]
    approach = np.full(len(entry.knots), np.nan)
    approach[-1:] = contact
    T_end = T_path[-1] @ grasp.T_object_hand
    at_rest, still = cell.T_table_manip[None], entry.knots[-1:]
    middle = grasp.q_open + 0.6 * (grasp.q_grasp - grasp.q_open)
    segments = [
        Segment(phase="approach", arm=entry.knots, hand_end=grasp.q_open, T_table_manip=at_rest,
                frame=approach, at_least_s=paths.approach_s,
                anchors=(Anchor(knot=len(entry.knots) - 1, name="contact", T_table_hand=T_contact),)),
        Segment(phase="pregrasp", arm=still, hand_end=middle, T_table_manip=at_rest, frame=contact,
                at_least_s=paths.pregrasp_s,
                anchors=(Anchor(knot=0, name="pregrasp", T_table_hand=T_contact),)),
        Segment(phase="close", arm=still, hand_end=grasp.q_squeeze, T_table_manip=at_rest, frame=contact,
                at_least_s=paths.close_s,
                anchors=(Anchor(knot=0, name="grasp", T_table_hand=T_contact),)),
        Segment(phase="track", arm=np.concatenate([still, arm_path[1:]]), hand_end=grasp.q_squeeze,
                T_table_manip=T_path, frame=path.frame, at_least_s=max(paths.track_s, path.duration_s),
                anchors=(Anchor(knot=len(arm_path) - 1, name="interaction", T_table_hand=T_end),)),
    ]  # fmt: skip
    if not task_type(cell.twin.task_type).holds_to_the_end:
        segments += _let_go(cell, grasp, T_path[-1], arm_path[-1], path.frame[-1:], paths)
    target = cell.twin.target
    reference = assemble_within(
        segments,
        paths.duration_max_s,
        profile=cell.profile,
        timing=paths.timing,
        hand_start=grasp.q_open,
        T_table_robot=cell.T_table_robot,
        T_table_target=None if target is None else np.asarray(target.T_table_object),
    )
    raised_m = float(np.max(T_path[:, 2, 3] - path.T_table_object[:, 2, 3]))
    carried_higher = MotionChange(kind="raised to carry", amount=raised_m, unit="m")
    return CandidateMotion(
        reference=reference,
        clearance_m=min(entry.clearance_m, free, motion_clearance(cell, reference, grasp.q_grasp)),
        changes=(*path.changes, *_made([carried_higher])),
    )


def _let_go(
    cell: Cell,
    grasp: GraspPose,
    T_table_object: FloatArray,
    q_end: FloatArray,
    frame: FloatArray,
    paths: PathParameters,
) -> list[Segment]:
    """Open the fingers where the object (4, 4) is put down, and draw the hand back, up and away from it."""
    T_end = T_table_object @ grasp.T_object_hand
    outward = -(T_table_object[:3, :3] @ grasp.approach) + np.array([0.0, 0.0, 0.7])
    T_out = raised(T_end, paths.retreat_m * outward / np.linalg.norm(outward))
    out = follow(cell.arm, cell.T_table_robot, straight(T_end, T_out, 4), q_end)
    still, at_end = q_end[None], T_table_object[None]
    return [
        Segment(phase="release", arm=still, hand_end=grasp.q_open, T_table_manip=at_end, frame=frame,
                at_least_s=paths.release_s, anchors=(Anchor(knot=0, name="detachment", T_table_hand=T_end),)),
        Segment(phase="retreat", arm=np.concatenate([still, out.q[1:]]), hand_end=grasp.q_open, T_table_manip=at_end,
                frame=np.array([frame[0], *np.full(3, np.nan)]), at_least_s=paths.retreat_s),
    ]  # fmt: skip


def _carried(
    cell: Cell, grasp: GraspPose, path: ObjectPath, q_contact: FloatArray, paths: PathParameters
) -> tuple[FloatArray, FloatArray, float] | None:
    """Raise the path's middle until robot and object clear everything; return object poses, arm knots, clearance.

    The end is raised, too, where the hand would run into the target; a vessel catches what drops into it.
    """
    share = np.linspace(0.0, 1.0, len(path.T_table_object))
    low = float(path.T_table_object[:, 2, 3].max() - path.T_table_object[0, 2, 3])
    first = max(paths.least_rise_m - low, 0.0)
    limits = paths.timing.limits(cell.profile, cell.profile.manipulator.arm_joints)
    best: tuple[FloatArray, FloatArray, float] | None = None
    for spin, end_rise in itertools.product(_spins(cell, paths), paths.end_rises_m):
        spun = path.T_table_object @ np.stack([_spin(float(spin * s)) for s in share])
        spun[:, 2, 3] += end_rise * share**2
        if not _end_is_clear(cell, grasp, spun[-1]):
            continue
        for rise in (first, *(first + r for r in paths.path_rises_m)):
            T = raised(spun, np.zeros(3))
            T[:, 2, 3] += rise * np.sin(np.pi * share)
            way = follow(cell.arm, cell.T_table_robot, T @ grasp.T_object_hand, q_contact)
            if way.position_error_m.max() > 5e-3 or way.rotation_error_rad.max() > 5e-2:
                continue
            knots = np.concatenate([q_contact[None], way.q[1:]])
            free = _clearance(cell, grasp, T, knots, limits)
            if best is None or free > best[2] + 1e-3:
                best = (T, knots, free)
            if free >= 0.5 * paths.clearance_m:
                return T, knots, free
    return best


def _end_is_clear(cell: Cell, grasp: GraspPose, T_table_object: FloatArray) -> bool:
    """Whether some posture meets the end pose without touching target, obstacles or table."""
    T = (T_table_object @ grasp.T_object_hand)[None]
    reached, q = reachable_postures(cell.arm, cell.T_table_robot, T, cell.q_start, seeds=4)
    seen = cell.checker.check(cell.with_hand(q, grasp.q_grasp), T_table_object)
    return bool(reached[0] and seen.robot_scene[0] > 0.0)


def _clearance(cell: Cell, grasp: GraspPose, T: FloatArray, knots: FloatArray, limits: MotionLimits) -> float:
    """Return the smallest distance to target, obstacles and table along the way.

    Near both ends the carried object is near its support by intention; there only the robot counts.
    """
    dense, at = swept(knots, limits)
    index = np.clip(at.astype(int), 0, len(T) - 2)
    poses = np.stack([se3.interpolate(T[i], T[i + 1], float(s - i)) for i, s in zip(index, at)])
    seen = cell.checker.check(cell.with_hand(dense, grasp.q_grasp), poses)
    share = at / (len(T) - 1)
    away = (share > 0.25) & (share < 0.75)
    opened = cell.checker.check(cell.with_hand(dense[-1:], grasp.q_open), poses[-1:])
    return min(
        float(seen.robot_scene.min()),
        float(seen.carried_scene[away].min(initial=cell.checker.margin_m)),
        float(opened.robot_scene[0]),
    )
