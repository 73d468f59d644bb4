"""Where a text stopped being YAML: the parser says where it could not go on, which is often a line too late."""

import json
import re

import yaml

from skillc.compiler.source.diagnostic import Diagnostic, Edit
from skillc.compiler.source.indentation import misplaced
from skillc.compiler.source.scalar import shorten
from skillc.compiler.source.tree import Span

_NO_SPACE = re.compile(r"^ *(?:- )?[A-Za-z_][\w.-]*(:)[^\s:/]")
_COMMENT = re.compile(r"(?:^| )#.*$")
_CONFLICT = re.compile(r"^(<{7}|\|{7}|={7}|>{7})(?: .*)?$", re.MULTILINE)
_SIGNS = {">": "folded text", "|": "text in lines", "%": "a directive", "@": "nothing", "`": "nothing"}
"""Signs that YAML takes for something else at the start of a value."""


def syntax_error(error: yaml.MarkedYAMLError, text: str, file: str) -> Diagnostic:
    """Return the finding for what the parser raised, with its likely cause first."""
    mark = error.problem_mark or error.context_mark
    told = _conflict(text, file)
    if told is None and mark is not None:
        told = _sign(error, text, file)
        if told is None and _open_quote(text, mark.line) is None and _missing_space(text, mark.line) is None:
            told = _indentation(text, file, mark.line)
    return told if told is not None else _elsewhere(error, text, file)


def _elsewhere(error: yaml.MarkedYAMLError, text: str, file: str) -> Diagnostic:
    """Return the parser's own words at its own place, and a cause where one is likely."""
    places: list[tuple[int, int]] = []
    hint, mend = _hint(error.problem or ""), tuple[Edit, ...]()
    mark = error.problem_mark or error.context_mark
    if mark is not None:
        cause = _open_quote(text, mark.line)
        if cause is None and (cause := _missing_space(text, mark.line)) is not None:
            mend = (Edit(_span(file, cause[0], cause[1], 1), ": "),)
        if cause is not None:
            line, column, hint = cause
            places.append((line, column))
    places += [(m.line, m.column) for m in (error.problem_mark, error.context_mark) if m is not None]
    return Diagnostic(
        code="SK107",
        summary=f"not YAML: {error.problem or error.context or 'the text is not YAML'}",
        detail=error.context or "",
        hint=hint,
        spans=tuple(_span(file, line, column, 1) for line, column in places) or (Span(file, 1, 1, 1, 1),),
        mend=mend,
    )


def _span(file: str, line: int, column: int, length: int) -> Span:
    """Return the span of `length` characters at a place counted from 0."""
    return Span(file, line + 1, column + 1, line + 1, column + 1 + length)


def _conflict(text: str, file: str) -> Diagnostic | None:
    """Name the marks that a merge left behind."""
    marks = [(text.count("\n", 0, m.start()), m[1]) for m in _CONFLICT.finditer(text)]
    if not {"<" * 7, ">" * 7} & {mark for _, mark in marks}:
        return None
    lines = ", ".join(str(line + 1) for line, _ in marks[:6])
    return Diagnostic(
        code="SK141",
        summary=f"a merge conflict is not resolved: `{marks[0][1]}` in line {lines}"
        if len(marks) == 1
        else f"a merge conflict is not resolved: marks of git in lines {lines}",
        detail="both versions of the lines between the marks are in the file",
        hint="keep one version and delete the lines with the marks",
        spans=tuple(_span(file, line, 0, 7) for line, _ in marks[:6]),
    )


def _sign(error: yaml.MarkedYAMLError, text: str, file: str) -> Diagnostic | None:
    """Name a value that starts with a sign which means something else in YAML, such as `> 5 cm`."""
    lines = text.splitlines()
    for mark in (error.context_mark, error.problem_mark):
        if mark is None or mark.line >= len(lines):
            continue
        rest = lines[mark.line][mark.column :]
        sign = rest[:1]
        if sign not in _SIGNS or not re.search(r"[:,\[-]\s*$", lines[mark.line][: mark.column]):
            continue
        inside = _brackets_open(lines[mark.line][: mark.column])
        value = re.split(r"[,}\]]" if inside else r" #", rest, maxsplit=1)[0].rstrip()
        quoted = json.dumps(value, ensure_ascii=False)
        span = _span(file, mark.line, mark.column, len(value))
        what = _SIGNS[sign]
        return Diagnostic(
            code="SK142",
            summary=f"`{shorten(value)}` starts with `{sign}`, "
            + ("which starts no text in YAML" if what == "nothing" else f"which starts {what} in YAML"),
            detail="a value that starts with a sign of YAML stands in quotes",
            hint=f"write {shorten(quoted, 60)}",
            spans=(span,),
            mend=(Edit(span, quoted),),
        )
    return None


def _brackets_open(text: str) -> bool:
    return text.count("{") + text.count("[") > text.count("}") + text.count("]")


def _indentation(text: str, file: str, last: int) -> Diagnostic | None:
    found = misplaced(text, last)
    if found is None:
        return None
    return Diagnostic(
        code="SK143",
        summary=found.summary,
        detail="the indentation says which block a line belongs to",
        hint=found.hint,
        spans=(_span(file, found.line, 0, max(1, found.indent)), _span(file, found.other, 0, 1)),
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
