"""Nothing but data knows the names of task types: who depends on one asks for its traits."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from skillc.runtime.tasks.catalog import own_names

OTHER = {
    "track": "runtime/",  # the phase of a motion
    "lift": "compiler/resolve/dead.py",  # the reward term
}
"""Word that is a task type's name too -> where it is compared as something else."""
SETS = ("frozenset", "set", "tuple")


def words(node: ast.AST) -> Iterator[str]:
    """Yield the texts a comparison's side consists of."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        for item in node.elts:
            yield from words(item)
    elif isinstance(node, ast.Dict):
        for key in node.keys:
            yield from words(key) if key is not None else ()
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SETS:
        for item in node.args:
            yield from words(item)


def compared(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and text of every text that is compared with, matched, looked up, or listed with another one."""
    for node in ast.walk(ast.parse(source)):
        found: list[ast.AST] = []
        if isinstance(node, ast.Compare):
            found = [node.left, *node.comparators]
        elif isinstance(node, ast.MatchValue):
            found = [node.value]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            found = list(node.args) if node.func.attr in ("startswith", "endswith", "get", "index", "count") else []
        elif isinstance(node, (ast.Tuple, ast.List, ast.Set, ast.Dict)):
            texts = list(words(node))
            yield from ((node.lineno, text) for text in texts if len(set(texts) & set(own_names())) > 1)
        for side in found:
            yield from ((node.lineno, text) for text in words(side))


def names_compared(source: str) -> list[tuple[int, str]]:
    return sorted({(line, text) for line, text in compared(source) if text in own_names()})


def test_no_code_compares_the_name_of_a_task_type(project: Path) -> None:
    wrong = []
    for folder in ("compiler", "runtime"):
        for file in sorted((project / folder).rglob("*.py")):
            name = file.relative_to(project).as_posix()
            found = names_compared(file.read_text(encoding="utf-8"))
            wrong += [f"{name}:{line} {text!r}" for line, text in found if not name.startswith(OTHER.get(text, "-"))]
    assert not wrong, "\n".join(wrong)


def test_the_schema_lists_no_task_types(project: Path) -> None:
    text = (project / "specs" / "schema" / "skill.v1.json").read_text(encoding="utf-8")
    assert "x-tasks" not in text and '"const": "grasp"' not in text


@pytest.mark.parametrize(
    "source",
    [
        'if task == "pour": pass',
        'flat = task_type in ("push", "pull")',
        'match kind:\n    case "grasp": pass',
        'WITH_TARGET = ("grasp", "pour")',
        'TEXTS = {"grasp": 1, "push": 2}',
        'x = {"a": 1}.get("kick")',
        'LIFTLESS = frozenset({"push", "sit"})',
    ],
)
def test_a_comparison_with_a_name_is_seen(source: str) -> None:
    assert names_compared(source)


@pytest.mark.parametrize("source", ['task = "grasp"', 'f(task_type="push")', "if task.lifts: pass", 'x = "pour" + y'])
def test_a_name_alone_is_no_comparison(source: str) -> None:
    assert not names_compared(source)
