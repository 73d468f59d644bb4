"""Compile the environment's definition: rewards, terminations and randomization as typed terms with their places."""

from collections.abc import Mapping

from skillc.compiler.emit.environment_rules import OPERATIONS, PATHS, LookUp, draws, terms
from skillc.compiler.resolve.resolved import JSON
from skillc.runtime.formats.codec import from_json
from skillc.runtime.formats.environment import Environment, UsedTerm, Variation
from skillc.runtime.formats.physics import PhysicsSettings
from skillc.runtime.terms import catalog


def compile_environment(*, skill: str, parameters: Mapping[str, JSON]) -> Environment:
    """Return the environment.

    Args:
        skill: name of the skill.
        parameters: `rewards`, `terminations`, `randomization`, `test`, `physics`, `settle_s`, and `origins` (section
            and key joined by a dot -> file:line:column).

    Raises:
        TermError: a term or one of its parameters is unknown, or a parameter is missing.
    """
    origins: Mapping[str, str] = parameters["origins"]
    physics: PhysicsSettings = from_json(PhysicsSettings, parameters["physics"], "method.simulation")
    return Environment(
        skill=skill,
        twin="twin/twin.json",
        robot="robot/profile.json",
        reference="motion/reference.npz",
        contract="contract.json",
        physics=physics,
        settle_s=float(parameters["settle_s"]),
        rewards=_terms("rewards", parameters["rewards"], catalog.reward, origins),
        terminations=_terms("terminations", parameters["terminations"], catalog.termination, origins),
        randomization=_variations("randomization", parameters["randomization"], origins),
        test_randomization=_variations("evaluation.test", parameters["test"], origins),
    )


def _terms(
    section: str, entries: Mapping[str, JSON], look_up: LookUp, origins: Mapping[str, str]
) -> tuple[UsedTerm, ...]:
    return tuple(
        UsedTerm(name=name, function=name, weight=weight, parameters=given, origin=origins[f"{section}.{name}"])
        for name, weight, given in terms(PATHS[section], entries, look_up)
    )


def _variations(section: str, entries: Mapping[str, JSON], origins: Mapping[str, str]) -> tuple[Variation, ...]:
    found: list[Variation] = []
    for quantity, draw in draws(section, entries):
        normal = draw["kind"] == "normal"
        found.append(
            Variation(
                quantity=quantity,
                kind="normal" if normal else OPERATIONS[draw["operation"], bool(draw["logarithmic"])],
                low=float(draw["mean"] if normal else draw["low"]),
                high=float(draw["sigma"] if normal else draw["high"]),
                origin=origins[f"{section}.{quantity}"],
            )
        )
    return tuple(found)
