"""One build stage: what it does, what it reads and makes, and its settings with their sources."""

import ast
from importlib.resources import files

from skillc.compiler.pipeline.catalog import GROUPS, NAMES
from skillc.compiler.resolve.merged import Leaf, leaves
from skillc.compiler.resolve.shipped import method_stages

METHOD = "video2sim2real"
"""The method whose settings are shown."""


def stage_names() -> tuple[str, ...]:
    """Return the names of all stages."""
    return tuple(sorted(NAMES))


def as_text(name: str) -> str:
    """Return a stage as lines; the stage's module is read, not imported, so that nothing heavy is loaded."""
    group = next(group for group, names in GROUPS.items() if name in names)
    source = files("skillc.compiler").joinpath("stages", group, f"{name}.py").read_text(encoding="utf-8")
    module = ast.parse(source)
    lines = [f"stage {name}", *(f"    {line}".rstrip() for line in (ast.get_docstring(module) or "").splitlines())]
    for keyword in ("needs", "makes"):
        lines.append(f"    {keyword}: {', '.join(_declared(module, keyword)) or 'nothing'}")
    settings = list(leaves(method_stages(METHOD).get(name, {})))
    if settings:
        lines.append(f"    settings in {METHOD}, overridden under method.stages.{name}:")
        lines += [_setting(path, leaf) for path, leaf in settings]
    return "\n".join(lines)


def _setting(path: str, leaf: Leaf) -> str:
    origin = leaf.origins[-1]
    return f"        {path}: {origin.text or leaf.value}  [{origin.source}]"


def _declared(module: ast.Module, keyword: str) -> list[str]:
    """Return the texts of a keyword of the module's `STAGE = Stage(...)`."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Stage":
            for argument in node.keywords:
                if argument.arg == keyword:
                    return [str(c.value) for c in ast.walk(argument.value) if isinstance(c, ast.Constant)]
    return []
