"""The resolved spec: every value in SI units with presets merged, and where each value came from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

JSON: TypeAlias = Any
"""None, bool, int, float, str, list or dict of these; numbers SI and radians."""


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


@dataclass(frozen=True, kw_only=True)
class ResolvedSpec:
    """A valid spec with all presets merged.

    Top-level keys: skill, language, summary, demonstrations, cameras, scene, task, hardware, method, randomization,
    evaluation, rewards, policies, deploy. Stage parameters live at `method.stages.<stage>.<parameter>`, physics at
    `method.simulation`, the robot profile (see RobotProfile) at `hardware`.
    """

    values: Mapping[str, JSON]
    origins: Mapping[str, tuple[Origin, ...]]
    """Dotted path -> every place that contributed, last wins."""
    spec_file: str
    """The spec's path as given."""

    def at(self, path: str) -> JSON:
        """Return the value at a dotted path; KeyError naming the path if it is absent."""
        node: JSON = self.values
        for key in path.split("."):
            if not isinstance(node, Mapping) or key not in node:
                raise KeyError(f"resolved spec has no value at {path!r} (missing {key!r})")
            node = node[key]
        return node

    def section(self, path: str) -> dict[str, JSON]:
        """Return the mapping at `path`, or an empty one if nothing is there."""
        try:
            found = self.at(path)
        except KeyError:
            return {}
        return dict(found)
