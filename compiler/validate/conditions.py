"""The pass over texts with a grammar of their own: conditions on signals, and responses to faults."""

import re

from skillc.compiler.source.diagnostic import Diagnostic
from skillc.compiler.source.scalar import shorten
from skillc.compiler.source.tree import Scalar, Span, path_text
from skillc.compiler.validate.condition import ConditionError, parse_condition
from skillc.compiler.validate.nearest import did_you_mean
from skillc.compiler.validate.schema import schema
from skillc.compiler.validate.structure import Marked

RESPONSES = ("hold", "stop", "retreat", "retry")
MOST_RETRIES = 20
_RETRY = re.compile(r"retry +([0-9]{1,6})")


def known_signals() -> dict[str, str]:
    """Return the signals conditions may read and their dimensions."""
    signals = schema().raw["$defs"]["signal"]["x-signals"]
    return {name: entry["dimension"] for name, entry in signals.items()}


def check_conditions(marked: list[Marked]) -> list[Diagnostic]:
    """Parse every condition and response."""
    findings: list[Diagnostic] = []
    signals: dict[str, str] | None = None
    for place in marked:
        node = place.node
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            continue
        if place.marks.get("x-condition"):
            signals = signals or known_signals()
            try:
                parse_condition(node.text, signals)
            except ConditionError as error:
                findings.append(_wrong_condition(place, node, error))
        elif place.marks.get("x-response"):
            findings += _wrong_response(place, node)
    return findings


def _wrong_condition(place: Marked, node: Scalar, error: ConditionError) -> Diagnostic:
    span = node.span
    if span.line == span.end_line and span.end_column - span.column in (len(node.text), len(node.text) + 2):
        # Plain text, or quoted without escapes: the place inside it is known.
        quote = (span.end_column - span.column - len(node.text)) // 2
        column = span.column + quote + error.offset
        span = Span(span.file, span.line, column, span.line, max(column + 1, span.end_column - quote))
    return Diagnostic(
        code=error.code,
        summary=error.summary,
        detail=error.detail,
        hint=error.hint,
        path=path_text(place.path),
        spans=(span,),
    )


def _wrong_response(place: Marked, node: Scalar) -> list[Diagnostic]:
    retry = _RETRY.fullmatch(node.text)
    if node.text in RESPONSES[:3] or (retry and 1 <= int(retry[1]) <= MOST_RETRIES):
        return []
    detail = f"expected hold, stop, retreat, or retry N with N from 1 to {MOST_RETRIES}"
    word = node.text.split(" ")[0]
    hint = "write for example `retry 2`" if word == "retry" else did_you_mean(word, RESPONSES)
    return [
        Diagnostic(
            code="SK713",
            summary=f"`{shorten(node.text)}` is no response to a fault",
            detail=detail,
            hint=hint,
            path=path_text(place.path),
            spans=(node.span,),
        )
    ]
