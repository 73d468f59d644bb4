"""Stage `generalize`: for how much of the table the whole skill has a motion (4.4, A.4). Runs where a spec adds it.

A spec adds it by `method: {extends: video2sim2real, pipeline: {add: [generalize]}}`; `skillc plan-map` makes the same
map of a finished build, at any step, and draws it.
"""

from __future__ import annotations

from skillc.compiler.plan.stage import Stage, StageContext, StageError
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec
from skillc.compiler.stages.motion.refinement_inputs import CELL_INPUTS, cell_of, cell_parameters, path_parameters

STEP_M = 0.2
"""ours: between places; some 50 on a table of 1.4 m, each about a plan."""
PATIENCE_S = 0.5
"""ours: of one search for a free way; as `plan-map`."""


def _parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    return {"skill": spec.at("skill"), **cell_parameters(spec)}


def _run(ctx: StageContext) -> None:
    from skillc.runtime.formats.grasps import Grasps
    from skillc.runtime.formats.reference import Reference
    from skillc.runtime.formats.table_map import TableMap
    from skillc.runtime.planning.plan import MotionPlanner
    from skillc.runtime.planning.shown_contact import shown_by
    from skillc.runtime.planning.table_map import table_map

    cell = cell_of(ctx)
    try:
        shown = shown_by(ctx.made.load(Reference), ctx.made.load(Grasps), cell.twin)
    except ValueError as reason:
        raise StageError("SK540", "the refined motion touches nothing", str(reason)) from reason
    planner = MotionPlanner(
        skill=str(ctx.parameters["skill"]), cell=cell, shown=shown, paths=path_parameters(ctx), patience_s=PATIENCE_S
    )
    found = table_map(
        planner, step_m=STEP_M, on_place=lambda k, total: ctx.progress(k / total, f"place {k + 1} of {total}")
    )
    found.save(ctx.out / TableMap.FILE)


STAGE = Stage(
    name="generalize",
    needs=("reference", "grasps", *CELL_INPUTS),
    makes=("report/table_map.json",),
    code=("skillc.compiler.stages.motion.generalize",),
    parameters=_parameters,
    run=_run,
)
