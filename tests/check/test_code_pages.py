import ast
import re
from pathlib import Path

import pytest

from skillc.compiler.check.check import Checked, check_tree
from skillc.compiler.source.diagnostic import SourceError
from skillc.compiler.source.load import load_bytes
from skillc.runtime.robot.model_check import check_model
from skillc.runtime.robot.model_fault import ModelError
from tests.check import code_examples as examples

PAGES = examples.pages()
RUN = [code for code, page in PAGES.items() if "shown_by" not in page]
SHOWN = {code: page["shown_by"] for code, page in PAGES.items() if "shown_by" in page}


def codes_of(text: str, *, draft: bool) -> list[str]:
    try:
        tree = load_bytes(text.encode(), "spec.yaml")
    except SourceError as error:
        return [d.code for d in error.diagnostics]
    checked: Checked = check_tree(tree, (), draft=draft)
    return [d.code for d in checked.diagnostics if d.severity == "error"]


def codes_of_model(fragment: str, folder: Path) -> list[str]:
    (folder / "model.xml").write_text(examples.model_with(fragment), encoding="utf-8")
    (folder / "thing.obj").write_text(examples.THING, encoding="utf-8")
    try:
        check_model(folder / "model.xml", joints=("j",))
    except ModelError as error:
        return [fault.code for fault in error.faults]
    return []


def found(code: str, which: str, folder: Path) -> list[str]:
    page = PAGES[code]
    if page[which].startswith("<"):
        return codes_of_model(page[which], folder)
    return codes_of(examples.completed(page[which]), draft="draft" in page)


@pytest.mark.parametrize("code", RUN)
def test_the_wrong_example_raises_exactly_its_code(code: str, tmp_path: Path) -> None:
    assert set(found(code, "wrong", tmp_path)) == {code}


@pytest.mark.parametrize("code", RUN)
def test_the_right_example_raises_nothing(code: str, tmp_path: Path) -> None:
    assert found(code, "right", tmp_path) == []


def shown(source: str, name: str) -> str:
    """Return the text of the test `name`: decorators, body, and the constants of its file that its decorators use."""
    body = ast.parse(source).body
    test = next(node for node in body if isinstance(node, ast.FunctionDef) and node.name == name)
    used = {n.id for decorator in test.decorator_list for n in ast.walk(decorator) if isinstance(n, ast.Name)}
    constants = [
        node
        for node in body
        if isinstance(node, ast.Assign) and used & {t.id for t in node.targets if isinstance(t, ast.Name)}
    ]
    return "\n".join(ast.unparse(node) for node in (test, *constants))


@pytest.mark.parametrize("code", SHOWN)
def test_what_no_example_can_show_is_shown_by_a_test_of_that_code(code: str, project: Path) -> None:
    file, _, name = SHOWN[code].partition("::")
    assert code in shown((project / file).read_text(encoding="utf-8"), name)


def test_a_test_shows_the_codes_of_its_body_and_of_what_its_decorators_use() -> None:
    source = """
SHOWN = {"a.stl": "SK001"}
OTHER = {"b.stl": "SK002"}
@mark.parametrize("file", sorted(SHOWN))
def test_a(file):
    assert found(file) == SHOWN[file] != "SK003"
def test_b():
    assert found("b.stl") == OTHER["b.stl"] != "SK004"
"""
    assert [code for code in ("SK001", "SK002", "SK003", "SK004") if code in shown(source, "test_a")] == [
        "SK001",
        "SK003",
    ]
    with pytest.raises(StopIteration):
        shown(source, "test_c")


def test_every_code_in_the_sources_has_a_page(project: Path) -> None:
    used: dict[str, str] = {}
    for folder in ("compiler", "runtime"):
        for file in (project / folder).rglob("*.py"):
            for code in re.findall(r'"(SK\d{3})"', file.read_text(encoding="utf-8")):
                used.setdefault(code, str(file.relative_to(project)))
    assert {code: file for code, file in used.items() if code not in PAGES} == {}


def test_every_page_says_what_and_why() -> None:
    for code, page in PAGES.items():
        assert re.fullmatch(r"SK[1-9]\d\d", code)
        assert page["title"] and page["why"], code
        assert page["wrong"] and page["right"], code
        assert set(page) <= {"title", "why", "wrong", "right", "shown_by", "draft"}, code
