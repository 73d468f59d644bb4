"""Stage `training`: one config per policy, every number with its source."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from skillc.compiler.emit.environment_rules import TRAINED, AskedDraw, TermError, asked_draw, drawn
from skillc.compiler.emit.place import place
from skillc.compiler.emit.training import training_config
from skillc.compiler.plan.stage import Stage, StageContext, StageError
from skillc.compiler.plan.taken import taken
from skillc.compiler.resolve.drawn import SHARED
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec
from skillc.runtime.formats.records import from_json
from skillc.runtime.tasks.catalog import task_type
from skillc.runtime.tasks.task_type import TaskType


@dataclass(frozen=True, kw_only=True)
class _Draws:
    """What a policy meets, as the spec asks for it."""

    asked: tuple[AskedDraw, ...]
    origins: Mapping[str, str]
    """Spec path -> file:line:column."""


def _parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    from skillc.compiler.stages.motion.refinement_inputs import cell_parameters

    policies, task = spec.section("policies"), task_type(spec.at("task.type"))
    return {
        "skill": spec.at("skill"),
        "policies": {name: _for_task(policy, task) for name, policy in policies.items()},
        "draws": {name: _draws(spec, name) for name in policies},
        "sources": {path: o[-1].source for path, o in spec.origins.items() if path.startswith("policies.")},
        "adjustment": {
            "paths": cell_parameters(spec).get("paths", {}),
            **taken(spec.section("method.stages.reference"), "seeds"),
        },
    }


def _draws(spec: ResolvedSpec, policy: str) -> dict[str, JSON]:
    """Return what a policy meets that is not trained in the environment, which says so itself: draws and places."""
    section = f"policies.{policy}.{SHARED}"
    if section == TRAINED:
        return {"asked": [], "origins": {}}
    met = spec.section(section)
    return {
        "asked": [asked_draw(quantity, draw) for quantity, draw in met.items()],
        "origins": {f"{section}.{quantity}": place(spec, f"{section}.{quantity}") for quantity in met},
    }


def _for_task(policy: JSON, task: TaskType) -> JSON:
    """Leave out what is written apart, and what a task cannot use: pushes distill the contact pose alone (A.3.1)."""
    policy = {key: value for key, value in policy.items() if key != SHARED}
    if task.slides and policy.get("algorithm") == "distill" and "keyframes" in policy:
        return {**policy, "keyframes": [k for k in policy["keyframes"] if k == "contact"]}
    return policy


def _refuse(parameters: Mapping[str, JSON]) -> None:
    for name, met in parameters["draws"].items():
        for asked in from_json(_Draws, met, "draws").asked:
            try:
                drawn(asked, f"policies.{name}.{SHARED}")
            except TermError as error:
                raise StageError("SK340", error.message, error.hint, error.path) from error


def _run(context: StageContext) -> None:
    from skillc.compiler.emit.environment import variations
    from skillc.runtime.formats.codec import as_json

    skill, sources = context.read("skill", str), context.read("sources", dict[str, str])
    draws = context.read("draws", dict[str, _Draws])
    for name, policy in context.read("policies", dict[str, dict[str, Any]]).items():
        own = {**policy, "adjustment": context.read("adjustment", dict[str, Any])} if "keyframes" in policy else policy
        met = variations(draws[name].asked, f"policies.{name}.{SHARED}", draws[name].origins)
        own = {**own, SHARED: [as_json(asdict(one)) for one in met]} if met else own
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
    refuse=_refuse,
    run=_run,
)
