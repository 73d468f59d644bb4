"""Stage `objective`: what the skill is for and how its runs are judged, so that the runtime needs no spec."""

from skillc.compiler.plan.stage import Stage, StageContext
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec


def _parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    return {
        "objective": {
            "skill": spec.at("skill"),
            "summary": spec.values.get("summary", ""),
            "method": spec.at("method.name"),
            "task_type": spec.at("task.type"),
            "success": spec.section("task.success"),
            "protocol": spec.section("method.protocol"),
        }
    }


def _run(context: StageContext) -> None:
    from skillc.runtime.formats.objective import Objective

    context.read("objective", Objective).save(context.out / Objective.FILE)


STAGE = Stage(
    name="objective",
    needs=(),
    makes=("objective.json",),
    code=("skillc.compiler.stages.deploy.objective",),
    parameters=_parameters,
    run=_run,
)
