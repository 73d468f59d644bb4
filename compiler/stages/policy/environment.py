"""Stage `environment`: the simulation environment as data, and the same spelled out in Python."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from skillc.compiler.emit.place import place
from skillc.compiler.plan.stage import Stage, StageContext, StageError
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec
from skillc.runtime.formats.extension import versions

if TYPE_CHECKING:
    pass


def _parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    rewards, randomization = spec.section("rewards"), spec.section("randomization")
    test = spec.section("evaluation.test")
    ends = spec.section("policies.residual.terminate")
    origins = {f"rewards.{n}": place(spec, f"rewards.{n}") for n in rewards}
    origins |= {f"terminations.{n}": place(spec, f"policies.residual.terminate.{n}") for n in ends}
    origins |= {f"randomization.{n}": place(spec, f"randomization.{n}") for n in randomization}
    origins |= {f"evaluation.test.{n}": place(spec, f"evaluation.test.{n}") for n in test}
    return {
        "skill": spec.at("skill"),
        "summary": spec.values.get("summary", ""),
        "spec": Path(spec.spec_file).name,
        "rewards": rewards,
        "terminations": {n: v if isinstance(v, dict) else {"distance": v} for n, v in ends.items()},
        "randomization": randomization,
        "test": test,
        "physics": spec.section("method.simulation"),
        "extensions": versions((*rewards, *ends, *spec.section("policies.residual").get("observe", ()))),
        "settle_s": spec.at("method.stages.environment.settle"),
        "origins": origins,
    }


def _refuse(parameters: Mapping[str, JSON]) -> None:
    from skillc.compiler.emit.environment_rules import TermError, check_parameters

    try:
        check_parameters(parameters)
    except TermError as error:
        raise StageError("SK340", error.message, error.hint, error.path) from error


def _run(context: StageContext) -> None:
    from skillc.compiler.emit.environment import compile_environment
    from skillc.compiler.emit.environment_python import environment_python
    from skillc.runtime.formats.contract import Contract

    _refuse(context.parameters)
    environment = compile_environment(skill=context.parameters["skill"], parameters=context.parameters)
    folder = context.out / "environment"
    environment.save(folder / "environment.json")
    contract = context.made.load(Contract)
    text = environment_python(
        environment, contract, summary=context.parameters["summary"], spec=context.parameters["spec"]
    )
    (folder / "env.py").write_text(text, encoding="utf-8")


STAGE = Stage(
    name="environment",
    needs=("contract",),
    makes=("environment/environment.json", "environment/env.py"),
    code=("skillc.compiler.stages.policy.environment",),
    parameters=_parameters,
    run=_run,
    refuse=_refuse,
)
