"""The resolved spec: every value in SI units with presets merged, and where each value came from."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

JSON: TypeAlias = Any
"""None, bool, int, float, str, list or dict of these; numbers SI and radians."""

_INDEX = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True, kw_only=True)
class Origin:
    """The place a value was written."""

    file: str
    """Relative path of the spec, or `skillc:specs/methods/x.yaml` for a preset."""
    line: int
    """1-based."""
    column: int
    """1-based."""
    source: str
    """For preset values the `source:` text (paper place, "ours: ..." or "lost: ..."); for specs ""."""
    text: str = ""
    """The value as it was written there."""


@dataclass(frozen=True, kw_only=True)
class ResolvedSpec:
    """A valid spec with all presets merged.

    Top-level keys: skill, language, summary, demonstrations, cameras, scene, task, hardware, method, randomization,
    evaluation, rewards, policies, deploy. Stage parameters live at `method.stages.<stage>.<parameter>`, physics at
    `method.simulation`, the robot profile (see RobotProfile) at `hardware`.

    Measures are plain SI numbers. Ranges are `{"kind": "uniform", "low", "high", "operation", "logarithmic"}`,
    distributions `{"kind": "normal", "mean", "sigma", "operation"}` with operation set, add or scale; limits on a
    measured value are `{"operator", "value"}`. A number the paper's text lost is None.
    """

    values: Mapping[str, JSON]
    origins: Mapping[str, tuple[Origin, ...]]
    """Dotted path -> every place that contributed, last wins."""
    spec_file: str
    """The spec's path as given."""

    def at(self, path: str) -> JSON:
        """Return the value at a dotted path; KeyError naming the path if it is absent.

        Signal names keep their dots: `randomization.apple.position.xy` is found; list items are `goals[0]`.
        """
        return at(self.values, path)

    def section(self, path: str) -> dict[str, JSON]:
        """Return the mapping at `path`, or an empty one if nothing or something else (`none`) is there."""
        try:
            found = self.at(path)
        except KeyError:
            return {}
        return dict(found) if isinstance(found, dict | Mapping) else {}


def at(values: Mapping[str, JSON], path: str) -> JSON:
    """Return the value at a dotted path of nested mappings whose keys may hold dots; KeyError if it is absent."""
    node: JSON = values
    for key in path.split("."):
        if type(node) is not dict or key not in node:
            break
        node = node[key]
    else:
        return node
    # Keys that hold dots, items of lists, and what is not there.
    found = _descend(values, _INDEX.sub(r".[\1]", path).split("."))
    if not found:
        raise KeyError(f"resolved spec has no value at {path!r}")
    return found[0]


def _descend(node: JSON, keys: list[str]) -> list[JSON]:
    """Return the value as a list of one, or an empty list where a key is missing."""
    if not keys:
        return [node]
    if isinstance(node, Sequence) and not isinstance(node, str):
        index = keys[0][1:-1] if keys[0].startswith("[") else keys[0]
        if index.isdigit():
            return _descend(node[int(index)], keys[1:]) if int(index) < len(node) else []
        # A robot's joints are a list in its profile, and a mapping by name where they are written.
        named = [item for item in node if isinstance(item, Mapping) and item.get("name") == index]
        return _descend(named[0], keys[1:]) if named else []
    if isinstance(node, Mapping):
        for length in range(1, len(keys) + 1):
            key = ".".join(keys[:length])
            if key in node and (found := _descend(node[key], keys[length:])):
                return found
    return []
