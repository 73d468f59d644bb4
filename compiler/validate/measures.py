"""The units pass: every marked scalar as a measure of its dimension, within the bounds its schema names."""

import math
import re

from skillc.compiler.source.diagnostic import Diagnostic
from skillc.compiler.source.measure_error import MeasureError
from skillc.compiler.source.parse_quantity import article, format_si, parse_measure
from skillc.compiler.source.quantity import Comparison, Measure, Normal, Quantity, Range
from skillc.compiler.source.scalar import shorten
from skillc.compiler.source.tree import Path, Scalar, path_text
from skillc.compiler.validate.structure import Marked
from skillc.compiler.validate.term_values import check_term_values

LOST = "lost"
LARGEST_ANGLE = 2.0 * math.pi
"""An angle written in radians beyond one turn is taken for degrees."""


def parse_measures(
    marked: list[Marked], *, draft: bool
) -> tuple[dict[Path, Measure], frozenset[Path], list[Diagnostic]]:
    """Parse every measure; returns them by path, the values a draft leaves open, and the findings."""
    measures: dict[Path, Measure] = {}
    lost: set[Path] = set()
    findings: list[Diagnostic] = []
    for place in marked:
        node = place.node
        if not isinstance(node, Scalar):
            continue
        if place.marks.get("x-lost") or node.text == LOST:
            lost.add(place.path)
        elif "x-measure" in place.marks:
            _measure(place, node, measures, findings)
        elif isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
            findings += _bounds(place, node, (float(node.value),), "number")
    if not draft:
        findings += [_not_draft(place) for place in marked if place.path in lost]
    return measures, frozenset(lost), findings


def _measure(place: Marked, node: Scalar, measures: dict[Path, Measure], findings: list[Diagnostic]) -> None:
    dimension, forms = place.marks["x-dimension"], place.marks["x-measure"]
    try:
        measure = parse_measure(node, dimension, forms)
    except MeasureError as error:
        # What the bounds would refuse in its turn is not proposed.
        useful = error.keeping(lambda text: _accepted(place, Scalar(text, text, True, node.span)))
        findings.append(useful.at(node, path_text(place.path)))
        return
    measures[place.path] = measure
    findings += _judged(place, node, measure)


def _judged(place: Marked, node: Scalar, measure: Measure) -> list[Diagnostic]:
    found = _mistaken_for_degrees(place, node, measure) or check_term_values(place, node, measure)
    factor = place.marks.get("x-factor") and isinstance(measure, Range) and measure.operation == "scale"
    if factor and isinstance(measure, Range) and not measure.low > 0.0:
        found = [
            *found,
            _finding("SK405", place, node, f"the factor {measure.low:g} is none", "expected more than 0", ""),
        ]
    if isinstance(measure, (Quantity, Comparison)):
        return [*_bounds(place, node, (measure.value,), measure.dimension), *found]
    if isinstance(measure, Range) and measure.operation != "add":
        return [*_bounds(place, node, (measure.low, measure.high), measure.dimension), *found]
    return found


def _accepted(place: Marked, written: Scalar) -> bool:
    """Whether a text would be a sound measure at a place."""
    try:
        measure = parse_measure(written, place.marks["x-dimension"], place.marks["x-measure"])
    except MeasureError:
        return False
    return not _judged(place, written, measure)


def _bounds(place: Marked, node: Scalar, values: tuple[float, ...], dimension: str) -> list[Diagnostic]:
    above, least, most = (place.marks.get(key) for key in ("x-above", "x-least", "x-most"))
    for value in values:
        due = ""
        if above is not None and not value > above:
            due = f"expected more than {format_si(above, dimension)}"
        elif least is not None and not value >= least:
            due = f"expected {format_si(least, dimension)} or more"
        elif most is not None and not value <= most:
            due = f"expected at most {format_si(most, dimension)}"
        if due:
            name = next((key for key in reversed(place.path) if isinstance(key, str) and key != "value"), "value")
            summary = f"`{name}` is {shorten(node.text)}"
            return [_finding("SK405", place, node, summary, due, "")]
    return []


def _mistaken_for_degrees(place: Marked, node: Scalar, measure: Measure) -> list[Diagnostic]:
    if measure.unit != "rad":
        return []
    value = max(abs(v) for v in _ends(measure))
    if value <= LARGEST_ANGLE:
        return []
    degrees = shorten(re.sub(r"rad(ians?)?", "deg", node.text))
    return [
        _finding(
            "SK409",
            place,
            node,
            f"`{shorten(node.text)}` is more than a full turn",
            f"{value:.4g} rad are {math.degrees(value):.4g} deg",
            f"did you mean `{degrees}`?",
        )
    ]


def _ends(measure: Measure) -> tuple[float, ...]:
    if isinstance(measure, Range):
        return measure.low, measure.high
    return (measure.mean, measure.sigma) if isinstance(measure, Normal) else (measure.value,)


def _not_draft(place: Marked) -> Diagnostic:
    node = place.node
    assert isinstance(node, Scalar)
    due = place.marks.get("x-dimension", "number")
    return _finding(
        "SK408",
        place,
        node,
        "the value is lost: the paper's text does not give it",
        f"{article(due)} is due" if due != "any" else "",
        'give a value with `source: "ours: reason"`, or check the spec with --draft',
    )


def _finding(code: str, place: Marked, node: Scalar, summary: str, detail: str, hint: str) -> Diagnostic:
    return Diagnostic(
        code=code, summary=summary, detail=detail, hint=hint, path=path_text(place.path), spans=(node.span,)
    )
