import ast
import importlib.util
import re
from pathlib import Path

import pytest

from skillc.compiler.check.check import Checked, check_tree
from skillc.compiler.source.diagnostic import SourceError
from skillc.compiler.source.load import load_bytes
from skillc.runtime.robot.model_check import check_model
from skillc.runtime.robot.model_fault import ModelError

_SPEC = importlib.util.spec_from_file_location("code_examples", Path(__file__).parent / "code_examples.py")
assert _SPEC is not None and _SPEC.loader is not None
examples = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(examples)

PAGES = examples.pages()
RUN = [code for code, page in PAGES.items() if "shown_by" not in page]
SHOWN = {code: page["shown_by"] for code, page in PAGES.items() if "shown_by" in page}


def codes_of(text: str) -> list[str]:
    try:
        tree = load_bytes(text.encode(), "spec.yaml")
    except SourceError as error:
        return [d.code for d in error.diagnostics]
    checked: Checked = check_tree(tree, ())
    return [d.code for d in checked.diagnostics if d.severity == "error"]


def codes_of_model(fragment: str, folder: Path) -> list[str]:
    (folder / "model.xml").write_text(examples.model_with(fragment), encoding="utf-8")
    (folder / "thing.obj").write_text(examples.THING, encoding="utf-8")
    try:
        check_model(folder / "model.xml", joints=("j",))
    except ModelError as error:
        return [fault.code for fault in error.faults]
    return []


def found(example: str, folder: Path) -> list[str]:
    return codes_of_model(example, folder) if example.startswith("<") else codes_of(examples.completed(example))


@pytest.mark.parametrize("code", RUN)
def test_the_wrong_example_raises_exactly_its_code(code: str, tmp_path: Path) -> None:
    assert set(found(PAGES[code]["wrong"], tmp_path)) == {code}


@pytest.mark.parametrize("code", RUN)
def test_the_right_example_raises_nothing(code: str, tmp_path: Path) -> None:
    assert found(PAGES[code]["right"], tmp_path) == []


@pytest.mark.parametrize("code", SHOWN)
def test_what_no_example_can_show_is_shown_by_a_test_that_exists(code: str, project: Path) -> None:
    file, _, name = SHOWN[code].partition("::")
    tree = ast.parse((project / file).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


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
        assert page["wrong"] and page["right"], code
        assert set(page) <= {"title", "why", "wrong", "right", "shown_by"}, code
