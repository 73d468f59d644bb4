"""The nearest known name to a misspelt one."""

from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the known name most like `name`, or an empty text where none is like it."""
    # difflib takes 5 ms to load and is needed for mistakes only.
    from difflib import get_close_matches

    names = list(known)
    exact = [candidate for candidate in names if candidate.casefold() == name.casefold()]
    found = exact or get_close_matches(name, names, n=1, cutoff=0.6)
    return found[0] if found else ""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return the hint for a misspelt name, or an empty text."""
    found = nearest(name, known)
    return f"did you mean `{found}`?" if found else ""


def listed(names: Iterable[str], most: int = 12) -> str:
    """Return names as one line, cut after `most`."""
    all_names = list(names)
    shown = ", ".join(all_names[:most])
    return f"{shown}, … ({len(all_names) - most} more)" if len(all_names) > most else shown
