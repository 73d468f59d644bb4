"""Stage `training`: one config per policy, every number with its source."""

from typing import Any

from skillc.compiler.emit.training import training_config
from skillc.compiler.plan.stage import Stage, StageContext
from skillc.compiler.plan.taken import taken
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec
from skillc.runtime.tasks.catalog import task_type
from skillc.runtime.tasks.task_type import TaskType


def _parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    from skillc.compiler.stages.motion.refinement_inputs import cell_parameters

    policies = spec.section("policies")
    return {
        "skill": spec.at("skill"),
        "policies": {name: _for_task(policy, task_type(spec.at("task.type"))) for name, policy in policies.items()},
        "sources": {path: o[-1].source for path, o in spec.origins.items() if path.startswith("policies.")},
        "adjustment": {
            "paths": cell_parameters(spec).get("paths", {}),
            **taken(spec.section("method.stages.reference"), "seeds"),
        },
    }


def _for_task(policy: JSON, task: TaskType) -> JSON:
    """Leave out what a task has no use for: pushing and pulling distill the contact pose alone (A.3.1)."""
    if task.slides and policy.get("algorithm") == "distill" and "keyframes" in policy:
        return {**policy, "keyframes": [k for k in policy["keyframes"] if k == "contact"]}
    return policy


def _run(context: StageContext) -> None:
    skill, sources = context.read("skill", str), context.read("sources", dict[str, str])
    for name, policy in context.read("policies", dict[str, dict[str, Any]]).items():
        own = {**policy, "adjustment": context.read("adjustment", dict[str, Any])} if "keyframes" in policy else policy
        text = training_config(skill, name, own, sources)
        target = context.out / "training" / f"{name}.yaml"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


STAGE = Stage(
    name="training",
    needs=(),
    makes=("training/",),
    code=("skillc.compiler.stages.policy.training",),
    parameters=_parameters,
    run=_run,
)
