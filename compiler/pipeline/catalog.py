"""The stages there are: files `GROUP/NAME.py` of `compiler/stages` with a `STAGE`, and those of installed packages.

Installed packages add stages under the entry-point group `skillc.stages`; they are named `package:stage`.
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path

from skillc.compiler.plan.stage import Stage
from skillc.runtime.formats import extension

FOLDER = Path(__file__).parents[1] / "stages"


@cache
def own() -> Mapping[str, Path]:
    """Return the project's stages, name -> file; nothing is imported."""
    files = sorted(FOLDER.glob("*/*.py"))
    return {file.stem: file for file in files if "\nSTAGE = Stage(" in file.read_text(encoding="utf-8")}


def names() -> tuple[str, ...]:
    """Return the names of all stages, those of installed packages last."""
    return (*own(), *extension.names("skillc.stages"))


def stage(name: str) -> Stage:
    """Return a stage by name.

    Raises:
        KeyError: there is none.
        ExtensionError: no installed package adds it, or it is no stage of that name.
    """
    if ":" not in name:
        found: Stage = import_module(f"skillc.compiler.stages.{own()[name].parent.name}.{name}").STAGE
        return found
    added: Stage = extension.load("skillc.stages", name, Stage)
    if added.name != name:
        raise extension.ExtensionError(f"the stage {name} calls itself {added.name!r}")
    return added


def stages() -> tuple[Stage, ...]:
    """Return every stage, in the order of `names`; raises ExtensionError."""
    return tuple(stage(name) for name in names())
