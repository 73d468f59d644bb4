"""The three-phase motion of a push or pull: to the pre-push pose, straight to contact, tracking (A.2.2)."""

from collections.abc import Iterator

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.geometry import se3
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
from skillc.runtime.motion.path.assemble import Anchor, Segment, assemble
from skillc.runtime.motion.path.candidate import CandidateMotion
from skillc.runtime.motion.path.demonstrated import DemonstratedHand, PinnedPose, corrected, poses_at
from skillc.runtime.motion.path.joint_path import follow
from skillc.runtime.motion.path.object_path import ObjectPath
from skillc.runtime.motion.push.seat import FINGER_INSET_RAD

FOLLOWED = (1.0, 0.0)
"""ours: the hand and its fingers move as demonstrated after contact, or the hand keeps its place at the object."""

STRAY_M = 0.1
"""ours: three sigmas of the hand's place in colour videos."""


def push_motions(
    cell: Cell,
    *,
    candidate: int,
    T_object_hand: FloatArray,
    q_hand: FloatArray,
    approach: FloatArray,
    path: ObjectPath,
    paths: PathParameters,
    seeds: int,
) -> Iterator[CandidateMotion]:
    """Build three-phase motions from home that the arm can follow, nearest to the demonstration first.

    Pre-contact: to the pre-push pose, which shares the push pose's orientation. Contact: a straight line to the push
    pose. Tracking: the arm follows the demonstrated hand, corrected so that it begins at the push pose and ends with
    the object where that was demonstrated, palm height pinned; the fingers follow the demonstration throughout. Each is
    tried slower, too: how hard a fingertip chatters against what it slides grows with its speed.

    Args:
        cell: robot and scene.
        candidate: number of the push pose.
        T_object_hand: (4, 4) push pose.
        q_hand: (m,) fingers at contact.
        approach: (3,) unit direction of the last way in, object frame.
        path: the object's way.
        paths: how paths are laid.
        seeds: arm postures tried.
    """
    T_contact = cell.T_table_manip @ T_object_hand
    inward = cell.T_table_manip[:3, :3] @ approach
    reached, q_contact = reachable_postures(cell.arm, cell.T_table_robot, T_contact[None], cell.q_start, seeds=seeds)
    shown = cell.shown.smoothed(paths.hand_smoothing_s * cell.keyframes.fps)
    ways = approaches(
        shown, contact=cell.keyframes.contact, fps=cell.keyframes.fps, T_contact=T_contact, inward=inward,
        may_sweep=False, parameters=paths,
    )  # fmt: skip
    entry = way_in(cell, ways, q_contact[0], inward, q_hand, paths) if reached[0] else None
    if entry is None:
        return
    for followed in FOLLOWED:
        fingers = Fingers(cell, shown, q_hand, followed)
        tracked = _tracked(cell, T_object_hand, path, entry, shown, followed)
        if tracked is None:
            continue
        way = _reached(cell, entry, fingers, paths)
        for speed in paths.slide_speeds:
            reference = assemble(
                [*way, *_slid(cell, approach, path, tracked, fingers, paths, speed)],
                profile=cell.profile, timing=paths.timing, jerk=paths.slide_jerk, hand_start=cell.hand_start,
                T_table_robot=cell.T_table_robot, T_table_target=None,
            )  # fmt: skip
            clear = min(entry.clearance_m, motion_clearance(cell, reference))
            yield CandidateMotion(reference=reference, candidate=candidate, clearance_m=clear)


class Fingers:
    """The fingers of a push: as demonstrated, moved so that they are at `q_hand` (m,) at contact; or held there."""

    def __init__(self, cell: Cell, shown: DemonstratedHand, q_hand: FloatArray, followed: float) -> None:
        """`followed` is the share of the demonstrated finger motion that is kept."""
        self._shown, self._followed, self._cell, self.at_contact = shown, followed, cell, q_hand
        self._contact = shown.fingers_at(np.array([float(cell.keyframes.contact)]))

    def at(self, frame: FloatArray) -> FloatArray:
        """Return the postures (K, m) at demonstrated frames (K,); at NaN those of the next one, else of contact."""
        known = np.flatnonzero(np.isfinite(frame))
        if not len(known):
            return np.repeat(self.at_contact[None], len(frame), axis=0)
        filled = frame[known[np.minimum(np.searchsorted(known, np.arange(len(frame))), len(known) - 1)]]
        moved = self.at_contact + self._followed * (self._shown.fingers_at(filled) - self._contact)
        hand = self._cell.hand
        return np.clip(moved, hand.lower + FINGER_INSET_RAD, hand.upper - FINGER_INSET_RAD)


def _tracked(
    cell: Cell, T_object_hand: FloatArray, path: ObjectPath, entry: WayIn, shown: DemonstratedHand, followed: float
) -> tuple[FloatArray, FloatArray] | None:
    """Return hand poses (K, 4, 4) and arm postures (K, n_arm) after contact; None if the arm cannot follow them.

    None, too, if they stray from the object: hand and object of one push move together, so one of them was seen wrong.
    """
    at_object = path.T_table_object @ T_object_hand
    pins = [PinnedPose(frame=float(path.frame[k]), T_table_hand=at_object[k]) for k in (0, -1)]
    as_shown = corrected(poses_at(shown.T_table_hand, path.frame), path.frame, pins)
    T_hand = np.stack([se3.interpolate(a, b, followed) for a, b in zip(at_object, as_shown)])
    if np.linalg.norm(T_hand[:, :3, 3] - at_object[:, :3, 3], axis=1).max() > STRAY_M:
        return None
    T_hand[:, 2, 3] = at_object[0, 2, 3]
    way = follow(cell.arm, cell.T_table_robot, T_hand, entry.knots[-1])
    if way.position_error_m.max() > 3e-3 or way.rotation_error_rad.max() > 3e-2:
        return None
    return T_hand, np.concatenate([entry.knots[-1:], way.q[1:]])


def _reached(cell: Cell, entry: WayIn, fingers: Fingers, paths: PathParameters) -> list[Segment]:
    """Pre-contact, to the pre-push pose; contact, straight from there."""
    *before, last = entry.legs
    T_pre, T_contact = cell.T_table_robot @ cell.arm.hand_pose(entry.knots[[last.start, -1]])
    at_rest, share = cell.T_table_manip[None], paths.approach_s / len(before)
    segments: list[Segment] = []
    for leg in before:
        hand = fingers.at(_ahead(entry.frame[leg], float(cell.keyframes.contact)))
        hand[0] = cell.hand_start if leg is before[0] else segments[-1].hand[-1]
        anchors = (Anchor(knot=leg.stop - leg.start - 1, name="pre_contact", T_table_hand=T_pre),)
        segments.append(
            Segment(phase="approach", arm=entry.knots[leg], hand=hand, T_table_manip=at_rest, frame=entry.frame[leg],
                    at_least_s=share, anchors=anchors if leg is before[-1] else ())
        )  # fmt: skip
    return [
        *segments,
        Segment(phase="close", arm=entry.knots[last], hand=fingers.at_contact, T_table_manip=at_rest,
                frame=entry.frame[last], at_least_s=paths.close_s,
                anchors=(Anchor(knot=last.stop - last.start - 1, name="contact", T_table_hand=T_contact),)),
    ]  # fmt: skip


def _ahead(frame: FloatArray, contact: float) -> FloatArray:
    """Stretch ascending frames (K,) up to contact: the fingers are shaped when the straight way begins."""
    known = frame[np.isfinite(frame)]
    if not len(known) or known[-1] <= known[0]:
        return frame
    return np.asarray(known[0] + (frame - known[0]) * (contact - known[0]) / (known[-1] - known[0]))


def _slid(
    cell: Cell,
    approach: FloatArray,
    path: ObjectPath,
    tracked: tuple[FloatArray, FloatArray],
    fingers: Fingers,
    paths: PathParameters,
    speed: float,
) -> list[Segment]:
    """Tracking at most at the mean speed (m/s) given, then away from the object."""
    T_hand, arm = tracked
    length = float(np.linalg.norm(np.diff(path.T_table_object[:, :3, 3], axis=0), axis=1).sum())
    postures, end = fingers.at(path.frame), path.frame[-1]
    away = np.array([0.0, 0.0, 1.0]) - path.T_table_object[-1, :3, :3] @ approach
    T_out = raised(T_hand[-1], paths.retreat_m * away / np.linalg.norm(away))
    out = follow(cell.arm, cell.T_table_robot, straight(T_hand[-1], T_out, 3), arm[-1])
    return [
        Segment(phase="track", arm=arm, hand=postures, T_table_manip=path.T_table_object, frame=path.frame,
                at_least_s=max(paths.track_s, path.duration_s, length / speed),
                anchors=(Anchor(knot=len(arm) - 1, name="interaction", T_table_hand=T_hand[-1]),)),
        Segment(phase="retreat", arm=np.concatenate([arm[-1:], out.q[1:]]), hand=postures[-1],
                T_table_manip=path.T_table_object[-1:], frame=np.array([end, np.nan, np.nan]),
                at_least_s=paths.retreat_s),
    ]  # fmt: skip
