"""Refine grasping: coarse correction, grasp search, pre-grasps, stability test; regenerate until accepted (A.2.2)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial.transform import Rotation

from skillc.runtime.formats.arrays import BoolArray, FloatArray
from skillc.runtime.formats.grasps import Grasps
from skillc.runtime.formats.twin import TwinObject
from skillc.runtime.geometry import se3
from skillc.runtime.motion.cell.cell import Cell, reachable_postures
from skillc.runtime.motion.cell.surface import Surface, above_band, away_from_edges, continuous
from skillc.runtime.motion.grasp.approach import correct_coarse
from skillc.runtime.motion.grasp.check import GraspChecker
from skillc.runtime.motion.grasp.contact_field import ContactField
from skillc.runtime.motion.grasp.hold import eased
from skillc.runtime.motion.grasp.parameters import CleaningParameters, GraspParameters
from skillc.runtime.motion.grasp.search import GraspProblem, raised_clear, search_grasps
from skillc.runtime.motion.grasp.tested_grasps import TestedGrasp, tested_grasps
from skillc.runtime.motion.grasp.unrefined import unrefined_grasp
from skillc.runtime.motion.path.check import SELF_OVERLAP_M
from skillc.runtime.sim.hand_world import HandWorld, compile_hand_world
from skillc.runtime.sim.variation import WorldVariation


@dataclass(frozen=True, kw_only=True)
class FoundGrasps:
    """Grasps in the order of preference and how they were found."""

    grasps: Grasps
    share: FloatArray
    """(K,) share of varied worlds in which each is stable; 0 where none was."""
    turned_rad: FloatArray
    """(K,) hand orientation against the demonstrated one."""
    attempts: int
    tried: int
    """Candidates through contact IK."""
    tested: int
    """Shake tests run."""


def find_grasps(
    cell: Cell,
    parameters: GraspParameters,
    *,
    Ts_table_end: FloatArray,
    rng: np.random.Generator,
    threads: int,
    progress: Callable[[float, str], None],
) -> FoundGrasps | None:
    """Search around the demonstrated pose until enough grasps survive the stability test; None if none is valid.

    With no attempts there is no search: the fingers close at the corrected pose.

    Args:
        cell: robot, scene and demonstration.
        parameters: see there.
        Ts_table_end: (E, 4, 4) poses one of which the object is carried to: the arm must reach the grasp there, too.
        rng: all draws.
        threads: simulator threads.
        progress: told the share done and what is going on.
    """
    p = parameters
    T_object_hand = se3.inverse(cell.T_table_manip) @ cell.T_table_hand
    coarse = correct_coarse(cell.surface, T_object_hand, cell.hand.T_hand_palm, p.coarse)
    worlds = hand_worlds(cell, coarse.T_object_hand, p)
    problem = _problem(cell, coarse.T_object_hand, Ts_table_end, p, rng)
    start = raised_clear(
        problem.checker, cell.T_table_manip @ coarse.T_object_hand, cell.hand.open_posture, cell.T_table_manip,
        clearance_m=p.search.table_clearance_m,
    )  # fmt: skip
    if not p.search.attempts:
        T_start = se3.inverse(cell.T_table_manip) @ start
        only = unrefined_grasp(cell, world_beside(cell, T_start), p, T_start, coarse.kind)
        none = np.zeros(1)
        return FoundGrasps(grasps=only, share=none, turned_rad=none, attempts=0, tried=0, tested=0)
    best: list[TestedGrasp] = []
    tried = shaken = 0
    attempt = 0
    for attempt in range(p.search.attempts):
        progress(attempt / p.search.attempts, f"grasp search, attempt {attempt + 1}")
        centres = _centres(cell, problem.checker, se3.inverse(cell.T_table_manip) @ start, attempt, p)
        here = replace(problem, search=replace(p.search, attempts=attempt + 1))
        found, _ = search_grasps(here, centres, rng, first_attempt=attempt)
        tried += found.tried
        tests, count = tested_grasps(cell, found, problem.checker, worlds, p, T_object_hand, threads)
        best += tests
        shaken += count
        if sum(t.share >= p.sure_share for t in best) >= p.enough:
            break
    if not best:
        return None
    best = sorted(best, key=lambda t: t.rank(p.sure_share))[: p.keep]
    best = eased(
        cell.hand, best, worlds, cell.T_table_manip, stability=p.stability, parameters=p.hold, threads=threads
    )  # fmt: skip
    best.sort(key=lambda t: t.rank(p.sure_share))
    return FoundGrasps(
        grasps=_grasps(cell, best, coarse.kind, p.announce_deg),
        share=np.array([t.share for t in best]),
        turned_rad=np.array([t.turned for t in best]),
        attempts=attempt + 1,
        tried=tried,
        tested=shaken,
    )


def _problem(
    cell: Cell, T_object_hand: FloatArray, Ts_table_end: FloatArray, p: GraspParameters, rng: np.random.Generator
) -> GraspProblem:
    thing = cell.twin.manipulated
    return GraspProblem(
        hand=cell.hand,
        checker=GraspChecker(world_beside(cell, T_object_hand), margin_m=0.02),
        field=ContactField(cell.hand, contact_surface(cell.surface, p.cleaning), p.field, rng),
        T_table_object=cell.T_table_manip,
        mass=thing.mass,
        centre=np.asarray(thing.center_of_mass_m),
        ik=p.ik,
        search=p.search,
        reachable=lambda Ts: _reachable(cell, Ts, Ts_table_end, p.seeds),
    )


def _reachable(cell: Cell, Ts: FloatArray, Ts_table_end: FloatArray, seeds: int) -> BoolArray:
    """Tell at which hand poses (N, 4, 4) the arm is clear of all else, at the object and at one end at least."""
    ok = np.zeros((1 + len(Ts_table_end), len(Ts)), dtype=np.bool_)
    for k, T in enumerate((cell.T_table_manip, *Ts_table_end)):
        met, q = reachable_postures(cell.arm, cell.T_table_robot, T @ Ts, cell.q_start, seeds=seeds)
        seen = cell.checker.check(cell.with_hand(q, cell.hand.open_posture), T)
        ok[k] = met & (seen.robot_scene > 0.0) & (seen.self_overlap > -SELF_OVERLAP_M)
        if not ok[0].any() or (k and not (ok[0] & ~np.asarray(ok[1:].any(axis=0))).any()):
            break
    return np.asarray(ok[0] & ok[1:].any(axis=0))


def _grasps(cell: Cell, best: Sequence[TestedGrasp], kind: str, announce_deg: float) -> Grasps:
    return Grasps(
        hand_joint_names=cell.profile.manipulator.hand_joints,
        T_object_hand=np.array([t.T for t in best]),
        q_grasp=np.array([t.q for t in best]),
        q_squeeze=np.array([t.squeeze for t in best]),
        q_hold=np.array([t.hold for t in best]),
        q_open=np.array([t.opened for t in best]),
        q_pre=np.array([t.pre for t in best]),
        approach_object=np.array([t.approach for t in best]),
        fingers=np.array([t.fingers for t in best], dtype=np.int64),
        stable=np.array([t.share > 0 for t in best]),
        tracking_error_m=np.array([t.error for t in best]),
        announced=np.array([np.rad2deg(t.turned) > announce_deg for t in best]),
        kind=kind,
    )


def contact_surface(surface: Surface, p: CleaningParameters) -> Surface:
    """Return the cleaned contact points: not isolated, not low, not at an edge; about `p.points` of them."""
    keep = continuous(surface, radius_m=p.radius_m, neighbours=p.neighbours)
    keep &= above_band(surface, band=p.low_band, band_max_m=p.low_band_max_m)
    flat = keep & away_from_edges(surface, radius_m=p.edge_m, cosine=0.5)
    index = np.flatnonzero(flat if flat.sum() > 50 else keep)
    chosen = np.zeros(len(keep), dtype=np.bool_)
    chosen[index[:: max(len(index) // p.points, 1)]] = True
    return surface.subset(chosen)


def hand_worlds(cell: Cell, T_object_hand: FloatArray, p: GraspParameters) -> list[HandWorld]:
    """Compile the hand-only test world and its variations: the object displaced around a circle, scaled as listed."""
    thing = cell.twin.manipulated
    variations = [WorldVariation()]
    for k, (friction, mass, size) in enumerate(p.scales):
        angle = 2 * np.pi * k / len(p.scales)
        T = np.array(cell.T_table_manip)
        T[:2, 3] += p.displaced_m * np.array([np.cos(angle), np.sin(angle)])
        variations.append(
            WorldVariation(
                T_table_object={thing.name: T},
                friction_scale={thing.name: friction},
                tip_friction_scale=float(np.sqrt(friction)),
                mass_scale={thing.name: mass},
                size_scale={thing.name: size},
            )
        )
    return [_hand_world(cell, T_object_hand, variation) for variation in variations]


def world_beside(cell: Cell, T_object_hand: FloatArray) -> HandWorld:
    """Compile the hand, the object and what stands beside it, for looking where there is room."""
    others = [other for other in cell.twin.objects if other.name != cell.twin.manipulated.name]
    return _hand_world(cell, T_object_hand, neighbours=others)


def _hand_world(
    cell: Cell,
    T_object_hand: FloatArray,
    variation: WorldVariation | None = None,
    neighbours: Sequence[TwinObject] = (),
) -> HandWorld:
    return compile_hand_world(
        profile=cell.profile,
        robot_folder=cell.robot_folder,
        thing=cell.twin.manipulated,
        twin_folder=cell.twin_folder,
        physics=cell.physics,
        R_table_nominal=(cell.T_table_manip @ T_object_hand)[:3, :3],
        table_friction=cell.twin.table_friction,
        variation=variation,
        neighbours=neighbours,
    )


def _centres(
    cell: Cell, checker: GraspChecker, T_object_hand: FloatArray, attempt: int, p: GraspParameters
) -> FloatArray:
    """Return the sampling centres (C, 4, 4) of an attempt.

    The first is the corrected pose; the second keeps its orientation and puts the object between thumb and fingers
    of this robot's hand, which a standoff from the palm alone does not. Later attempts add the fallback for when the
    demonstrated orientation gives no sure grasp: palm levelled, and turned stepwise towards fingers pointing down.
    """
    middle = 0.5 * (cell.surface.low + cell.surface.high)
    grip = _grip_centre(cell)
    R = T_object_hand[:3, :3]
    centres = [T_object_hand, se3.from_parts(R, middle - R @ grip)]
    over = attempt - p.search.any_axis_from + 1
    if over > 0:
        down = cell.T_table_manip[:3, :3].T @ np.array([0.0, 0.0, -1.0])
        palm = (R @ cell.hand.T_hand_palm[:3, :3])[:, 2]
        level = palm - min(float(palm @ down), 0.0) * down  # a palm facing up has no room over the table
        level /= max(float(np.linalg.norm(level)), 1e-9)
        levelled = se3.shortest_turn(palm, level) @ R
        full = Rotation.from_matrix(se3.shortest_turn(levelled[:, 2], down)).as_rotvec()
        share = min(1.0, over * p.fallback_turn_rad / max(float(np.linalg.norm(full)), 1e-9))
        for turned in (levelled, Rotation.from_rotvec(share * full).as_matrix() @ levelled):
            centres.append(se3.from_parts(turned, middle - turned @ grip))
    for k, T in enumerate(centres[1:], start=1):
        clear = raised_clear(
            checker, cell.T_table_manip @ T, cell.hand.open_posture, cell.T_table_manip,
            clearance_m=p.search.table_clearance_m,
        )  # fmt: skip
        centres[k] = se3.inverse(cell.T_table_manip) @ clear
    return np.array(centres)


def _grip_centre(cell: Cell) -> FloatArray:
    """Return the point (3,) in the hand frame between thumb and fingers when all joints are half closed."""
    hand = cell.hand
    half = 0.5 * (hand.open_posture + 0.5 * (hand.open_posture + hand.upper))
    centres, _ = hand.tips(np.clip(half, hand.lower, hand.upper)[None])
    return np.asarray(0.5 * (centres[0, 0] + centres[0, 1:].mean(axis=0)))
