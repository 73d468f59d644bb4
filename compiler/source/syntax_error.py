"""Where a text stopped being YAML: the parser says where it could not go on, which is often a line too late."""

import re

import yaml

from skillc.compiler.source.diagnostic import Diagnostic
from skillc.compiler.source.tree import Span

_NO_SPACE = re.compile(r"^ *(?:- )?[A-Za-z_][\w.-]*(:)[^\s:/]")
_COMMENT = re.compile(r"(?:^| )#.*$")


def syntax_error(error: yaml.MarkedYAMLError, text: str, file: str) -> Diagnostic:
    """Return the finding for what the parser raised, with its likely cause first."""
    places: list[tuple[int, int]] = []
    hint = _hint(error.problem or "")
    mark = error.problem_mark or error.context_mark
    if mark is not None:
        cause = _open_quote(text, mark.line) or _missing_space(text, mark.line)
        if cause is not None:
            line, column, hint = cause
            places.append((line, column))
    places += [(m.line, m.column) for m in (error.problem_mark, error.context_mark) if m is not None]
    spans = [Span(file, line + 1, column + 1, line + 1, column + 2) for line, column in places]
    return Diagnostic(
        code="SK107",
        summary=f"not YAML: {error.problem or error.context or 'the text is not YAML'}",
        detail=error.context or "",
        hint=hint,
        spans=tuple(spans) or (Span(file, 1, 1, 1, 1),),
    )


def _hint(problem: str) -> str:
    if "mapping values are not allowed" in problem:
        return "put text that contains `: ` in quotes, and one `key: value` on a line"
    if "did not find expected" in problem:
        return "look for a missing bracket, quote or comma, or an indentation that does not line up"
    if "cannot start any token" in problem:
        return "put the text in quotes"
    return ""


def _open_quote(text: str, last: int) -> tuple[int, int, str] | None:
    """Return the first line up to `last` with an odd number of quotes: text in quotes ends on its line in a spec."""
    for number, line in enumerate(text.splitlines()[: last + 1]):
        quotes = [m.start() for m in re.finditer(r'(?<!\\)"', _COMMENT.sub("", line))]
        if len(quotes) % 2:
            return number, quotes[-1], "close the quotes on the same line"
    return None


def _missing_space(text: str, last: int) -> tuple[int, int, str] | None:
    """Return where a colon touches its value, on the last line or the one written before it."""
    lines = text.splitlines()[: last + 1]
    written = [number for number, line in enumerate(lines) if _COMMENT.sub("", line).strip()]
    for number in reversed(written[-2:]):
        found = _NO_SPACE.match(lines[number])
        if found is not None:
            return number, found.start(1), "write a space after the colon"
    return None
