"""Stage `environment`: the simulation environment as data, and the same spelled out in Python."""

from skillc.compiler.emit.environment import TermError, compile_environment
from skillc.compiler.emit.place import place
from skillc.compiler.plan.stage import Stage, StageContext, StageError
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec


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
        "rewards": rewards,
        "terminations": {n: v if isinstance(v, dict) else {"distance": v} for n, v in ends.items()},
        "randomization": randomization,
        "test": test,
        "physics": spec.section("method.simulation"),
        "settle_s": spec.at("method.stages.environment.settle"),
        "origins": origins,
    }


def _run(context: StageContext) -> None:
    try:
        environment = compile_environment(skill=context.parameters["skill"], parameters=context.parameters)
    except TermError as error:
        raise StageError("SK340", error.message, path=error.path) from error
    environment.save(context.out / "environment" / "environment.json")


STAGE = Stage(
    name="environment",
    needs=(),
    makes=("environment/environment.json",),
    code=("skillc.compiler.stages.environment",),
    parameters=_parameters,
    run=_run,
)
