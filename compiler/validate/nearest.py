"""Hints for misspelt names."""

from collections.abc import Iterable

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
