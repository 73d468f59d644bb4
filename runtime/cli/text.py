"""Text that came from a user or a file, made safe and readable in a terminal."""

import difflib
import unicodedata
from collections.abc import Iterable

_HIDDEN = {"Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn"}
"""Unicode categories that move the cursor, change direction, or show nothing."""


def printable(text: str, *, keep: str = "") -> str:
    r"""Return `text` with control, direction and invisible characters escaped (`\x1b`), except those in `keep`."""
    return "".join(
        c if c in keep or unicodedata.category(c) not in _HIDDEN else c.encode("unicode_escape").decode("ascii")
        for c in text
    )


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name most like `name`, or None when none is close."""
    found = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return found[0] if found else None
