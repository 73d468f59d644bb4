"""Compile the environment's definition: rewards, terminations and randomization as typed terms with their places."""

from collections.abc import Iterable, Mapping

from skillc.compiler.emit.environment_rules import (
    REWARDS,
    TERMINATIONS,
    TESTED,
    TRAINED,
    AskedDraw,
    AskedEnvironment,
    AskedTerm,
    drawn,
)
from skillc.runtime.formats.environment import Environment, UsedTerm, Variation
from skillc.runtime.formats.physics import PhysicsSettings


def compile_environment(
    asked: AskedEnvironment,
    *,
    skill: str,
    reference: str,
    physics: PhysicsSettings,
    settle_s: float,
    origins: Mapping[str, str],
) -> Environment:
    """Return the environment.

    Args:
        asked: what the spec asks for, checked.
        skill: name of the skill.
        reference: path of the motion that episodes play.
        physics: of the simulation.
        settle_s: simulated time after the last command.
        origins: spec path of every term and draw -> file:line:column.

    Raises:
        TermError: as `check_environment`, of draws.
    """
    return Environment(
        skill=skill,
        twin="twin/twin.json",
        robot="robot/profile.json",
        reference=reference,
        contract="contract.json",
        physics=physics,
        settle_s=settle_s,
        rewards=_used(asked.rewards, REWARDS, origins),
        terminations=_used(asked.terminations, TERMINATIONS, origins),
        randomization=variations(asked.randomization, TRAINED, origins),
        test_randomization=variations(asked.test, TESTED, origins),
    )


def _used(terms: Iterable[AskedTerm], section: str, origins: Mapping[str, str]) -> tuple[UsedTerm, ...]:
    return tuple(
        UsedTerm(
            name=term.name,
            function=term.name,
            weight=term.weight,
            parameters=term.settings,
            origin=origins[f"{section}.{term.name}"],
        )
        for term in terms
    )


def variations(draws: Iterable[AskedDraw], section: str, origins: Mapping[str, str]) -> tuple[Variation, ...]:
    """Return what a policy or a test meets, with the place of every line; raises TermError as `drawn`."""
    return tuple(
        Variation(
            quantity=draw.quantity,
            kind=drawn(draw, section),
            low=draw.low,
            high=draw.high,
            origin=origins[f"{section}.{draw.quantity}"],
        )
        for draw in draws
    )
