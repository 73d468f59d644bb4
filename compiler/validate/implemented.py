"""What the language knows and this release cannot do: one finding for methods, task types, terms, groups (SK321)."""

from collections.abc import Sequence

from skillc.compiler.source.diagnostic import Diagnostic
from skillc.compiler.source.tree import Span, path_text
from skillc.compiler.validate.nearest import listed
from skillc.compiler.validate.structure import Marked


def not_implemented(
    kind: str, name: str, *, missing: str, path: str, span: Span, instead: Sequence[str] = ()
) -> Diagnostic:
    """Say that something may be written in drafts alone, and what is missing for more.

    Args:
        kind: what it is, for people: `method`, `task type`, `reward`, ...
        name: as it is written.
        missing: what this release lacks for it.
        path: its spec path.
        span: where it is written.
        instead: names of its kind that are implemented.
    """
    others = f"; implemented here: {listed(instead, 40)}" if instead else ""
    return Diagnostic(
        code="SK321",
        summary=f"the {kind} `{name}` is known to the language and not implemented in this release",
        detail=f"{missing}{others}",
        hint="check it as a draft with --draft; a build needs another",
        path=path,
        spans=(span,),
    )


def check_missing(marked: Sequence[Marked]) -> list[Diagnostic]:
    """Report every key whose schema says what this release lacks for it (`x-missing`)."""
    return [
        not_implemented(
            "key",
            str(place.path[-1]),
            missing=place.marks["x-missing"],
            path=path_text(place.path),
            span=place.node.span,
        )
        for place in marked
        if "x-missing" in place.marks
    ]
