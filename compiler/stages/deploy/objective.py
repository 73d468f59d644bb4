"""Stage `objective`: what the skill is for and how its runs are judged, so that the runtime needs no spec."""

from skillc.compiler.emit.joint_limits import squeeze_written
from skillc.compiler.plan.stage import Stage, StageContext, StageError
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec


def _parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    return {
        "objective": {
            "skill": spec.at("skill"),
            "summary": spec.values.get("summary", ""),
            "method": spec.at("method.name"),
            "task_type": spec.at("task.type"),
            "success": spec.section("task.success"),
            "filling": _filling(spec),
            "protocol": spec.section("method.protocol"),
        },
        "squeeze": squeeze_written(spec),
    }


def _filling(spec: ResolvedSpec) -> JSON:
    """Return `task.filling` with its material's numbers."""
    from skillc.runtime.perception.shape.materials import load_materials

    written = spec.section("task").get("filling")
    if written is None:
        return None
    material = load_materials().named(str(written["material"]))
    return {
        "number": written["number"],
        "radius": written["radius"],
        "density": material.density,
        "friction": material.friction,
    }


def _run(context: StageContext) -> None:
    from skillc.runtime.formats.objective import Objective
    from skillc.runtime.formats.records import from_json
    from skillc.runtime.formats.twin import Twin
    from skillc.runtime.perception.shape.materials import load_materials
    from skillc.runtime.sim.filling import FillingError, places

    thing = context.made.load(Twin).manipulated
    squeeze = load_materials().squeeze_on(thing.material, context.parameters["squeeze"])
    objective = from_json(Objective, {**context.parameters["objective"], "squeeze_n": squeeze}, "the skill's objective")
    if objective.filling is not None:
        try:
            places(thing, objective.filling)
        except FillingError as error:
            raise StageError("SK663", str(error), error.hint, "task.filling") from error
    objective.save(context.out / Objective.FILE)


STAGE = Stage(
    name="objective",
    needs=("twin",),
    makes=("objective.json",),
    code=("skillc.compiler.stages.deploy.objective",),
    parameters=_parameters,
    run=_run,
)
