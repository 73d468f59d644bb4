from pathlib import Path

from skillc.compiler.validate.reference import code_reference, language_reference
from skillc.compiler.validate.schema import schema


def test_the_pages_in_docs_are_current(project: Path) -> None:
    # `make docs` writes them.
    assert (project / "docs" / "reference.md").read_text(encoding="utf-8") == language_reference()
    assert (project / "docs" / "codes.md").read_text(encoding="utf-8") == code_reference()


def test_every_section_and_every_unit_is_on_the_page() -> None:
    page = language_reference()
    for key in schema().raw["properties"]:
        assert f"## `{key}`" in page
    assert "`deg/s`" in page and "| `scene_ready` | flag |" in page


def test_links_inside_the_page_lead_somewhere() -> None:
    import re

    page = language_reference()
    headings = {line.lstrip("# ").lower().replace(" ", "-") for line in page.splitlines() if line.startswith("#")}
    assert set(re.findall(r"\]\(#([^)]+)\)", page)) <= headings
