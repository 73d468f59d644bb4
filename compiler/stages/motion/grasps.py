"""Stage `grasps`: hand poses at the object that hold, push or pull it (A.2.2, contact-frame refinement)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skillc.compiler.emit.joint_limits import squeeze_written
from skillc.compiler.plan.stage import Stage, StageContext, StageError
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec
from skillc.compiler.stages.motion.refinement_inputs import (
    CELL_INPUTS,
    cell_of,
    cell_parameters,
    most,
    path_parameters,
    told,
)

if TYPE_CHECKING:
    from skillc.runtime.formats.grasps import Grasps
    from skillc.runtime.motion.cell.cell import Cell, PathParameters

THREADS = 2
"""ours: the machines this is meant for have two cores; the result does not depend on it."""


def _parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    return {**spec.section("method.stages.grasps"), **cell_parameters(spec), "squeeze": squeeze_written(spec)}


def _run(ctx: StageContext) -> None:
    from skillc.runtime.tasks.catalog import task_type

    cell = cell_of(ctx)
    paths = path_parameters(ctx)
    slides = task_type(cell.twin.task_type).slides
    grasps = _pushes(ctx, cell, paths) if slides else _grasps(ctx, cell, paths)
    (ctx.out / "motion").mkdir(parents=True, exist_ok=True)
    grasps.save(ctx.out / "motion/grasps.npz")


def _grasps(ctx: StageContext, cell: Cell, paths: PathParameters) -> Grasps:
    import numpy as np

    from skillc.runtime.motion.grasp.object_way import end_poses, grasped_path
    from skillc.runtime.motion.grasp.parameters import GraspParameters
    from skillc.runtime.motion.grasp.refine import find_grasps
    from skillc.runtime.perception.shape.materials import load_materials

    squeeze = load_materials().squeeze_on(cell.twin.manipulated.material, ctx.parameters["squeeze"])
    parameters, path = ctx.read("grasp", GraspParameters).squeezing_at_most(squeeze), grasped_path(cell, paths)
    refused = next((change for change in path.changes if paths.changes.refused(change)), None)
    if refused is not None:
        raise StageError(
            "SK521",
            f"the demonstrated object motion would have to be {told(refused)}; expected at most {most(refused, paths)}",
            "demonstrate the end of the motion nearer to the target, or check the twin's poses",
            "demonstrations",
        )
    found = find_grasps(
        cell,
        parameters,
        Ts_table_end=end_poses(cell, path, paths),
        rng=np.random.default_rng(ctx.read("seed", int)),
        threads=THREADS,
        progress=ctx.progress,
    )
    if found is None:
        raise StageError(
            "SK516",
            "no grasp of the object is reachable and free of collisions; expected at least one",
            "the object may be too small, too large or too near the table's edge for this hand",
            "hardware",
        )
    turned = float(np.rad2deg(found.turned_rad[0]))
    if found.grasps.announced[0]:
        ctx.warn(
            "SK511",
            f"the demonstrated hand orientation gives this robot hand no sure grasp; the best one found is "
            f"turned by {turned:.0f} deg",
            "demonstrations",
        )
    if not found.grasps.stable[0]:
        ctx.warn("SK514", f"no grasp passed the stability test in {found.attempts} attempts", "method")
    return found.grasps


def _pushes(ctx: StageContext, cell: Cell, paths: PathParameters) -> Grasps:
    import numpy as np

    from skillc.runtime.formats.grasps import Grasps
    from skillc.runtime.motion.push.contact import PushParameters
    from skillc.runtime.motion.push.refine import PushSearch, push_candidates

    parameters, search = ctx.read("push", PushParameters), ctx.read("push_search", PushSearch)
    try:
        found, _ = push_candidates(cell, parameters, paths, search)
    except ValueError as reason:
        raise StageError("SK821", f"{reason}; expected the object to be pushed", "", "demonstrations") from reason
    if not found:
        raise StageError(
            "SK516",
            "no hand pose at the object is reachable and clear of the table; expected at least one",
            "move the base (hardware.placement) or demonstrate closer to the robot",
            "hardware",
        )
    announced = [c.straightened > 0 or c.deviation_rad > search.announce_rad for c in found]
    if announced[0]:
        ctx.warn(
            "SK511",
            f"the demonstrated hand cannot touch the object cleanly; its fingers are straightened by "
            f"{found[0].straightened:.0%}, the hand turned by {np.rad2deg(found[0].deviation_rad):.0f} deg",
            "demonstrations",
        )
    q = np.array([c.q_hand for c in found])
    count = len(found)
    return Grasps(
        hand_joint_names=cell.profile.manipulator.hand_joints,
        T_object_hand=np.array([c.contact.T_object_hand for c in found]),
        q_grasp=q,
        q_squeeze=q,
        q_hold=q,
        q_open=q,
        q_pre=q,
        approach_object=np.array([c.contact.approach for c in found]),
        fingers=np.ones(count, dtype=np.int64),
        stable=np.ones(count, dtype=np.bool_),
        tracking_error_m=np.zeros(count),
        announced=np.array(announced),
        kind="pull" if found[0].contact.along else "push",
    )


STAGE = Stage(
    name="grasps",
    needs=CELL_INPUTS,
    makes=("motion/grasps.npz",),
    code=("skillc.compiler.stages.motion.grasps",),
    parameters=_parameters,
    run=_run,
)
