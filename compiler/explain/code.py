"""The page of a diagnostic code: what it means, with a wrong and a right example."""

from functools import cache
from importlib.resources import files
from textwrap import fill

from skillc.compiler.source.load import load_bytes
from skillc.compiler.source.tree import Mapping, Scalar

PAGES = "schema/codes.yaml"
WIDTH = 100


def codes() -> tuple[str, ...]:
    """Return every code that has a page."""
    return tuple(_pages())


def page(code: str) -> str | None:
    """Return a code's page as text, or None if there is none."""
    fields = _pages().get(code)
    if fields is None:
        return None
    # Tests are not installed with the package.
    fields.pop("shown_by", None)
    lines = [f"{code}: {fields.pop('title', '')}".rstrip(": ")]
    fields["why"] = fill(fields.get("why", ""), WIDTH)
    for name, text in fields.items():
        lines += ["", f"{name}:", *(f"    {line}".rstrip() for line in text.splitlines())]
    return "\n".join(lines)


def _pages() -> dict[str, dict[str, str]]:
    return {code: dict(fields) for code, fields in _loaded().items()}


@cache
def _loaded() -> dict[str, dict[str, str]]:
    entry = files("skillc.specs").joinpath(PAGES)
    if not entry.is_file():
        return {}
    root = load_bytes(entry.read_bytes(), f"skillc:specs/{PAGES}").root
    pages: dict[str, dict[str, str]] = {}
    for code, node in root.entries.items():
        if isinstance(node.value, Mapping):
            scalars = ((k, e.value) for k, e in node.value.entries.items())
            pages[code] = {key: value.text for key, value in scalars if isinstance(value, Scalar)}
    return pages
