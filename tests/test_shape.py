"""The shape of the code: one name for one thing, files and functions that can be read at a glance."""

import ast
from collections import defaultdict
from functools import cache
from pathlib import Path
from statistics import median


@cache
def modules(project: Path) -> tuple[tuple[str, ast.Module, int], ...]:
    """Return name, syntax tree and number of lines of every file of compiler and runtime."""
    paths = [path for top in ("compiler", "runtime") for path in sorted((project / top).rglob("*.py"))]
    texts = [path.read_text(encoding="utf-8") for path in paths]
    return tuple(
        (path.relative_to(project).as_posix(), ast.parse(text), text.count("\n"))
        for path, text in zip(paths, texts, strict=True)
    )


def test_no_two_classes_share_a_name(project: Path) -> None:
    places = defaultdict(list)
    for name, tree, _ in modules(project):
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(name)
    assert not {c: where for c, where in places.items() if len(where) > 1}


LONGEST_FILE, MEDIAN_FILE, LONGEST_FUNCTION = 350, 100, 60
"""Lines; a function's docstring does not count."""


def test_files_are_short(project: Path) -> None:
    lengths = {name: lines for name, _, lines in modules(project)}
    assert not {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE}
    assert median(lengths.values()) <= MEDIAN_FILE


def test_functions_are_short(project: Path) -> None:
    long = {}
    for name, tree, _ in modules(project):
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                said = node.body[0] if ast.get_docstring(node) is not None else None
                lines = node.end_lineno - node.lineno + 1
                lines -= said.end_lineno - said.lineno + 1 if said is not None else 0
                if lines > LONGEST_FUNCTION:
                    long[f"{name}: {node.name}"] = lines
    assert not long
