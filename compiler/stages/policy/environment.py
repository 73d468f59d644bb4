"""Stage `environment`: the simulation environment as data, and the same spelled out in Python."""

from collections.abc import Mapping
from pathlib import Path

from skillc.compiler.emit.place import place
from skillc.compiler.plan.stage import Stage, StageContext, StageError
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec
from skillc.runtime.formats.extension import versions

UNREAD = ("weight", "formula")
"""Settings of a term that its function is not given."""


def _parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    rewards, ends = spec.section("rewards"), spec.section("policies.residual.terminate")
    return {
        "skill": spec.at("skill"),
        "summary": spec.values.get("summary", ""),
        "spec": Path(spec.spec_file).name,
        "asked": {
            "rewards": [_term(spec, "rewards", name, settings) for name, settings in rewards.items()],
            "terminations": [
                _term(spec, "policies.residual.terminate", name, end if isinstance(end, dict) else {"distance": end})
                for name, end in ends.items()
            ],
            "randomization": _draws(spec, "randomization"),
            "test": _draws(spec, "evaluation.test"),
        },
        "physics": spec.section("method.simulation"),
        "extensions": versions((*rewards, *ends, *spec.section("policies.residual").get("observe", ()))),
        "settle_s": spec.at("method.stages.environment.settle"),
    }


def _term(spec: ResolvedSpec, section: str, name: str, settings: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return an `AskedTerm`."""
    numbers = {key: value for key, value in settings.items() if _is_number(value)}
    return {
        "name": name,
        "weight": numbers.get("weight", 1.0),
        "settings": {key: value for key, value in numbers.items() if key not in UNREAD},
        "no_numbers": [key for key in settings if key not in numbers and key != "formula"],
        "origin": place(spec, f"{section}.{name}"),
    }


def _is_number(value: JSON) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _draws(spec: ResolvedSpec, section: str) -> list[dict[str, JSON]]:
    """Return an `AskedDraw` of every quantity of a section."""
    found = []
    for quantity, draw in spec.section(section).items():
        draws = draw if isinstance(draw, dict) else {}
        normal = draws.get("kind") == "normal"
        found.append({
            "quantity": quantity,
            "operation": "normal" if normal else draws.get("operation"),
            "logarithmic": draws.get("logarithmic", False),
            "low": draws.get("mean" if normal else "low"),
            "high": draws.get("sigma" if normal else "high"),
            "origin": place(spec, f"{section}.{quantity}"),
        })  # fmt: skip
    return found


def _refuse(parameters: Mapping[str, JSON]) -> None:
    from skillc.compiler.emit.environment_rules import AskedEnvironment, TermError, check_environment
    from skillc.runtime.formats.records import from_json

    try:
        check_environment(from_json(AskedEnvironment, parameters["asked"], "asked"))
    except TermError as error:
        raise StageError("SK340", error.message, error.hint, error.path) from error


def _run(context: StageContext) -> None:
    from skillc.compiler.emit.environment import compile_environment
    from skillc.compiler.emit.environment_python import environment_python
    from skillc.compiler.emit.environment_rules import AskedEnvironment
    from skillc.runtime.formats.contract import Contract
    from skillc.runtime.formats.physics import PhysicsSettings

    environment = compile_environment(
        skill=context.read("skill", str),
        asked=context.read("asked", AskedEnvironment),
        physics=context.read("physics", PhysicsSettings),
        settle_s=context.read("settle_s", float),
    )
    folder = context.out / "environment"
    environment.save(folder / "environment.json")
    contract = context.made.load(Contract)
    text = environment_python(
        environment, contract, summary=context.read("summary", str), spec=context.read("spec", str)
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
