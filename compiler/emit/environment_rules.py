"""Which terms and draws of a spec an environment can be made of; it loads nothing but the standard library."""

from collections.abc import Callable, Iterator, Mapping
from typing import Literal, TypeAlias

from skillc.compiler.resolve.resolved import JSON
from skillc.runtime.formats.extension import ExtensionError
from skillc.runtime.terms import catalog
from skillc.runtime.terms.reward import Reward
from skillc.runtime.terms.terminations import Termination

NO_PARAMETERS = ("weight", "formula")
"""Settings of a term that its function is not given."""
Drawn: TypeAlias = Literal["offset", "scale", "log_scale", "range"]
OPERATIONS: Mapping[tuple[str, bool], Drawn] = {
    ("add", False): "offset",
    ("scale", False): "scale",
    ("scale", True): "log_scale",
    ("set", False): "range",
}
"""Operation of a spec, and whether it is even in the logarithm -> how it is drawn."""
PATHS = {"rewards": "rewards", "terminations": "policies.residual.terminate"}
"""Terms of the environment -> where the spec writes them."""
LookUp: TypeAlias = Callable[[str], Reward | Termination]


class TermError(ValueError):
    """A term cannot be compiled; `path` is the spec path to blame, `hint` what to write instead."""

    def __init__(self, message: str, path: str, hint: str = "") -> None:
        """Keep what does not fit, where it was written, and what would fit."""
        super().__init__(message)
        self.message, self.path, self.hint = message, path, hint


def check_parameters(parameters: Mapping[str, JSON]) -> None:
    """Raise TermError for what no environment can be made of."""
    for section, look_up in (("rewards", catalog.reward), ("terminations", catalog.termination)):
        for _ in terms(PATHS[section], parameters[section], look_up):
            pass
    for section, entries in (("randomization", parameters["randomization"]), ("evaluation.test", parameters["test"])):
        for _ in draws(section, entries):
            pass


def terms(written: str, entries: Mapping[str, JSON], look_up: LookUp) -> Iterator[tuple[str, float, dict[str, float]]]:
    """Yield name, weight and parameters of every term of the spec's section `written`.

    Raises:
        TermError: a term or one of its parameters is unknown or not implemented, a parameter is missing or no number.
    """
    for name, settings in entries.items():
        path = f"{written}.{name}"
        try:
            term = look_up(name)
        except (catalog.UnknownTerm, ExtensionError) as error:
            raise TermError(str(error), path) from error
        if term.needs:
            raise TermError(f"the term {name} is not implemented: it needs {term.needs}", path)
        known = {p.name for p in term.parameters if not p.needs}
        given = {k: v for k, v in settings.items() if k not in NO_PARAMETERS}
        wrong = sorted(set(given) ^ known)
        if wrong:
            word = "does not take" if wrong[0] in given else "needs"
            takes = ", ".join(["weight", *sorted(known)])
            raise TermError(f"the term {name} {word} {wrong[0]!r}", path, f"it takes {takes}")
        numbers = {"weight": settings.get("weight", 1.0), **given}
        for key, value in numbers.items():
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                told = f"{key} of the term {name} is not one number; nothing here changes it over time"
                raise TermError(told, f"{path}.{key}", "write one number")
        yield name, float(numbers.pop("weight")), {key: float(value) for key, value in numbers.items()}


def draws(section: str, entries: Mapping[str, JSON]) -> Iterator[tuple[str, Mapping[str, JSON]]]:
    """Yield every quantity and how it is drawn; raises TermError for what cannot be drawn like that."""
    for quantity, draw in entries.items():
        path = f"{section}.{quantity}"
        if not isinstance(draw, Mapping) or "kind" not in draw:
            raise TermError(f"{quantity} is one value, which leaves nothing to draw", path, "write a range")
        normal = draw["kind"] == "normal"
        try:
            operation = catalog.quantity(quantity).operation("normal" if normal else draw["operation"])
        except catalog.UnknownTerm as error:
            raise TermError(str(error), path) from error
        if operation is None or operation.needs or (not normal and draw["logarithmic"] and operation.name != "scale"):
            raise TermError(f"{quantity} cannot be drawn like this", path)
        yield quantity, draw
