"""`resolved.yaml`: the resolved spec as a file, the same bytes for the same spec wherever it lies."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from skillc.compiler.resolve.resolved import JSON, Origin, ResolvedSpec

MOST_DEPTH = 64
"""Twice what a spec may have."""
NAME, VERSION = "skillc.resolved", 1

_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class ResolvedFormatError(ValueError):
    """The file is not a resolved spec of a known version."""


def as_text(resolved: ResolvedSpec) -> str:
    """Return the content of `resolved.yaml`; the spec's folder does not show in it, only its file name."""
    name = Path(resolved.spec_file).name
    document = {
        "format": NAME,
        "version": VERSION,
        "spec": name,
        "values": _sturdy(resolved.values),
        "origins": {
            path: [_origin_text(o, resolved.spec_file, name) for o in origins]
            for path, origins in resolved.origins.items()
        },
    }
    text: str = yaml.dump(
        document, Dumper=_DUMPER, sort_keys=False, allow_unicode=True, width=110, default_flow_style=None
    )
    return "# Every value in SI units and radians, presets merged; where each comes from is below, last wins.\n" + text


def save(resolved: ResolvedSpec, path: Path) -> None:
    """Write `resolved.yaml`."""
    path.write_text(as_text(resolved), encoding="utf-8", newline="\n")


def load(path: Path) -> ResolvedSpec:
    """Read `resolved.yaml`; raises ResolvedFormatError."""
    try:
        text = path.read_text(encoding="utf-8")
        _check_depth(text, path.name)
        document = yaml.load(text, Loader=_LOADER)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ResolvedFormatError(f"{path.name} is not readable YAML: {error}") from None
    if not isinstance(document, dict) or document.get("format") != NAME:
        raise ResolvedFormatError(f"{path.name} is not a resolved spec")
    if document.get("version") != VERSION:
        raise ResolvedFormatError(f"{path.name} has version {document.get('version')}, this skillc reads {VERSION}")
    origins = {key: tuple(_origin(o) for o in places) for key, places in document["origins"].items()}
    return ResolvedSpec(values=document["values"], origins=origins, spec_file=document["spec"])


def _check_depth(text: str, name: str) -> None:
    """Refuse what is nested without end: libyaml makes values by recursion and takes the process with it."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MOST_DEPTH:
            raise ResolvedFormatError(f"{name} is nested deeper than {MOST_DEPTH} levels")


def _origin_text(origin: Origin, spec_file: str, name: str) -> dict[str, JSON]:
    file = name if origin.file == spec_file else origin.file
    written: dict[str, JSON] = {"at": f"{file}:{origin.line}:{origin.column}", "text": origin.text}
    return written | ({"source": origin.source} if origin.source else {})


def _origin(entry: Mapping[str, str]) -> Origin:
    file, line, column = entry["at"].rsplit(":", 2)
    return Origin(
        file=file, line=int(line), column=int(column), source=entry.get("source", ""), text=entry.get("text", "")
    )


def _sturdy(value: JSON) -> JSON:
    """Return plain dicts and lists, copied so that the dumper writes no aliases for shared parts."""
    if isinstance(value, Mapping):
        return {key: _sturdy(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_sturdy(item) for item in value]
    return value
