"""Read a robot profile from its folder: `profile.yaml`, whose leaves are `{value, source}`, beside an MJCF."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from skillc.runtime.formats.motors import limited_by_motors
from skillc.runtime.formats.records import FormatError, from_json
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.robot.profile_rows import with_rows

PROFILE_FILE = "profile.yaml"


def load_profile(folder: Path) -> RobotProfile:
    """Return the profile in `folder`.

    The YAML holds the fields of `RobotProfile`; `joints`, `groups`, `hands` with their `fingers`, `motors`,
    `command_modes` and `frames` are mappings from name to fields, joints in driver order. No joint's effort exceeds
    what its motor gives at its current limit.

    Raises:
        FormatError: the file is missing, is not such a mapping, or a field is unknown, missing or ill-typed.
    """
    path = folder / PROFILE_FILE
    try:
        tree = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as reason:
        raise FormatError(f"{path}: not readable as a robot profile: {reason}") from reason
    if not isinstance(tree, dict):
        raise FormatError(f"{path}: expected a mapping at the top")
    profile: RobotProfile = from_json(RobotProfile, limited_by_motors(with_rows(_strip(tree))), path.name)
    return profile


def _strip(node: Any) -> Any:
    """Replace every `{value, source}` by its value."""
    if isinstance(node, Mapping):
        if set(node) == {"value", "source"}:
            return node["value"]
        return {key: _strip(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_strip(value) for value in node]
    return node
