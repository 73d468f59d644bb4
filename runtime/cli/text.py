"""Text that came from a user or a file, made safe and readable in a terminal."""

import unicodedata
from collections.abc import Iterable
from pathlib import Path

_HIDDEN = {"Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn"}
"""Unicode categories that move the cursor, change direction, or show nothing."""
MOST_COMPARED = 400
"""Names that are compared letter by letter; each costs some microseconds, and a file may hold thousands."""


def printable(text: str, *, keep: str = "") -> str:
    r"""Return `text` with control, direction and invisible characters escaped (`\x1b`), except those in `keep`."""
    return "".join(
        c if c in keep or unicodedata.category(c) not in _HIDDEN else c.encode("unicode_escape").decode("ascii")
        for c in text
    )


def short_path(path: Path) -> Path:
    """Return a path relative to the present folder if it lies below, else as it is."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name most like `name`, or None when none is close."""
    # difflib takes 5 ms to load and is needed for mistakes only.
    from difflib import get_close_matches

    names = list(known)
    exact = next((candidate for candidate in names if candidate.casefold() == name.casefold()), None)
    if exact is not None:
        return exact
    if len(names) > MOST_COMPARED:
        # A typing mistake rarely changes the first letter, and hardly the length.
        names.sort(key=lambda known: (known[:1] != name[:1], abs(len(known) - len(name))))
    found = get_close_matches(name, names[:MOST_COMPARED], n=1, cutoff=0.6)
    return found[0] if found else None
