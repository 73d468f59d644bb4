"""Findings on resolved values: each points at the line of the spec, or of the preset, that the value comes from."""

from dataclasses import dataclass
from pathlib import Path as FilePath

from skillc.compiler.resolve.resolved import ResolvedSpec
from skillc.compiler.source.diagnostic import Diagnostic
from skillc.compiler.source.tree import Path, SourceTree, Span, path_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A resolved spec together with the tree it was made from."""

    resolved: ResolvedSpec
    tree: SourceTree
    """What was resolved: the spec without what earlier passes found wrong."""
    written: SourceTree
    """The whole spec; what is here but not in `tree` is wrong, not absent."""
    robot_folder: FilePath
    """Where the robot's profile and model lie, if anywhere."""
    own_robot: bool = False
    """Whether that is a folder of the user's own."""

    def error(self, code: str, *paths: Path, what: str, detail: str = "", hint: str = "") -> Diagnostic:
        """Return an error on the value at the first path; the others contributed. Places in the spec come first."""
        spans = sorted((self.span(path) for path in paths), key=lambda span: span.file != self.tree.file)
        path = path_text(paths[0])
        return Diagnostic(code=code, summary=what, detail=detail, hint=hint, path=path, spans=tuple(spans))

    def span(self, path: Path) -> Span:
        """Return where a value was written: in the spec, else in the preset it comes from, else its section."""
        if self.tree.at(path) is not None:
            return self.tree.value_span(path)
        origins = self.resolved.origins.get(path_text(path), ())
        if origins:
            last = origins[-1]
            return Span(last.file, last.line, last.column, last.line, last.column + max(1, len(last.text)))
        return self.tree.key_span(path[:1])

    def number(self, path: str) -> float | None:
        """Return a number of the resolved spec, or None where there is none."""
        try:
            value = self.resolved.at(path)
        except KeyError:
            return None
        return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
