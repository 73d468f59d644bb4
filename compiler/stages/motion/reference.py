"""Stage `reference`: the refined motion, rehearsed in varied copies of the twin and chosen among candidates (A.2.2)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from skillc.compiler.emit.joint_limits import squeeze_written
from skillc.compiler.plan.stage import Stage, StageContext, StageError
from skillc.compiler.plan.taken import taken
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec
from skillc.compiler.stages.motion.refinement_inputs import (
    CELL_INPUTS,
    cell_of,
    cell_parameters,
    path_parameters,
    told,
)

if TYPE_CHECKING:
    from skillc.runtime.formats.arrays import FloatArray
    from skillc.runtime.formats.grasps import Grasps
    from skillc.runtime.motion.cell.cell import Cell, PathParameters
    from skillc.runtime.motion.path.candidate import CandidateMotion

THREADS = 2
"""ours: the machines this is meant for have two cores; the result does not depend on it."""


GRASP_COST, PUSH_COST = 0.02, 0.1
"""ours: per rank, against the mean use of the bounds: the next push is turned farther than the next grasp."""


@dataclass(frozen=True, kw_only=True)
class RehearsalSettings:
    """How candidates are built and rehearsed."""

    rehearsals: int
    """Varied scenes."""
    seed: int
    seeds: int
    """Postures of the arm to start from."""
    hold_s: float
    """How long the last command is held."""
    least_share: float
    """0..1 of rehearsals that should succeed; fewer are announced."""


def _parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    own = spec.section("method.stages.reference")
    rehearsal = taken(own, *(field.name for field in fields(RehearsalSettings)))
    return {
        "rehearsal": rehearsal,
        **taken(own, "spread", "bounds"),
        **cell_parameters(spec),
        "squeeze": squeeze_written(spec),
    }


def _run(ctx: StageContext) -> None:
    from skillc.runtime.formats.fidelity import Fidelity
    from skillc.runtime.formats.grasps import Grasps
    from skillc.runtime.formats.reference import Reference
    from skillc.runtime.motion.fidelity import measure_fidelity
    from skillc.runtime.tasks.catalog import task_type

    cell, paths, grasps = cell_of(ctx), path_parameters(ctx), ctx.made.load(Grasps)
    seeds = ctx.read("rehearsal", RehearsalSettings).seeds
    slides = task_type(cell.twin.task_type).slides
    candidates = (_pushes if slides else _grasps)(cell, grasps, paths, seeds)
    (ctx.out / "motion").mkdir(parents=True, exist_ok=True)
    motion = _rehearsed(ctx, cell, candidates)
    if motion.clearance_m < 0:
        near = -1e3 * motion.clearance_m
        ctx.warn("SK513", f"hand or arm come {near:.0f} mm too near to the table or a thing beside", "scene.objects")
    _tell_turn(ctx, grasps, motion.candidate, cell.T_table_hand, cell.T_table_manip)
    for change in filter(paths.changes.told, motion.changes):
        ctx.warn("SK520", f"the demonstrated object motion is {told(change)}", "demonstrations")
    motion.reference.save(ctx.out / Reference.FILE)
    given_up = {"SK511": grasps.announced[motion.candidate], "SK514": not grasps.stable[motion.candidate]}
    fell_back = [code for code, so in given_up.items() if so]
    fidelity = measure_fidelity(cell, motion.reference, changes=motion.changes, fell_back=fell_back)
    fidelity.save(ctx.out / Fidelity.FILE)


def _tell_turn(
    ctx: StageContext, grasps: Grasps, kept: int, T_table_hand: FloatArray, T_table_manip: FloatArray
) -> None:
    """Tell that rehearsals kept a turned hand where the nearest one, of which `grasps` tells, is not turned."""
    import numpy as np

    from skillc.runtime.geometry import se3

    if grasps.announced[kept] and not grasps.announced[0]:
        turned = np.rad2deg(se3.rotation_angle(T_table_manip @ grasps.T_object_hand[kept], T_table_hand))
        ctx.warn("SK511", f"the motion that rehearsals kept has the hand turned by {turned:.0f} deg", "demonstrations")


@dataclass(frozen=True, kw_only=True)
class _Candidates:
    """What is rehearsed."""

    motions: Iterator[CandidateMotion]
    T_table_end: FloatArray
    """(4, 4) the object's."""


def _rehearsed(ctx: StageContext, cell: Cell, candidates: _Candidates) -> CandidateMotion:
    """Return the motion to keep; write how all that were rehearsed fared."""
    import numpy as np

    from skillc.runtime.formats.rehearsals import Rehearsals, RehearsedCandidate
    from skillc.runtime.motion.rehearsal.rehearsal import Spread, draw_variations
    from skillc.runtime.motion.rehearsal.selection import Goal, TaskBounds, select
    from skillc.runtime.perception.shape.materials import load_materials
    from skillc.runtime.tasks.catalog import task_type

    settings, task = ctx.read("rehearsal", RehearsalSettings), task_type(cell.twin.task_type)
    rng = np.random.default_rng(settings.seed)
    worlds = cell.varied(draw_variations(cell.twin, ctx.read("spread", Spread), settings.rehearsals, rng))
    ctx.progress(0.3, f"rehearsing motions in {len(worlds)} scenes")
    target = cell.twin.target
    goal = Goal(
        task=task,
        T_table_end=candidates.T_table_end,
        T_table_target=None if target is None else np.asarray(target.T_table_object),
        object_height_m=cell.surface.height,
        press_n=load_materials().squeeze_on(cell.twin.manipulated.material, ctx.parameters["squeeze"]),
    )
    selection = select(
        candidates.motions, PUSH_COST if task.slides else GRASP_COST, worlds,
        manipulated=cell.twin.manipulated.name, goal=goal, bounds=ctx.read("bounds", TaskBounds),
        hold_s=settings.hold_s, threads=THREADS,
    )  # fmt: skip
    if selection is None:
        raise StageError(
            "SK517",
            "no candidate gives a motion the arm can follow; expected at least one",
            "see the pictures of the stages `grasps` and `feasibility`",
            "hardware",
        )
    if worlds and selection.success_share < settings.least_share:
        share = f"{selection.success_share:.0%} of {len(worlds)} rehearsals"
        ctx.warn("SK512", f"the best motion succeeds in {share}", "method")
    if not (selection.sustained_use <= 1.0):
        ctx.warn("SK529", f"a motor is asked for {selection.sustained_use:.2f} of what it holds without end", "method")
    Rehearsals(
        chosen=selection.chosen,
        success_share=selection.success_share,
        rehearsals=len(worlds),
        duration_s=float(selection.motion.reference.time_s[-1]),
        clearance_m=selection.motion.clearance_m,
        candidates=tuple(
            RehearsedCandidate(
                cost=round(float(c), 4),
                use=tuple(round(v.use, 3) for v in row),
                safe=tuple(bool(v.safe) for v in row),
            )
            for c, row in zip(selection.costs, selection.verdicts)
        ),
    ).save(ctx.out / Rehearsals.FILE)
    return selection.motion


def _pushes(cell: Cell, grasps: Grasps, paths: PathParameters, seeds: int) -> _Candidates:
    from skillc.runtime.motion.push.motion import push_motions
    from skillc.runtime.motion.push.refine import pushed_path

    path = pushed_path(cell, paths)
    found = (
        push_motions(
            cell,
            candidate=k,
            T_object_hand=grasps.T_object_hand[k],
            q_hand=grasps.q_grasp[k],
            approach=grasps.approach_object[k],
            path=path,
            paths=paths,
            seeds=seeds,
        )
        for k in range(len(grasps.T_object_hand))
    )
    return _Candidates(motions=itertools.chain.from_iterable(found), T_table_end=path.T_table_object[-1])


def _grasps(cell: Cell, grasps: Grasps, paths: PathParameters, seeds: int) -> _Candidates:
    from skillc.runtime.motion.grasp.carry import GraspPose
    from skillc.runtime.motion.grasp.motion import grasp_reference
    from skillc.runtime.motion.grasp.object_way import grasped_path

    path = grasped_path(cell, paths)
    poses = [
        GraspPose(
            candidate=k,
            T_object_hand=grasps.T_object_hand[k],
            q_open=grasps.q_open[k],
            q_pre=grasps.q_pre[k],
            q_grasp=grasps.q_grasp[k],
            q_squeeze=grasps.q_squeeze[k],
            q_hold=grasps.q_hold[k],
            approach=grasps.approach_object[k],
        )
        for k in range(len(grasps.T_object_hand))
    ]
    made = (grasp_reference(cell, pose, path, paths, seeds=seeds) for pose in poses)
    return _Candidates(
        motions=(motion for motion in made if motion is not None),
        T_table_end=path.T_table_object[-1],
    )


STAGE = Stage(
    name="reference",
    needs=("grasps", *CELL_INPUTS),
    makes=("motion/reference.npz", "motion/rehearsals.json", "motion/fidelity.json"),
    code=("skillc.compiler.stages.motion.reference",),
    parameters=_parameters,
    run=_run,
)
