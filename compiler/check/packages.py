"""The package pass: a term of a package that is not installed is a warning here and an error when building."""

from skillc.compiler.check.place import Placed
from skillc.compiler.source.diagnostic import Diagnostic
from skillc.compiler.source.tree import Path, Scalar, Span, path_text, walk
from skillc.runtime.formats import extension

SECTIONS = ("rewards", "policies")
"""Where terms are named, as keys and as items of lists."""


def check_packages(placed: Placed) -> list[Diagnostic]:
    """Warn of every `package:term` that no installed package adds (SK340)."""
    named = _named(placed)
    known = extension.names("skillc.terms") if named else ()
    return [
        Diagnostic(
            code="SK340",
            severity="warning",
            summary=f"no installed package adds {name!r}",
            detail="a build needs it",
            hint=f"install the package {name.partition(':')[0]} beside skillc",
            path=path_text(path),
            spans=(span,),
        )
        for name, path, span in named
        if name not in known
    ]


def _named(placed: Placed) -> list[tuple[str, Path, Span]]:
    found = []
    for path, node in walk(placed.tree.root):
        if path[:1] and path[0] in SECTIONS:
            last = path[-1]
            if isinstance(last, str) and ":" in last:
                found.append((last, path, placed.tree.key_span(path)))
            elif isinstance(last, int) and isinstance(node, Scalar) and ":" in node.text:
                found.append((node.text, path, node.span))
    return found
