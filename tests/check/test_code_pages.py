import importlib.util
import re
from pathlib import Path

import pytest

from skillc.compiler.check.check import Checked, check_tree
from skillc.compiler.source.diagnostic import SourceError
from skillc.compiler.source.load import load_bytes

_SPEC = importlib.util.spec_from_file_location("code_examples", Path(__file__).parent / "code_examples.py")
assert _SPEC is not None and _SPEC.loader is not None
examples = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(examples)

PAGES = examples.pages()
WITH_EXAMPLES = [code for code, page in PAGES.items() if "wrong" in page]


def codes_of(text: str) -> list[str]:
    try:
        tree = load_bytes(text.encode(), "spec.yaml")
    except SourceError as error:
        return [d.code for d in error.diagnostics]
    checked: Checked = check_tree(tree, ())
    return [d.code for d in checked.diagnostics if d.severity == "error"]


@pytest.mark.parametrize("code", WITH_EXAMPLES)
def test_the_wrong_example_raises_exactly_its_code(code: str) -> None:
    assert set(codes_of(examples.completed(PAGES[code]["wrong"]))) == {code}


@pytest.mark.parametrize("code", WITH_EXAMPLES)
def test_the_right_example_raises_nothing(code: str) -> None:
    assert codes_of(examples.completed(PAGES[code]["right"])) == []


def test_every_code_in_the_sources_has_a_page(project: Path) -> None:
    used: dict[str, str] = {}
    for folder in ("compiler", "runtime"):
        for file in (project / folder).rglob("*.py"):
            for code in re.findall(r'"(SK\d{3})"', file.read_text(encoding="utf-8")):
                used.setdefault(code, str(file.relative_to(project)))
    assert {code: file for code, file in used.items() if code not in PAGES} == {}


def test_every_page_says_what_and_why() -> None:
    for code, page in PAGES.items():
        assert re.fullmatch(r"SK[1-8]\d\d", code)
        assert page["title"] and page["why"], code
        assert ("wrong" in page) == ("right" in page), code
