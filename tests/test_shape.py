"""The shape of the code: one name for one thing, files and functions that can be read at a glance."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path


def modules(project: Path) -> Iterator[tuple[str, ast.Module, int]]:
    """Yield name, syntax tree and number of lines of every file of compiler and runtime."""
    for top in ("compiler", "runtime"):
        for path in sorted((project / top).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            yield path.relative_to(project).as_posix(), ast.parse(text), text.count("\n")


def test_no_two_classes_share_a_name(project: Path) -> None:
    places = defaultdict(list)
    for name, tree, _ in modules(project):
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(name)
    assert not {c: where for c, where in places.items() if len(where) > 1}
