"""From keys of the language to fields of a record."""

from collections.abc import Mapping

from skillc.compiler.resolve.resolved import JSON


def taken(section: Mapping[str, JSON], *same: str, **keys: str) -> dict[str, JSON]:
    """Return field -> value of the section; what the section lacks is left out.

    Args:
        section: Of a resolved spec; it may lack keys where the method has no such stage.
        same: Fields that are called like their keys.
        keys: Field -> key of the others.
    """
    named = {**{key: key for key in same}, **keys}
    return {field: section[key] for field, key in named.items() if key in section}
