"""Compile the environment's definition: rewards, terminations and randomization as typed terms with their places."""

from collections.abc import Callable, Mapping
from typing import Literal

from skillc.compiler.resolve.resolved import JSON
from skillc.runtime.formats.codec import from_json
from skillc.runtime.formats.environment import Environment, UsedTerm, Variation
from skillc.runtime.formats.extension import ExtensionError
from skillc.runtime.formats.physics import PhysicsSettings
from skillc.runtime.terms import catalog
from skillc.runtime.terms.reward import Reward
from skillc.runtime.terms.terminations import Termination


class TermError(ValueError):
    """A term cannot be compiled; `path` is the spec path to blame, `hint` what to write instead."""

    def __init__(self, message: str, path: str, hint: str = "") -> None:
        """Keep what does not fit, where it was written, and what would fit."""
        super().__init__(message)
        self.message, self.path, self.hint = message, path, hint


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
    section: str,
    entries: Mapping[str, JSON],
    look_up: Callable[[str], Reward | Termination],
    origins: Mapping[str, str],
) -> tuple[UsedTerm, ...]:
    terms: list[UsedTerm] = []
    for name, settings in entries.items():
        path = f"{section}.{name}"
        try:
            term = look_up(name)
        except (catalog.UnknownTerm, ExtensionError) as error:
            raise TermError(str(error), path) from error
        if term.needs:
            raise TermError(f"the term {name} is not implemented: it needs {term.needs}", path)
        known = {p.name for p in term.parameters if not p.needs}
        given = {k: v for k, v in settings.items() if k not in ("weight", "formula")}
        wrong = sorted(set(given) ^ known)
        if wrong:
            word = "does not take" if wrong[0] in given else "needs"
            takes = ", ".join(["weight", *sorted(known)])
            raise TermError(f"the term {name} {word} {wrong[0]!r}", path, f"it takes {takes}")
        terms.append(
            UsedTerm(
                name=name,
                function=name,
                weight=float(settings.get("weight", 1.0)),
                parameters={k: float(v) for k, v in given.items()},
                origin=origins[path],
            )
        )
    return tuple(terms)


Kind = Literal["offset", "scale", "log_scale", "range", "normal"]
_OPERATIONS: Mapping[tuple[str, bool], Kind] = {
    ("add", False): "offset",
    ("scale", False): "scale",
    ("scale", True): "log_scale",
    ("set", False): "range",
}
"""Operation of a spec, and whether it is even in the logarithm -> how it is drawn."""


def _variations(section: str, entries: Mapping[str, JSON], origins: Mapping[str, str]) -> tuple[Variation, ...]:
    found: list[Variation] = []
    for quantity, draw in entries.items():
        normal = draw["kind"] == "normal"
        try:
            operation = catalog.quantity(quantity).operation("normal" if normal else draw["operation"])
        except catalog.UnknownTerm as error:
            raise TermError(str(error), f"{section}.{quantity}") from error
        if operation is None or operation.needs or (not normal and draw["logarithmic"] and operation.name != "scale"):
            raise TermError(f"{quantity} cannot be drawn like this", f"{section}.{quantity}")
        kind: Kind = "normal" if normal else _OPERATIONS[draw["operation"], bool(draw["logarithmic"])]
        found.append(
            Variation(
                quantity=quantity,
                kind=kind,
                low=float(draw["mean"] if normal else draw["low"]),
                high=float(draw["sigma"] if normal else draw["high"]),
                origin=origins[f"{section}.{quantity}"],
            )
        )
    return tuple(found)
