"""Findings as text for people, JSON, GitHub workflow commands, and SARIF."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, TypeAlias

from skillc.compiler.source.diagnostic import Diagnostic
from skillc.compiler.source.scalar import shorten

Format: TypeAlias = Literal["text", "json", "github", "sarif"]
FORMATS: tuple[Format, ...] = ("text", "json", "github", "sarif")

CODES_PAGE = "specs/schema/codes.yaml"


def render(diagnostics: Iterable[Diagnostic], form: Format, texts: Mapping[str, str]) -> str:
    """Return all findings in one form.

    Args:
        diagnostics: In the order to show.
        form: text | json | github | sarif.
        texts: File name -> content, for quoting lines; files that are not there are not quoted.
    """
    renderers: dict[Format, Callable[[list[Diagnostic], Mapping[str, str]], str]] = {
        "text": _text,
        "json": _json,
        "github": _github,
        "sarif": _sarif,
    }
    return renderers[form](list(diagnostics), texts)


def as_record(diagnostic: Diagnostic) -> dict[str, Any]:
    """Return one finding as `check --json` writes it."""
    first = diagnostic.spans[0]
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "summary": diagnostic.summary,
        "detail": diagnostic.detail,
        "hint": diagnostic.hint,
        "path": diagnostic.path,
        "file": first.file,
        "line": first.line,
        "column": first.column,
        "end_line": first.end_line,
        "end_column": first.end_column,
        "mend": [
            {
                "line": e.span.line,
                "column": e.span.column,
                "end_line": e.span.end_line,
                "end_column": e.span.end_column,
                "text": e.text,
            }
            for e in diagnostic.mend
        ],
        "related": [{"file": s.file, "line": s.line, "column": s.column} for s in diagnostic.spans[1:]],
    }


def _text(diagnostics: list[Diagnostic], texts: Mapping[str, str]) -> str:
    lines: list[str] = []
    split: dict[str, list[str]] = {}
    for d in diagnostics:
        first = d.spans[0]
        expected = f"; {_plain(d.detail)}" if d.detail else ""
        kind = "" if d.severity == "error" else f" {d.severity}:"
        lines.append(f"{_plain(first.file)}:{first.line}:{first.column}: {d.code}:{kind} {_plain(d.summary)}{expected}")
        if first.file not in split:
            split[first.file] = texts.get(first.file, "").splitlines()
        source = split[first.file]
        if 0 < first.line <= len(source):
            quoted = _plain(source[first.line - 1][:200])
            end = first.end_column if first.end_line == first.line else len(source[first.line - 1]) + 1
            length = max(1, min(end, 201) - first.column)
            number = str(first.line)
            lines.append(f"  {number} | {quoted}")
            lines.append(f"  {' ' * len(number)} | {' ' * (first.column - 1)}{'^' * length}")
        for other in d.spans[1:]:
            lines.append(f"  also: {_plain(other.file)}:{other.line}:{other.column}")
        if d.hint:
            lines.append(f"  hint: {_plain(d.hint)}")
    errors = sum(d.severity == "error" for d in diagnostics)
    warnings = len(diagnostics) - errors
    if diagnostics:
        counts = [f"{n} {word}{'s' if n > 1 else ''}" for n, word in ((errors, "error"), (warnings, "warning")) if n]
        # What must be put right comes first.
        told = next((d for d in diagnostics if d.severity == "error"), diagnostics[0])
        lines.append(f"{', '.join(counts)}; `skillc explain {told.code}` says more")
    return "".join(line + "\n" for line in lines)


def _json(diagnostics: list[Diagnostic], texts: Mapping[str, str]) -> str:
    return json.dumps({"diagnostics": [as_record(d) for d in diagnostics]}, indent=1, ensure_ascii=False) + "\n"


def _github(diagnostics: list[Diagnostic], texts: Mapping[str, str]) -> str:
    lines = []
    for d in diagnostics:
        s = d.spans[0]
        parts = (d.summary, d.detail, f"hint: {d.hint}" if d.hint else "")
        message = "\n".join(_plain(part) for part in parts if part)
        place = f"file={_property(s.file)},line={s.line},col={s.column},endLine={s.end_line},endColumn={s.end_column}"
        lines.append(f"::{d.severity} {place},title={d.code}::{_data(message)}\n")
    return "".join(lines)


def _sarif(diagnostics: list[Diagnostic], texts: Mapping[str, str]) -> str:
    rules = [{"id": code, "helpUri": CODES_PAGE} for code in sorted({d.code for d in diagnostics})]
    results = []
    for d in diagnostics:
        locations = [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": s.file.replace("\\", "/")},
                    "region": {
                        "startLine": s.line,
                        "startColumn": s.column,
                        "endLine": s.end_line,
                        "endColumn": s.end_column,
                    },
                }
            }
            for s in d.spans
        ]
        text = ". ".join(part for part in (d.summary, d.detail, d.hint) if part)
        result = {"ruleId": d.code, "level": d.severity, "message": {"text": text}, "locations": locations[:1]}
        results.append(result | ({"relatedLocations": locations[1:]} if locations[1:] else {}))
    tool = {"driver": {"name": "skillc", "rules": rules}}
    document = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": tool, "columnKind": "unicodeCodePoints", "results": results}],
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _plain(text: str) -> str:
    """Escape what could move a terminal's cursor or start a line of its own."""
    return text if text.isprintable() else shorten(text, max(len(text), 1) * 8)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(_plain(text)).replace(":", "%3A").replace(",", "%2C")
