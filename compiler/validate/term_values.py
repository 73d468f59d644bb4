"""What a term allows its written values to be: the direction of a comparison, the operation and bounds of a draw."""

from skillc.compiler.source.diagnostic import Diagnostic
from skillc.compiler.source.parse_quantity import format_si
from skillc.compiler.source.quantity import Comparison, Measure, Normal, Quantity, Range
from skillc.compiler.source.scalar import shorten
from skillc.compiler.source.tree import Scalar, path_text
from skillc.compiler.validate.structure import Marked
from skillc.runtime.terms.quantity import Operation, OperationName
from skillc.runtime.terms.randomization import QUANTITIES
from skillc.runtime.terms.success import SUCCESS

_DONE = {
    "add": "added with `±`",
    "scale": "multiplied with `×`",
    "set": "replaced by a range",
    "normal": "disturbed by `normal`",
    "value": "set to one value",
}


def check_term_values(place: Marked, node: Scalar, measure: Measure) -> list[Diagnostic]:
    """Return what is wrong with a measure that a term of the registry takes."""
    if "x-succeeds" in place.marks and isinstance(measure, Comparison):
        return _direction(place, node, measure)
    if "x-draws" in place.marks:
        return _draw(place, node, measure)
    return []


def _direction(place: Marked, node: Scalar, measure: Comparison) -> list[Diagnostic]:
    term = SUCCESS[place.marks["x-succeeds"]]
    if term.direction in ("either", measure.operator[0]):
        return []
    bound = node.text.strip().lstrip("<>=≤≥").strip()
    return [
        Diagnostic(
            code="SK412",
            summary=f"`{shorten(node.text)}` is the wrong way round for `{term.name}`",
            detail=f"it is met by what is {'below' if term.direction == '<' else 'above'} the bound",
            hint=f'write "{term.direction}{measure.operator[1:]} {shorten(bound)}"',
            path=path_text(place.path),
            spans=(node.span,),
        )
    ]


def _draw(place: Marked, node: Scalar, measure: Measure) -> list[Diagnostic]:
    term = QUANTITIES[place.marks["x-draws"]]
    name = _operation(measure)
    operation = term.operation(name)
    if operation is None:
        ways = ", ".join(_DONE[way.name] for way in term.operations)
        shift = f"`+ {shorten(node.text)}` for a shift, or " if name == "set" and term.operation("add") else ""
        return [
            Diagnostic(
                code="SK413",
                summary=f"`{term.name}` cannot be {_DONE[name]}: `{shorten(node.text)}`",
                detail=f"it is {ways}",
                hint=f"write {shift}for example `{term.example}`",
                path=path_text(place.path),
                spans=(node.span,),
            )
        ]
    due = _beyond(operation, measure)
    if not due:
        return []
    return [
        Diagnostic(
            code="SK405",
            summary=f"`{term.name}` is {shorten(node.text)}",
            detail=due,
            path=path_text(place.path),
            spans=(node.span,),
        )
    ]


def _operation(measure: Measure) -> OperationName:
    if isinstance(measure, Range):
        return measure.operation
    if isinstance(measure, Normal):
        return "normal" if measure.operation == "add" else "scale"
    return "value"


def _beyond(operation: Operation, measure: Measure) -> str:
    """Return what is due where a draw leaves the bounds of its operation, or an empty text."""
    least, most = operation.bounds.least, operation.bounds.most
    dimension = "number" if operation.name == "scale" else measure.dimension
    low, high = _ends(measure)
    if least is not None and not low >= least:
        return f"expected {format_si(least, dimension)} or more"
    if most is not None and not high <= most:
        return f"expected at most {format_si(most, dimension)}"
    return ""


def _ends(measure: Measure) -> tuple[float, float]:
    """Return the least and the largest of what a draw is bounded in."""
    if isinstance(measure, Range):
        if measure.operation == "add":
            farthest = max(abs(measure.low), abs(measure.high))
            return farthest, farthest
        return measure.low, measure.high
    if isinstance(measure, Normal):
        if measure.operation == "scale":
            return 1.0 - measure.sigma, 1.0 + measure.sigma
        return measure.sigma, max(measure.sigma, abs(measure.mean))
    assert isinstance(measure, (Quantity, Comparison))
    return measure.value, measure.value
