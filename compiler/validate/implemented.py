"""What the language knows and this release cannot do: one finding for methods, task types, terms, groups (SK321)."""

from collections.abc import Sequence

from skillc.compiler.source.diagnostic import Diagnostic
from skillc.compiler.source.tree import Span
from skillc.compiler.validate.nearest import listed


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
