"""One build stage: what it does, what it reads and makes, and its settings with their sources."""

import ast

from skillc.compiler.pipeline.catalog import names, own, stage
from skillc.compiler.resolve.merged import Leaf, leaves
from skillc.compiler.resolve.preset import chain, preset_names
from skillc.compiler.resolve.shipped import method_stages, pipeline_of
from skillc.compiler.validate.settings import setting


def stage_names() -> tuple[str, ...]:
    """Return the names of all stages."""
    return tuple(sorted(names()))


def as_text(name: str) -> str:
    """Return a stage as lines: what it reads and makes, the methods that choose it, its settings in the first of them.

    A stage of the project is read, not imported, so that nothing heavy is loaded.
    """
    lines = [f"stage {name}", *(_added(name) if ":" in name else _written(name))]
    methods = [method for method in preset_names("method") if name in pipeline_of(method)]
    lines.append(f"    chosen by: {', '.join(methods) or 'no method'}")
    for method in sorted(methods, key=lambda method: len(chain("method", method))):
        settings = list(leaves(method_stages(method).get(name, {})))
        if settings:
            lines.append(f"    settings in {method}, overridden under method.stages.{name}:")
            return "\n".join([*lines, *(_setting(name, path, leaf) for path, leaf in settings)])
    return "\n".join(lines)


def _written(name: str) -> list[str]:
    module = ast.parse(own()[name].read_text(encoding="utf-8"))
    about = [f"    {line}".rstrip() for line in (ast.get_docstring(module) or "").splitlines()]
    keywords = ("needs", "makes")
    return [*about, *(f"    {key}: {', '.join(_declared(module, key)) or 'nothing'}" for key in keywords)]


def _added(name: str) -> list[str]:
    added = stage(name)
    return [f"    needs: {', '.join(added.needs) or 'nothing'}", f"    makes: {', '.join(added.makes) or 'nothing'}"]


def _setting(stage: str, path: str, leaf: Leaf) -> str:
    origin = leaf.origins[-1]
    declared = setting(("stages", stage, *path.split(".")))
    ends = f"  ({declared.between})" if declared is not None and declared.between else ""
    return f"        {path}: {origin.text or leaf.value}{ends}  [{origin.source}]"


def _declared(module: ast.Module, keyword: str) -> list[str]:
    """Return the texts of a keyword of the module's `STAGE = Stage(...)`."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Stage":
            for argument in node.keywords:
                if argument.arg == keyword:
                    return [str(c.value) for c in ast.walk(argument.value) if isinstance(c, ast.Constant)]
    return []
