"""The code behind a stage: its source files and what they import of this project, found without importing anything.

A stage that names the modules it runs is rerun when any of them, or anything they import from `skillc`, changes, and
when a file of `specs` or `templates` does that one of them names in quotes (`"materials.yaml"`); the files of the task
types belong to the module that reads them. The engine itself (`skillc.compiler.plan`) and the types of the resolved
spec are left out: they move data, they make none.
"""

import importlib.metadata
import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import skillc
from skillc.compiler.plan.digest import of_bytes
from skillc.runtime.tasks import catalog

ROOT = Path(skillc.__file__).parent

DISTRIBUTIONS: Mapping[str, str] = {
    "numpy": "numpy",
    "scipy": "scipy",
    "mujoco": "mujoco",
    "mink": "mink",
    "daqp": "daqp",
    "trimesh": "trimesh",
    "cv2": "opencv-python-headless",
    "av": "av",
    "pupil_apriltags": "pupil-apriltags",
    "coacd": "coacd",
    "rosbags": "rosbags",
    "jinja2": "jinja2",
}
"""Import name -> distribution of every library whose version can change what a stage makes."""

_IMPORT = re.compile(rb"^\s*(?:from\s+([\w.]+)\s+import\s+(\([^)]*\)|[^\n#]+)|import\s+([\w., ]+))", re.MULTILINE)
_QUOTED = re.compile(rb'"([\w./-]+\.\w+)"')
_DATA = ("specs", "templates")
"""Folders of files that modules read by name."""
_TASK_TYPES = ROOT / "runtime" / "tasks" / "catalog.py"
_UNRELATED = ("skillc.compiler.plan", "skillc.compiler.resolve")


def code_digests(modules: Iterable[str]) -> dict[str, str]:
    """Return source file -> digest for `modules` (packages: every file in them) and all they import of skillc.

    Raises:
        ModuleNotFoundError: a module does not exist.
    """
    return {_label(path): _digest(path) for path in _closure(tuple(modules))}


def library_versions(modules: Iterable[str]) -> dict[str, str]:
    """Return distribution -> version of every library of `DISTRIBUTIONS` the code of `modules` imports."""
    imported: set[str] = set()
    for path in _closure(tuple(modules)):
        imported |= {name.partition(".")[0] for name in _imports(path)}
    return {DISTRIBUTIONS[name]: _version(DISTRIBUTIONS[name]) for name in sorted(imported & set(DISTRIBUTIONS))}


@cache
def _closure(modules: tuple[str, ...]) -> tuple[Path, ...]:
    found: set[Path] = set()
    open_files: list[Path] = []
    for module in modules:
        files = _files(module)
        if not files:
            raise ModuleNotFoundError(f"no module {module!r}, named as the code of a stage")
        open_files += files
    while open_files:
        path = open_files.pop()
        if path in found:
            continue
        found.add(path)
        for name in _imports(path):
            if name.startswith("skillc.") and not name.startswith(_UNRELATED):
                open_files += _module_file(name)
        open_files += _beside(path)
        found |= _data(path)
    if _TASK_TYPES in found:
        found |= set(catalog.files())
    return tuple(sorted(found))


def _beside(path: Path) -> list[Path]:
    """Return the neighbours that an estimator's worker imports: it runs as a script, so by their bare names."""
    if path.parent.name != "workers":
        return []
    return [f for name in _imports(path) if "." not in name and (f := path.with_name(f"{name}.py")).is_file()]


@cache
def _data(path: Path) -> frozenset[Path]:
    quoted = {match.decode() for match in _QUOTED.findall(_source(path))}
    return frozenset(f for folder in _DATA for name in quoted if (f := ROOT / folder / name).is_file())


def _files(module: str) -> list[Path]:
    """Return the file of a module, or all Python files in and below a package."""
    place = _place(module)
    if place is not None and place.is_dir():
        return sorted(place.rglob("*.py"))
    return _module_file(module)


def _module_file(module: str) -> list[Path]:
    place = _place(module)
    if place is None:
        return []
    for candidate in (place.with_suffix(".py"), place / "__init__.py"):
        if candidate.is_file():
            return [candidate]
    return []


def _place(module: str) -> Path | None:
    if module.startswith("skillc."):
        return ROOT.joinpath(*module.split(".")[1:])
    spec = find_spec(module.partition(".")[0])
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]).joinpath(*module.split(".")[1:])


@cache
def _imports(path: Path) -> frozenset[str]:
    names: set[str] = set()
    for match in _IMPORT.finditer(_source(path)):
        base, members, plain = (part.decode() if part else "" for part in match.groups())
        if plain:
            names |= {part.split()[0] for part in plain.split(",") if part.strip()}
        else:
            names.add(base)
            names |= {f"{base}.{m.split()[0]}" for m in members.strip("()").split(",") if m.split()}
    return frozenset(names)


@cache
def _source(path: Path) -> bytes:
    return path.read_bytes()


@cache
def _digest(path: Path) -> str:
    return of_bytes(_source(path))


@cache
def _version(distribution: str) -> str:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return "absent"


def _label(path: Path) -> str:
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else f"{path.parent.name}/{path.name}"
