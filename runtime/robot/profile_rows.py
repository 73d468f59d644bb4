"""What `profile.yaml` writes by name, as the rows that `RobotProfile` keeps in order."""

from collections.abc import Mapping
from typing import Any

TABLES = ("joints", "groups", "hands", "motors", "command_modes", "frames")
"""Fields that a profile may write as a mapping from name to fields; a group's fields are its joints alone."""


def with_rows(profile: Mapping[str, Any]) -> dict[str, Any]:
    """Return a profile's plain values with every mapping from name to fields as a list of rows with `name`.

    Rows, and what is no mapping, stay as they are: their form is checked elsewhere.
    """
    values = dict(profile)
    for table in TABLES:
        if table in values:
            values[table] = _rows(values[table], "joints" if table == "groups" else None)
    if isinstance(hands := values.get("hands"), list):
        values["hands"] = [
            {**hand, "fingers": _rows(hand["fingers"])} if isinstance(hand, Mapping) and "fingers" in hand else hand
            for hand in hands
        ]
    return values


def _rows(table: Any, only: str | None = None) -> Any:
    """Return rows; where a row has one field `only`, the mapping's values are that field."""
    if not isinstance(table, Mapping):
        return table
    return [{"name": name, **({only: fields} if only else fields)} for name, fields in table.items()]
