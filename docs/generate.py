"""Write the pages that are made from data: `python -m docs.generate`, seconds; `make docs` also runs the tutorial.

    python -m docs.generate [--check] [PAGE ...]

`--check` writes nothing and exits 1 if a page is out of date.
"""

import argparse
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

from docs.runtime_faults import faults_page
from docs.write_evidence import evidence_page
from docs.write_planning import planning_page
from docs.write_protocols import protocols_page
from docs.write_runtime import runtime_page
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
    "faults.md": lambda: faults_page(FOLDER / "faults.md"),
    "evidence.md": evidence_page,
    "evidence-planning.md": planning_page,
    "open-numbers.md": as_markdown,
    "protocols.md": protocols_page,
    "reference.md": language_reference,
    "runtime.md": runtime_page,
    "tutorial.md": write_tutorial,
}
"""Page below docs/ -> what makes its text."""


FROM_DATA = tuple(name for name in PAGES if name != "tutorial.md")
"""Pages that take no build."""


def settled(text: str) -> str:
    """Return a page without what may differ: line numbers of shipped presets, measured numbers, sizes of files."""
    text = re.sub(r"(skillc:specs/\S+?\.yaml):\d+:\d+", r"\1", text)
    return re.sub(r" *\d+\.\d+\b| *\d+ (?=[kM]B\b|mm\b)", " #", text)


def main() -> None:
    """Write or check pages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="*", default=FROM_DATA, metavar="PAGE", help=", ".join(PAGES))
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a page is out of date")
    arguments = parser.parse_args()
    stale = []
    for name in arguments.pages:
        page, text = FOLDER / name, PAGES[name]()
        if not arguments.check:
            page.write_text(text, encoding="utf-8", newline="\n")
            schema.cache_clear()
        elif not page.is_file() or settled(page.read_text(encoding="utf-8")) != settled(text):
            stale.append(name)
    if stale:
        raise SystemExit(f"out of date: {', '.join(stale)}; run `make docs`")


if __name__ == "__main__":
    main()
