"""Stage `environment`: the simulation environment as data, and the same spelled out in Python."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skillc.compiler.emit.environment_rules import (
    REWARDS,
    TERMINATIONS,
    TESTED,
    TRAINED,
    AskedDraw,
    AskedEnvironment,
    AskedTerm,
    TermError,
    asked_draw,
    check_environment,
)
from skillc.compiler.emit.place import place
from skillc.compiler.plan.stage import Stage, StageContext, StageError
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec
from skillc.runtime.formats.extension import versions
from skillc.runtime.formats.records import from_json

UNREAD = ("weight", "formula")
"""Settings of a term that its function is not given."""
BASE = "policies.residual.base"


@dataclass(frozen=True, kw_only=True)
class _Played:
    """Which motion episodes play."""

    retargeted: bool
    """The motion before refinement, in place of the refined one."""
    before_contact: float | None
    """Frames of the demonstration before the contact at which episodes begin; None for the motion's own beginning."""


def _parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    rewards, ends = spec.section("rewards"), spec.section(TERMINATIONS)
    terminations = {name: end if isinstance(end, dict) else {"distance": end} for name, end in ends.items()}
    written = {section: spec.section(section) for section in (REWARDS, TERMINATIONS, TRAINED, TESTED)}
    reset = spec.section("reset")
    return {
        "played": {
            "retargeted": "retargeted" in (spec.section("policies.residual").get("base"), reset.get("trajectory")),
            "before_contact": reset.get("before_contact"),
        },
        "skill": spec.at("skill"),
        "summary": spec.values.get("summary", ""),
        "spec": Path(spec.spec_file).name,
        "rewards": [_term(name, settings) for name, settings in rewards.items()],
        "terminations": [_term(name, settings) for name, settings in terminations.items()],
        "randomization": [asked_draw(quantity, draw) for quantity, draw in written[TRAINED].items()],
        "test": [asked_draw(quantity, draw) for quantity, draw in written[TESTED].items()],
        "physics": spec.section("method.simulation"),
        "extensions": versions((*rewards, *ends, *spec.section("policies.residual").get("observe", ()))),
        "settle_s": spec.at("method.stages.environment.settle"),
        "origins": {
            f"{section}.{name}": place(spec, f"{section}.{name}")
            for section, found in written.items()
            for name in found
        },
    }


def _term(name: str, settings: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return an `AskedTerm`."""
    numbers = {key: value for key, value in settings.items() if _is_number(value)}
    return {
        "name": name,
        "weight": numbers.get("weight", 1.0),
        "settings": {key: value for key, value in numbers.items() if key not in UNREAD},
        "no_numbers": [key for key in settings if key not in numbers and key != "formula"],
    }


def _is_number(value: JSON) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _checked(read: Callable[[str, Any], Any]) -> AskedEnvironment:
    asked = AskedEnvironment(
        rewards=read("rewards", tuple[AskedTerm, ...]),
        terminations=read("terminations", tuple[AskedTerm, ...]),
        randomization=read("randomization", tuple[AskedDraw, ...]),
        test=read("test", tuple[AskedDraw, ...]),
    )
    try:
        check_environment(asked)
    except TermError as error:
        raise StageError("SK340", error.message, error.hint, error.path) from error
    return asked


def _refuse(parameters: Mapping[str, JSON]) -> None:
    _checked(lambda section, kind: from_json(kind, parameters[section], section))


def _played(context: StageContext) -> str:
    """Write the motion that episodes play, where it is not the refined one as a whole, and return its path."""
    from skillc.runtime.formats.reference import Reference

    asked = context.read("played", _Played)
    if asked == _Played(retargeted=False, before_contact=None):
        return Reference.FILE
    from skillc.runtime.formats.contract import Contract
    from skillc.runtime.formats.environment import PLAYED
    from skillc.runtime.formats.joint_motion import JointMotion
    from skillc.runtime.formats.keyframes import Keyframes
    from skillc.runtime.formats.object_motion import ObjectMotion
    from skillc.runtime.formats.reference import PHASES
    from skillc.runtime.formats.robot_profile import RobotProfile
    from skillc.runtime.motion.path.begun_at_contact import begun_before_contact
    from skillc.runtime.motion.path.retargeted_reference import Retargeted, retargeted_reference

    reference, keyframes = context.made.load(Reference), context.made.load(Keyframes)
    if asked.retargeted:
        made_of = Retargeted(
            raw=context.made.load(JointMotion),
            keyframes=keyframes,
            object_motion=context.made.load(ObjectMotion),
            contract=context.made.load(Contract),
            home=context.made.load(RobotProfile).home,
            releases=bool((reference.phase == PHASES.index("release")).any()),
        )
        try:
            reference = retargeted_reference(made_of)
        except ValueError as reason:
            raise StageError("SK342", str(reason), "play the refined motion: `base: reference`", BASE) from reason
    if asked.before_contact is not None:
        reference = begun_before_contact(reference, asked.before_contact / keyframes.fps)
    reference.save(context.out / PLAYED)
    return PLAYED


def _run(context: StageContext) -> None:
    from skillc.compiler.emit.environment import compile_environment
    from skillc.compiler.emit.environment_python import environment_python
    from skillc.runtime.formats.contract import Contract
    from skillc.runtime.formats.physics import PhysicsSettings

    folder = context.out / "environment"
    folder.mkdir(parents=True, exist_ok=True)
    environment = compile_environment(
        _checked(context.read),
        skill=context.read("skill", str),
        reference=_played(context),
        physics=context.read("physics", PhysicsSettings),
        settle_s=context.read("settle_s", float),
        origins=context.read("origins", dict[str, str]),
    )
    environment.save(folder / "environment.json")
    contract = context.made.load(Contract)
    text = environment_python(
        environment, contract, summary=context.read("summary", str), spec=context.read("spec", str)
    )
    (folder / "env.py").write_text(text, encoding="utf-8")


STAGE = Stage(
    name="environment",
    needs=("contract", "reference", "retarget", "keyframes", "object_motion", "robot"),
    makes=("environment/",),
    code=("skillc.compiler.stages.policy.environment",),
    parameters=_parameters,
    run=_run,
    refuse=_refuse,
)
