"""What the compiler tells a user: one finding with its stable code, its places and a way out."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from skillc.compiler.source.tree import Span

Severity: TypeAlias = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Edit:
    """One stretch of a file and what to write there instead."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One finding."""

    code: str
    """Stable. SK1xx syntax, 2xx structure, 3xx references, 4xx units and ranges, 5xx feasibility, 6xx contract,
    7xx machine, 8xx inputs."""
    severity: Severity = "error"
    summary: str
    """What is wrong, with the value: one line, no full stop."""
    detail: str = ""
    """What was expected: the rule, the candidates, the limit and its source."""
    hint: str = ""
    """What to write instead, or empty where nothing useful can be said."""
    path: str = ""
    """Dotted spec path, as `path_text` writes it."""
    spans: tuple[Span, ...]
    """Every place that contributed; the first is the one to point at."""
    mend: tuple[Edit, ...] = ()
    """Edits after which the text says what it can only have meant (`check --fix`); empty where a person must choose."""


class SourceError(Exception):
    """A file cannot be turned into a tree; carries every finding made before giving up."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        """Keep the findings, of which at least one is an error."""
        super().__init__("; ".join(f"{d.code}: {d.summary}" for d in diagnostics))
        self.diagnostics = diagnostics


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Say whether any finding is an error, so that nothing may be built from this input."""
    return any(diagnostic.severity == "error" for diagnostic in diagnostics)


def in_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Sort findings by file, place and code, dropping exact repetitions."""
    unique = dict.fromkeys(diagnostics)
    return sorted(unique, key=lambda d: (d.spans[0].file, d.spans[0].line, d.spans[0].column, d.code))


MOST_ERRORS = 20
"""Errors shown in one run; who has more starts with these."""


def first_errors(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return the first errors and all warnings, in order."""
    ordered = in_order(diagnostics)
    errors = [d for d in ordered if d.severity == "error"][:MOST_ERRORS]
    return in_order([*errors, *(d for d in ordered if d.severity == "warning")])
