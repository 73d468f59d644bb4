"""Compiled training configs, `training/NAME.yaml`, as plain data."""

from pathlib import Path
from typing import Any

import yaml

from skillc.runtime.formats.environment import Variation
from skillc.runtime.formats.records import FormatError, from_json

HEAD = (
    *("format", "version", "skill", "policy", "environment", "contract", "algorithm", "observe", "randomization"),
    "adjustment",
)
"""Keys that say what is trained, on what, and what is done with it; the others say how."""


def training_config(path: Path) -> dict[str, Any]:
    """Read a compiled training config.

    Raises:
        FormatError: it is missing, or none.
    """
    try:
        values = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as reason:
        raise FormatError(f"{path}: not readable as a training config: {reason}") from reason
    if not isinstance(values, dict) or values.get("format") != "skillc.training":
        raise FormatError(f"{path}: is not a training config")
    return values


def variations(path: Path) -> tuple[Variation, ...]:
    """Return what a policy meets in training by its compiled config; raises FormatError."""
    found: tuple[Variation, ...] = from_json(
        tuple[Variation, ...], training_config(path).get("randomization", []), f"{path.name}: randomization"
    )
    return found
