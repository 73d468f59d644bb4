"""Which terms and draws of a spec an environment can be made of; it loads nothing but the standard library."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from skillc.compiler.resolve.resolved import JSON
from skillc.runtime.formats.extension import ExtensionError
from skillc.runtime.terms import catalog
from skillc.runtime.terms.reward import Reward
from skillc.runtime.terms.terminations import Termination

Drawn: TypeAlias = Literal["offset", "scale", "log_scale", "range", "normal"]
DRAWN: Mapping[tuple[str, bool], Drawn] = {
    ("add", False): "offset",
    ("scale", False): "scale",
    ("scale", True): "log_scale",
    ("set", False): "range",
    ("normal", False): "normal",
}
"""Operation of a spec, and whether it is even in the logarithm -> how it is drawn."""
REWARDS, TERMINATIONS = "rewards", "policies.residual.terminate"
TRAINED, TESTED = "policies.residual.randomization", "evaluation.test"
"""Where the spec writes them; the policy that is trained in the environment meets its own draws there."""
LookUp: TypeAlias = Callable[[str], Reward | Termination]


class TermError(ValueError):
    """A term cannot be compiled; `path` is the spec path to blame, `hint` what to write instead."""

    def __init__(self, message: str, path: str, hint: str = "") -> None:
        """Keep what does not fit, where it was written, and what would fit."""
        super().__init__(message)
        self.message, self.path, self.hint = message, path, hint


@dataclass(frozen=True, kw_only=True)
class AskedTerm:
    """A reward or a termination as a spec asks for it."""

    name: str
    weight: float
    settings: Mapping[str, float]
    """SI."""
    no_numbers: tuple[str, ...]
    """Settings, the weight among them, that are not one number."""


@dataclass(frozen=True, kw_only=True)
class AskedDraw:
    """A randomized quantity as a spec asks for it."""

    quantity: str
    operation: Literal["set", "add", "scale", "normal"] | None
    """None for one value, which leaves nothing to draw."""
    logarithmic: bool
    low: float
    """The mean of a normal distribution."""
    high: float
    """Its standard deviation."""


def asked_draw(quantity: str, written: JSON) -> dict[str, JSON]:
    """Return an `AskedDraw` as data, of a quantity as the resolved spec has it."""
    draw = written if isinstance(written, dict) else {}
    normal = draw.get("kind") == "normal"
    return {
        "quantity": quantity,
        "operation": "normal" if normal else draw.get("operation"),
        "logarithmic": draw.get("logarithmic", False),
        "low": draw.get("mean" if normal else "low", 0.0),
        "high": draw.get("sigma" if normal else "high", 0.0),
    }


@dataclass(frozen=True, kw_only=True)
class AskedEnvironment:
    """What a spec asks of its environment."""

    rewards: tuple[AskedTerm, ...]
    terminations: tuple[AskedTerm, ...]
    randomization: tuple[AskedDraw, ...]
    test: tuple[AskedDraw, ...]


def check_environment(asked: AskedEnvironment) -> None:
    """Raise TermError for what no environment can be made of."""
    look_up: LookUp
    for section, terms, look_up in (
        (REWARDS, asked.rewards, catalog.reward),
        (TERMINATIONS, asked.terminations, catalog.termination),
    ):
        for term in terms:
            _check_term(term, f"{section}.{term.name}", look_up)
    for section, draws in ((TRAINED, asked.randomization), (TESTED, asked.test)):
        for draw in draws:
            drawn(draw, section)


def _check_term(asked: AskedTerm, path: str, look_up: LookUp) -> None:
    """Raise if a term or one of its settings is unknown or not implemented, is missing or no number."""
    try:
        term = look_up(asked.name)
    except (catalog.UnknownTerm, ExtensionError) as error:
        raise TermError(str(error), path) from error
    if term.needs:
        raise TermError(f"the term {asked.name} is not implemented: it needs {term.needs}", path)
    known = {p.name for p in term.parameters if not p.needs}
    given = {*asked.settings, *asked.no_numbers} - {"weight"}
    if wrong := sorted(given ^ known):
        word = "does not take" if wrong[0] in given else "needs"
        takes = ", ".join(["weight", *sorted(known)])
        raise TermError(f"the term {asked.name} {word} {wrong[0]!r}", path, f"it takes {takes}")
    for key in asked.no_numbers:
        told = f"{key} of the term {asked.name} is not one number; nothing here changes it over time"
        raise TermError(told, f"{path}.{key}", "write one number")


def drawn(asked: AskedDraw, section: str) -> Drawn:
    """Return how a quantity is drawn; raises TermError for what cannot be drawn like that."""
    path = f"{section}.{asked.quantity}"
    if asked.operation is None:
        raise TermError(f"{asked.quantity} is one value, which leaves nothing to draw", path, "write a range")
    try:
        operation = catalog.quantity(asked.quantity).operation(asked.operation)
    except catalog.UnknownTerm as error:
        raise TermError(str(error), path) from error
    found = DRAWN.get((asked.operation, asked.logarithmic))
    if operation is None or operation.needs or found is None:
        raise TermError(f"{asked.quantity} cannot be drawn like this", path)
    return found
