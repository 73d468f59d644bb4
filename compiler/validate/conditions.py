"""The pass over texts with a grammar of their own: conditions on signals, and responses to faults."""

from skillc.compiler.source.diagnostic import Diagnostic
from skillc.compiler.source.scalar import shorten
from skillc.compiler.source.tree import Scalar, Span, path_text
from skillc.compiler.validate.condition import parse_condition
from skillc.compiler.validate.condition_tokens import ConditionError
from skillc.compiler.validate.nearest import did_you_mean
from skillc.compiler.validate.schema import schema
from skillc.compiler.validate.structure import Marked
from skillc.runtime.formats.faults import FAULT_CLASSES

RESPONSES = ("hold", "stop", "retry", "goto")
MOST_RETRIES = 10
"""As the machine's compiler takes it."""


def known_signals(where: str) -> dict[str, str]:
    """Return the signals conditions may read in `deploy` or `train`, and their dimensions."""
    signals = schema().raw["$defs"]["signals"]["x-signals"][where]
    return {name: entry["dimension"] for name, entry in signals.items()}


def check_conditions(marked: list[Marked]) -> list[Diagnostic]:
    """Parse every condition and response."""
    findings: list[Diagnostic] = []
    for place in marked:
        node = place.node
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            continue
        if place.marks.get("x-condition"):
            try:
                parse_condition(node.text, known_signals(place.marks["x-condition"]))
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
    words = node.text.split(" ")
    fault = next((f for f in FAULT_CLASSES if f.name == place.path[-1]), None)
    recovers = words[0] in ("retry", "goto")
    summary, hint = "", ""
    detail = f"expected hold, stop, retry N with N from 1 to {MOST_RETRIES}, or goto STATE"
    if words[0] == "retry" and not (len(words) == 2 and words[1].isdecimal() and 1 <= int(words[1]) <= MOST_RETRIES):
        summary, hint = f"`{shorten(node.text)}` is no response to a fault", "write for example `retry 2`"
    elif words[0] not in RESPONSES or len(words) != (2 if recovers else 1):
        summary, hint = f"`{shorten(node.text)}` is no response to a fault", did_you_mean(words[0], RESPONSES)
    elif fault is not None and fault.floor == "stop" and words[0] != "stop":
        summary = f"`{shorten(node.text)}` is too weak for {fault.name}"
        detail, hint = f"{fault.meaning}: this always stops the run", "write `stop`, or delete the line"
    elif fault is not None and recovers and not fault.recoverable:
        summary = f"{fault.name} cannot be recovered from by `{shorten(node.text)}`"
        detail, hint = f"{fault.meaning}", "write `hold` or `stop`"
    elif place.path[-1] == "else" and recovers:
        summary = f"`{shorten(node.text)}` answers faults that cannot be recovered from"
        detail, hint = (
            "`else` answers every fault that is not named",
            "write `else: hold`, and name what is tried again",
        )
    if not summary:
        return []
    path = path_text(place.path)
    return [Diagnostic(code="SK713", summary=summary, detail=detail, hint=hint, path=path, spans=(node.span,))]
