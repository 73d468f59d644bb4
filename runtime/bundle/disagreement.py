"""One thing that files of a skill say, and should not."""

from typing import NamedTuple


class Disagreement(NamedTuple):
    """What is wrong with a field."""

    file: str
    field: str
    what: str
    """What was found, and what is expected."""
