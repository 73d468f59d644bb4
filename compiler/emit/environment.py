"""Compile the environment's definition: rewards, terminations and randomization as typed terms with their places."""

from collections.abc import Iterable

from skillc.compiler.emit.environment_rules import (
    TESTED,
    TRAINED,
    AskedDraw,
    AskedEnvironment,
    AskedTerm,
    check_environment,
    drawn,
)
from skillc.runtime.formats.environment import Environment, UsedTerm, Variation
from skillc.runtime.formats.physics import PhysicsSettings


def compile_environment(
    *, skill: str, asked: AskedEnvironment, physics: PhysicsSettings, settle_s: float
) -> Environment:
    """Return the environment.

    Raises:
        TermError: as `check_environment`.
    """
    check_environment(asked)
    return Environment(
        skill=skill,
        twin="twin/twin.json",
        robot="robot/profile.json",
        reference="motion/reference.npz",
        contract="contract.json",
        physics=physics,
        settle_s=settle_s,
        rewards=_used(asked.rewards),
        terminations=_used(asked.terminations),
        randomization=_variations(asked.randomization, TRAINED),
        test_randomization=_variations(asked.test, TESTED),
    )


def _used(terms: Iterable[AskedTerm]) -> tuple[UsedTerm, ...]:
    return tuple(
        UsedTerm(name=t.name, function=t.name, weight=t.weight, parameters=t.settings, origin=t.origin) for t in terms
    )


def _variations(draws: Iterable[AskedDraw], section: str) -> tuple[Variation, ...]:
    return tuple(
        Variation(quantity=d.quantity, kind=drawn(d, section), low=d.low, high=d.high, origin=d.origin) for d in draws
    )
