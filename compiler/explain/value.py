"""One value of a resolved spec: what it is, every place that contributed, and its source."""

from dataclasses import dataclass
from difflib import get_close_matches

from skillc.compiler.resolve.resolved import JSON, Origin, ResolvedSpec
from skillc.compiler.source.spelling import inferred
from skillc.compiler.source.tree import Scalar, Span
from skillc.compiler.source.units import si_unit


class NoSuchValue(KeyError):
    """The resolved spec has nothing at the path; `nearest` is the most similar path, or empty."""

    def __init__(self, path: str, nearest: str) -> None:
        """Keep the path asked for and the one to suggest."""
        super().__init__(path)
        self.path, self.nearest = path, nearest


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A value with its history."""

    path: str
    value: JSON
    """SI."""
    text: str
    """As written where it holds."""
    origins: tuple[Origin, ...]
    """The place that holds first, then what it overrides."""


def explain_value(resolved: ResolvedSpec, path: str) -> list[Explained]:
    """Return the value at a path, or every value below it; an empty path is the whole spec.

    Raises:
        NoSuchValue: nothing is there.
    """
    if not path:
        return [_explained(resolved, key) for key in resolved.origins]
    if path in resolved.origins:
        return [_explained(resolved, path)]
    below = [key for key in resolved.origins if key.startswith((f"{path}.", f"{path}["))]
    if not below:
        raise NoSuchValue(path, _nearest(resolved, path))
    return [_explained(resolved, key) for key in below]


def overview(resolved: ResolvedSpec) -> str:
    """Return the sections of a spec with how many values they hold and where those come from."""
    lines = [f"{resolved.spec_file}: {resolved.values.get('summary', '')}".rstrip(": ")]
    for section in resolved.values:
        origins = [o for path, o in resolved.origins.items() if path == section or path.startswith(f"{section}.")]
        own = sum(places[-1].file == resolved.spec_file for places in origins)
        preset = f", {len(origins) - own} from presets" if len(origins) > own else ""
        lines.append(f"    {section}: {own} written here{preset}")
    return "\n".join(lines)


def as_text(found: list[Explained]) -> str:
    """Return values as lines: what holds, where it is written, what it overrides."""
    lines: list[str] = []
    for value in found:
        lines.append(f"{value.path} = {_shown(value)}")
        for number, origin in enumerate(value.origins):
            verb = "overrides " if number else ""
            written = f"{origin.text}  " if number else ""
            source = f"  [{origin.source}]" if origin.source else ""
            lines.append(f"    {verb}{written}{origin.file}:{origin.line}:{origin.column}{source}")
    return "\n".join(lines)


def as_records(found: list[Explained]) -> list[dict[str, JSON]]:
    """Return values as JSON records."""
    return [
        {
            "path": value.path,
            "value": value.value,
            "text": value.text,
            "origins": [
                {"file": o.file, "line": o.line, "column": o.column, "text": o.text, "source": o.source}
                for o in value.origins
            ],
        }
        for value in found
    ]


def _explained(resolved: ResolvedSpec, path: str) -> Explained:
    origins = tuple(reversed(resolved.origins[path]))
    try:
        value = resolved.at(path)
    except KeyError:  # a robot's joints are a list in the profile and a mapping where they are written
        value = origins[0].text
    return Explained(path=path, value=value, text=origins[0].text, origins=origins)


def _shown(value: Explained) -> str:
    if value.value is None:
        return "open (lost)"
    if isinstance(value.value, float) and value.text:
        written = value.text.split()[0]
        if _is_number(written) and float(written) == value.value:
            return value.text
        return f"{value.text} ({value.value:.6g} {_si_unit(value.text)})".replace(" )", ")")
    if isinstance(value.value, dict) and value.text:
        return value.text
    return str(value.value)


def _si_unit(text: str) -> str:
    measure = inferred(Scalar(text, text, True, Span("", 1, 1, 1, 1)))
    return si_unit(measure.dimension) if measure is not None else ""


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _nearest(resolved: ResolvedSpec, path: str) -> str:
    groups = {key[: len(key) - len(key.split(".")[-1]) - 1] for key in resolved.origins}
    found = get_close_matches(path, [*resolved.origins, *sorted(groups)], n=1)
    return found[0] if found else ""
