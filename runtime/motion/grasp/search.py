"""Multi-attempt local grasp search around the corrected hand pose (A.2.2, grasp optimisation)."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from skillc.runtime.formats.arrays import BoolArray, FloatArray, IntArray
from skillc.runtime.geometry import se3
from skillc.runtime.motion.grasp.check import GraspChecker
from skillc.runtime.motion.grasp.contact_field import ContactField
from skillc.runtime.motion.grasp.contact_ik import ContactIkParameters, ContactSolution, ContactTargets, solve_contacts
from skillc.runtime.motion.grasp.force_balance import balance_forces, squeeze_targets
from skillc.runtime.motion.kinematics.hand_model import HandModel


@dataclass(frozen=True, kw_only=True)
class SearchParameters:
    """Sampling and rejection; m and rad unless said otherwise."""

    translation_m: float
    """Delta_t^(0) per axis."""
    translation_step_m: float
    """delta_t per attempt."""
    rotation_rad: float
    """Delta_r^(0) about the hand's y axis."""
    rotation_step_rad: float
    """delta_r per attempt."""
    jitter_m: float
    """Shift per axis of the copies of promising hand poses."""
    attempts: int
    """A."""
    poses: int
    """Hand poses drawn per attempt, of which the most promising are used."""
    coarse: int
    """Each such surface point is looked at to find the promising ones."""
    batches: int
    """R hand poses used per attempt."""
    draws: int
    """Contact sets per hand pose."""
    least: int
    """N_min valid grasps that make an attempt succeed."""
    any_axis_from: int
    """Attempt from which the hand is also turned about its other axes: the orientation fallback."""
    friction: float
    """Coefficient the force balance may count on."""
    unbalanced: float
    """Largest residual of the force balance, relative."""
    grip_safety: float
    """Grip force over the least that friction needs."""
    grip_min_n: float
    grip_max_n: float
    effort_share: float
    tip_depth_m: float
    """Tips may sink this deep into the object."""
    table_clearance_m: float
    """Least height of every link over the table."""


@dataclass(frozen=True, kw_only=True)
class GraspSet:
    """K valid grasps, object frame."""

    T_object_hand: FloatArray
    """(K, 4, 4)."""
    q: FloatArray
    """(K, m)."""
    q_squeeze: FloatArray
    """(K, m)."""
    points: FloatArray
    """(K, F, 3)."""
    normals: FloatArray
    """(K, F, 3)."""
    used: BoolArray
    """(K, F)."""
    turned_rad: FloatArray
    """(K,) hand orientation against the demonstrated one."""
    tried: int
    """Candidates that went through contact IK."""

    @property
    def fingers(self) -> float:
        """Mean number of fingers in contact; 0 for none."""
        return float(self.used.sum(axis=1).mean()) if len(self.q) else 0.0

    def keep(self, index: IntArray) -> "GraspSet":
        """Return the grasps at `index`."""
        names = ("T_object_hand", "q", "q_squeeze", "points", "normals", "used", "turned_rad")
        return GraspSet(tried=self.tried, **{n: getattr(self, n)[index] for n in names})


@dataclass(frozen=True, kw_only=True)
class GraspProblem:
    """What is grasped, with what, and what is asked of it."""

    hand: HandModel
    field: ContactField
    """Sampled reach of its fingers on the object's cleaned contact points."""
    checker: GraspChecker
    """Collision rejection."""
    T_table_object: FloatArray
    """(4, 4) object at rest."""
    mass: float
    """kg."""
    centre: FloatArray
    """(3,) centre of mass, object frame."""
    ik: ContactIkParameters
    search: SearchParameters
    reachable: Callable[[FloatArray], BoolArray]
    """Tells which hand poses (N, 4, 4) in the object frame the arm reaches where it matters."""


def search_grasps(
    problem: GraspProblem, Ts_centre: FloatArray, rng: np.random.Generator, *, first_attempt: int = 0
) -> tuple[GraspSet, int]:
    """Return the valid grasps of the first attempt with enough of them (else of the best one) and its number.

    Attempts widen the ranges; between attempts the result with more fingers in contact, then with more grasps, is
    kept.

    Args:
        problem: what is searched for.
        Ts_centre: (C, 4, 4) hand poses in the object frame that sampling is centred on; the first keeps the
            demonstrated orientation.
        rng: draws.
        first_attempt: attempt to begin with (regeneration goes on where the last search ended).
    """
    best: GraspSet | None = None
    best_attempt = first_attempt
    for attempt in range(first_attempt, max(problem.search.attempts, first_attempt + 1)):
        found = _attempt(problem, Ts_centre, rng, attempt)
        if best is None or (round(found.fingers, 1), len(found.q)) > (round(best.fingers, 1), len(best.q)):
            best, best_attempt = found, attempt
        if len(found.q) >= problem.search.least:
            return found, attempt
    assert best is not None
    return best, best_attempt


def _attempt(problem: GraspProblem, Ts_centre: FloatArray, rng: np.random.Generator, attempt: int) -> GraspSet:
    hand, field, p = problem.hand, problem.field, problem.search
    rows, uses, starts, R, at = [], [], [], [], []
    for T in _hand_poses(problem, Ts_centre, rng, attempt):
        row, use, q = field.draw(T[:3, :3], T[:3, 3], hand.open_posture, p.draws, rng)
        rows.append(row)
        uses.append(use)
        starts.append(q)
        R.append(np.repeat(T[None, :3, :3], len(row), axis=0))
        at.append(np.repeat(T[None, :3, 3], len(row), axis=0))
    if not rows or not sum(map(len, rows)):
        return _nothing(hand, 0)
    index, used = np.concatenate(rows), np.concatenate(uses)
    targets = ContactTargets(points=field.surface.points[index], normals=field.surface.normals[index], used=used)
    solution = solve_contacts(
        hand, targets, R_object_hand=np.concatenate(R), p_object_hand=np.concatenate(at), q=np.concatenate(starts),
        parameters=problem.ik,
    )  # fmt: skip
    T_solved = se3.from_parts(solution.R_object_hand, solution.p_object_hand)
    kept, forces = _held(problem, targets, solution, T_solved)
    if not kept:
        return _nothing(hand, len(index))
    i = np.array(kept)
    squeezes = squeeze_targets(hand, solution.q[i], T_solved[i, :3, :3], np.array(forces), effort_share=p.effort_share)
    demonstrated = Rotation.from_matrix(Ts_centre[0, :3, :3])
    turned = (Rotation.from_matrix(T_solved[i, :3, :3]) * demonstrated.inv()).magnitude()
    return GraspSet(
        T_object_hand=T_solved[i], q=solution.q[i], q_squeeze=squeezes, points=targets.points[i],
        normals=targets.normals[i], used=used[i], turned_rad=turned, tried=len(index),
    )  # fmt: skip


def _hand_poses(problem: GraspProblem, Ts_centre: FloatArray, rng: np.random.Generator, attempt: int) -> FloatArray:
    """Draw hand poses (N, 4, 4) over the table, near the object and within the arm's reach."""
    p, hand, T_table_object = problem.search, problem.hand, problem.T_table_object
    Ts = sample_poses(Ts_centre, p, attempt, rng)
    opened = np.repeat(hand.open_posture[None], len(Ts), axis=0)
    seen = problem.checker.measure(T_table_object @ Ts, opened, T_table_object)
    Ts = Ts[np.array([c.table >= p.table_clearance_m for c in seen], dtype=np.bool_)]
    Ts = _promising(problem.field, Ts, p, rng) if len(Ts) else Ts
    return Ts[problem.reachable(Ts)] if len(Ts) else Ts


def _held(
    problem: GraspProblem, targets: ContactTargets, solution: ContactSolution, T_object_hand: FloatArray
) -> tuple[list[int], list[FloatArray]]:
    """Return which solutions pierce nothing and hold the object's weight, with the forces at their contacts."""
    p, weight = problem.search, 9.81 * problem.mass
    grip = float(np.clip(p.grip_safety * weight / (2 * p.friction), p.grip_min_n, p.grip_max_n))
    kept, forces = [], []
    solved = np.flatnonzero(solution.solved)
    Ts = problem.T_table_object @ T_object_hand[solved]
    for k, c in zip(solved, problem.checker.measure(Ts, solution.q[solved], problem.T_table_object)):
        if c.itself < -1e-3 or c.links_object < 0.0 or c.tips_object < -p.tip_depth_m:
            continue
        if min(c.table, c.neighbours) < p.table_clearance_m:
            continue
        balance = balance_forces(
            targets.points[k], targets.normals[k], targets.used[k], friction=p.friction, thumb_force=grip,
            weight=weight, centre=problem.centre, lever_m=0.5 * problem.field.surface.height,
        )  # fmt: skip
        if balance.residual > p.unbalanced:
            continue
        kept.append(int(k))
        forces.append(balance.forces)
    return kept, forces


def raised_clear(
    checker: GraspChecker, T_table_hand: FloatArray, q: FloatArray, T_table_object: FloatArray, *, clearance_m: float
) -> FloatArray:
    """Raise the hand (4, 4), at most 12 cm, until its links with fingers at q (m,) clear the table."""
    heights = np.arange(0.0, 0.121, 0.005)
    Ts = np.repeat(T_table_hand[None], len(heights), axis=0)
    Ts[:, 2, 3] += heights
    seen = checker.measure(Ts, np.repeat(q[None], len(heights), axis=0), T_table_object)
    clear = [c.table >= clearance_m for c in seen]
    return np.asarray(Ts[clear.index(True)] if any(clear) else Ts[-1])


def sample_poses(
    Ts_centre: FloatArray, parameters: SearchParameters, attempt: int, rng: np.random.Generator
) -> FloatArray:
    """Draw hand poses (N, 4, 4): translation per axis, rotation about the hand's y axis, ranges grown by `attempt`."""
    p = parameters
    reach = p.translation_m + attempt * p.translation_step_m
    angle = p.rotation_rad + attempt * p.rotation_step_rad
    shifts = rng.uniform(-reach, reach, size=(p.poses, 3))
    turns = np.zeros((p.poses, 3))
    turns[:, 1] = rng.uniform(-angle, angle, size=p.poses)
    if attempt >= p.any_axis_from:
        turns[:, [0, 2]] = rng.uniform(-angle, angle, size=(p.poses, 2))
    Ts = Ts_centre[np.arange(p.poses) % len(Ts_centre)]
    Ts[:, :3, :3] = Ts[:, :3, :3] @ Rotation.from_rotvec(turns).as_matrix()
    Ts[:, :3, 3] += shifts
    return Ts


def _promising(
    field: ContactField, Ts: FloatArray, parameters: SearchParameters, rng: np.random.Generator
) -> FloatArray:
    """Return `batches` hand poses: the promising ones, and shifted copies of them where there are too few."""
    p = parameters
    promise = np.array([field.promise(T[:3, :3], T[:3, 3], p.coarse) for T in Ts])
    good = np.argsort(-promise, kind="stable")[: p.batches]
    good = good[promise[good] >= 1.0]
    if not len(good):
        return Ts[:0]
    weights = np.floor(promise[good]) ** 2
    copies = Ts[good[rng.choice(len(good), size=p.batches, p=weights / weights.sum())]]
    copies[:, :3, 3] += rng.uniform(-p.jitter_m, p.jitter_m, size=(p.batches, 3))
    copies[: len(good)] = Ts[good]
    return copies


def _nothing(hand: HandModel, tried: int) -> GraspSet:
    m, fingers = len(hand.lower), len(hand.finger_names)
    return GraspSet(
        T_object_hand=np.zeros((0, 4, 4)), q=np.zeros((0, m)), q_squeeze=np.zeros((0, m)),
        points=np.zeros((0, fingers, 3)), normals=np.zeros((0, fingers, 3)),
        used=np.zeros((0, fingers), dtype=np.bool_), turned_rad=np.zeros(0), tried=tried,
    )  # fmt: skip
