"""Stage `reference`: the refined motion, rehearsed in varied copies of the twin and chosen among candidates (A.2.2)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from skillc.compiler.plan.stage import Stage, StageContext, StageError
from skillc.compiler.plan.taken import taken
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec
from skillc.compiler.stages.motion.refinement_inputs import (
    CELL_INPUTS,
    cell_of,
    cell_parameters,
    path_parameters,
)

if TYPE_CHECKING:
    from skillc.runtime.formats.arrays import FloatArray
    from skillc.runtime.formats.grasps import Grasps
    from skillc.runtime.formats.reference import Reference
    from skillc.runtime.motion.cell.cell import Cell, PathParameters

THREADS = 2
"""ours: the machines this is meant for have two cores; the result does not depend on it."""


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
    return {"rehearsal": rehearsal, **taken(own, "spread", "bounds"), **cell_parameters(spec)}


def _run(ctx: StageContext) -> None:
    import numpy as np

    from skillc.runtime.formats.grasps import Grasps
    from skillc.runtime.formats.rehearsals import Rehearsals, RehearsedCandidate
    from skillc.runtime.motion.rehearsal.rehearsal import Spread, draw_variations
    from skillc.runtime.motion.rehearsal.selection import Goal, TaskBounds, select
    from skillc.runtime.tasks.catalog import task_type

    cell = cell_of(ctx)
    settings = ctx.read("rehearsal", RehearsalSettings)
    grasps = ctx.made.load(Grasps)
    task = task_type(cell.twin.task_type)
    built, T_end, costs = (_pushes if task.slides else _grasps)(cell, grasps, path_parameters(ctx), settings.seeds)
    if not built:
        raise StageError(
            "SK517",
            "no candidate gives a motion the arm can follow; expected at least one",
            "see the pictures of the stages `grasps` and `feasibility`",
            "hardware",
        )
    rng = np.random.default_rng(settings.seed)
    worlds = cell.varied(draw_variations(cell.twin, ctx.read("spread", Spread), settings.rehearsals, rng))
    ctx.progress(0.3, f"rehearsing up to {len(built)} motions in {len(worlds)} scenes")
    target = cell.twin.target
    goal = Goal(
        task=task,
        T_table_end=T_end,
        T_table_target=None if target is None else np.asarray(target.T_table_object),
        object_height_m=cell.surface.height,
    )
    selection = select(
        [r for r, _ in built], costs, worlds, manipulated=cell.twin.manipulated.name, goal=goal,
        bounds=ctx.read("bounds", TaskBounds),        hold_s=settings.hold_s, threads=THREADS,
    )  # fmt: skip
    chosen, share = selection.chosen, selection.success_share
    if share < settings.least_share:
        ctx.warn("SK512", f"the best motion succeeds in {share:.0%} of {len(worlds)} rehearsals", "method")
    if built[chosen][1] < 0:
        near = -1e3 * built[chosen][1]
        ctx.warn("SK513", f"hand or arm come {near:.0f} mm too near to the table or a thing beside", "scene.objects")
    reference = built[chosen][0]
    (ctx.out / "motion").mkdir(parents=True, exist_ok=True)
    reference.save(ctx.out / "motion/reference.npz")
    Rehearsals(
        chosen=chosen,
        success_share=share,
        rehearsals=len(worlds),
        duration_s=float(reference.time_s[-1]),
        clearance_m=built[chosen][1],
        candidates=tuple(
            RehearsedCandidate(
                cost=round(float(c), 4),
                use=tuple(round(v.use, 3) for v in row),
                safe=tuple(bool(v.safe) for v in row),
            )
            for c, row in zip(costs, selection.verdicts)
        ),
    ).save(ctx.out / Rehearsals.FILE)


def _pushes(
    cell: Cell, grasps: Grasps, paths: PathParameters, seeds: int
) -> tuple[list[tuple[Reference, float]], FloatArray, list[float]]:
    from skillc.runtime.motion.push.refine import push_reference, pushed_path

    path = pushed_path(cell, paths)
    built, costs = [], []
    for k in range(len(grasps.T_object_hand)):
        made = push_reference(
            cell,
            T_object_hand=grasps.T_object_hand[k],
            q_hand=grasps.q_grasp[k],
            approach=grasps.approach_object[k],
            path=path,
            paths=paths,
            seeds=seeds,
        )
        if made is not None:
            built.append(made)
            costs.append(0.1 * k)
    return built, path.T_table_object[-1], costs


def _grasps(
    cell: Cell, grasps: Grasps, paths: PathParameters, seeds: int
) -> tuple[list[tuple[Reference, float]], FloatArray, list[float]]:
    from skillc.runtime.motion.grasp.motion import GraspPose, grasp_reference, grasped_path

    path = grasped_path(cell, paths)
    built, costs = [], []
    for k in range(len(grasps.T_object_hand)):
        grasp = GraspPose(
            T_object_hand=grasps.T_object_hand[k],
            q_open=grasps.q_pre[k],
            q_grasp=grasps.q_grasp[k],
            q_squeeze=grasps.q_squeeze[k],
            approach=grasps.approach_object[k],
        )
        made = grasp_reference(cell, grasp, path, paths, seeds=seeds)
        if made is not None:
            built.append(made)
            costs.append(0.02 * k)
    return built, path.T_table_object[-1], costs


STAGE = Stage(
    name="reference",
    needs=("grasps", *CELL_INPUTS),
    makes=("motion/reference.npz", "motion/rehearsals.json"),
    code=("skillc.compiler.stages.motion.reference",),
    parameters=_parameters,
    run=_run,
)
