"""Hints for misspelt names."""

from collections.abc import Iterable

from skillc.compiler.source.lookalikes import as_plain
from skillc.runtime.cli.text import nearest


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return the hint for a misspelt name, or an empty text."""
    found = nearest(name, known)
    return f"did you mean `{found}`?" if found is not None else ""


def listed(names: Iterable[str], most: int = 12) -> str:
    """Return names as one line, cut after `most`."""
    all_names = list(names)
    shown = ", ".join(all_names[:most])
    return f"{shown}, … ({len(all_names) - most} more)" if len(all_names) > most else shown


def slip_of(name: str, known: Iterable[str]) -> str:
    """Return the one known name that differs by a single slip of the keyboard, or by case alone; else an empty text.

    A slip is a letter too many, too few, wrong, or two swapped. Short names and digits are no slips: `cup_3` is
    hardly `cup_2`.
    """
    found = [candidate for candidate in known if _one_slip(name, candidate)]
    return found[0] if len(found) == 1 else ""


def as_name(text: str, joint: str = "_") -> str:
    """Return a valid name near a text, or an empty text."""
    lower = as_plain(text).lower()
    letters = "".join(c if c.isascii() and c.isalnum() else joint for c in lower).strip(joint + "0123456789")
    while joint * 2 in letters:
        letters = letters.replace(joint * 2, joint)
    return letters[:64]


SHORTEST = 4


def _one_slip(name: str, known: str) -> bool:
    if name == known or min(len(name), len(known)) < SHORTEST or abs(len(name) - len(known)) > 1:
        return False
    if name.casefold() == known.casefold():
        return True
    start = next((i for i, (a, b) in enumerate(zip(name, known, strict=False)) if a != b), min(len(name), len(known)))
    left, right = name[start:], known[start:]
    if any(c.isdigit() for c in left[:1] + right[:1]):
        return False
    swapped = left[:2] == right[:2][::-1] and left[2:] == right[2:]
    return swapped or left[1:] == right[1:] or left[1:] == right or left == right[1:]
