"""Read a robot profile from its folder: `profile.yaml`, whose leaves are `{value, source}`, beside an MJCF."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from skillc.runtime.formats.codec import FormatError, from_json
from skillc.runtime.formats.robot_profile import RobotProfile

PROFILE_FILE = "profile.yaml"


def load_profile(folder: Path) -> RobotProfile:
    """Return the profile in `folder`.

    The YAML holds the fields of `RobotProfile`; joint numbers are columns in driver order (`joints.speed.value[i]`),
    and `tip_radius` and `pad_normal` apply to every finger, whose site and geom are named `<finger>_tip` unless
    written out.

    Raises:
        FormatError: the file is missing, is not such a mapping, or a column's length differs from the joints'.
    """
    path = folder / PROFILE_FILE
    try:
        tree = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as reason:
        raise FormatError(f"{path}: not readable as a robot profile: {reason}") from reason
    if not isinstance(tree, dict):
        raise FormatError(f"{path}: expected a mapping at the top")
    sources: dict[str, str] = {}
    data = _strip(tree, "", sources)
    try:
        names = [*data["arm_joints"], *data["hand_joints"]]
        data["joints"] = _rows(data["joints"], names)
        shared = {"tip_radius": data.pop("tip_radius"), "pad_normal": data.pop("pad_normal")}
        data["fingers"] = [
            {"tip_site": f"{f['name']}_tip", "tip_geom": f"{f['name']}_tip", **shared, **f} for f in data["fingers"]
        ]
    except KeyError as reason:
        raise FormatError(f"{path}: missing field {reason}") from reason
    except ValueError as reason:
        raise FormatError(f"{path}: {reason}") from reason
    profile: RobotProfile = from_json(RobotProfile, {**data, "sources": sources}, path.name)
    return profile


def _strip(node: Any, where: str, sources: dict[str, str]) -> Any:
    """Replace every `{value, source}` by its value and note the source under its dotted path."""
    if isinstance(node, Mapping):
        if set(node) == {"value", "source"}:
            sources[where] = str(node["source"])
            return node["value"]
        return {key: _strip(value, f"{where}.{key}" if where else str(key), sources) for key, value in node.items()}
    if isinstance(node, list):
        return [_strip(value, f"{where}[{i}]", sources) for i, value in enumerate(node)]
    return node


def _rows(columns: Mapping[str, list[float]], names: list[str]) -> list[dict[str, Any]]:
    for field, values in columns.items():
        if len(values) != len(names):
            raise ValueError(f"joints.{field}: expected {len(names)} numbers, found {len(values)}")
    return [{"name": name, **{f: values[i] for f, values in columns.items()}} for i, name in enumerate(names)]
