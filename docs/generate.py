"""`make docs`: write every page that is made from data or from real runs; `--check` exits 1 if one is out of date."""

import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from docs.write_tutorial import tutorial
from skillc.compiler.resolve.open_numbers import as_markdown
from skillc.compiler.validate.reference import code_reference, language_reference
from skillc.compiler.validate.schema import schema
from skillc.compiler.validate.term_schema import schema_text, with_terms

FOLDER = Path(__file__).parent


def write_tutorial() -> str:
    """Run the tutorial in a fresh folder."""
    with tempfile.TemporaryDirectory() as folder:
        return tutorial(Path(folder))


def language_schema() -> str:
    """Return the schema with its lists of terms as the registry has them."""
    return schema_text(with_terms(schema().raw)) + "\n"


SCHEMA = str(Path("..", "specs", "schema", "skill.v1.json"))
PAGES: dict[str, Callable[[], str]] = {
    SCHEMA: language_schema,
    "codes.md": code_reference,
    "open-numbers.md": as_markdown,
    "reference.md": language_reference,
    "tutorial.md": write_tutorial,
}
"""Page below docs/ -> what makes its text."""


def settled(text: str) -> str:
    """Return a page without the line numbers of shipped presets, which move when somebody edits them."""
    return re.sub(r"(skillc:specs/\S+?\.yaml):\d+:\d+", r"\1", text)


def main() -> None:
    """Write or check all pages."""
    stale = []
    for name, make in PAGES.items():
        page, text = FOLDER / name, make()
        if "--check" not in sys.argv:
            page.write_text(text, encoding="utf-8", newline="\n")
            schema.cache_clear()
        elif not page.is_file() or settled(page.read_text(encoding="utf-8")) != settled(text):
            stale.append(name)
    if stale:
        raise SystemExit(f"out of date: {', '.join(stale)}; run `make docs`")


if __name__ == "__main__":
    main()
