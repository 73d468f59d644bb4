"""The walls of the house: which package may import which, and what the installed package holds."""

import ast
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from functools import cache
from pathlib import Path

import pytest

FLOORS = (
    ("compiler.cli",),
    (
        "compiler.source", "compiler.validate", "compiler.resolve", "compiler.plan", "compiler.emit", "compiler.stages",
        "compiler.pipeline", "compiler.check", "compiler.diff", "compiler.explain", "compiler.scaffold",
    ),
    ("runtime.machine", "runtime.evaluate", "runtime.demonstrator", "runtime.view", "runtime.cli"),
    ("runtime.robot", "runtime.sim", "runtime.perception", "runtime.estimators", "runtime.motion", "runtime.safety",
     "runtime.drivers", "runtime.sight", "runtime.bundle", "runtime.env", "runtime.policies", "runtime.planning",
     "runtime.learn"),
    ("runtime.formats", "runtime.geometry", "runtime.tasks", "runtime.terms"),
    ("specs", "templates"),
)  # fmt: skip
"""Highest first: a package imports only packages of lower floors, and on its own floor those to its left."""

ROOMS = {
    "runtime.perception": ("recording", "camera", "scene", "shape", "object", "hand"),
    "runtime.motion": ("kinematics", "retarget", "path", "cell", "grasp", "push", "rehearsal"),
    "runtime.policies": ("clouds", "poses", "residual"),
    "runtime.learn": ("session", "distill", "residual"),
    "runtime.view": ("pictures",),
    "runtime.drivers": ("emulated",),
    "compiler.stages": ("demonstration", "twin", "motion", "policy", "deploy"),
}
"""Packages inside a package, each importing those to its left."""


def sources(project: Path, *folders: str) -> list[Path]:
    return [p for f in folders for p in sorted((project / f).rglob("*.py")) if "__pycache__" not in p.parts]


@cache
def imported(path: Path) -> frozenset[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            names.add(node.module or "")
            assert all(alias.name != "*" for alias in node.names), f"{path} imports a star"
    return frozenset(names)


def test_the_runtime_never_imports_the_compiler(project: Path) -> None:
    for path in sources(project, "runtime"):
        wrong = {n for n in imported(path) if n.startswith("skillc.compiler")}
        assert not wrong, f"{path.relative_to(project)} imports {wrong}"


def place_of(module: str, table: tuple[tuple[str, ...], ...]) -> tuple[int, int] | None:
    """Return floor and place on it of the package that holds `module` (without "skillc."), None if it is not listed."""
    package = ".".join(module.split(".")[:2])
    return next(((f, floor.index(package)) for f, floor in enumerate(table) if package in floor), None)


def module_of(path: Path, project: Path) -> str:
    return ".".join(path.relative_to(project).with_suffix("").parts)


def test_every_package_is_on_a_floor_and_every_room_in_its_list(project: Path) -> None:
    listed = {package for floor in FLOORS for package in floor} - {"specs", "templates"}
    present = {f"{top}.{p.parent.name}" for top in ("compiler", "runtime") for p in (project / top).glob("*/*.py")}
    assert present == listed
    for package in present:
        folder = project.joinpath(*package.split("."))
        rooms = {p.parent.name for p in folder.glob("*/*.py")} - {"__pycache__", "workers"}
        assert rooms == set(ROOMS.get(package, ())), package


def test_inside_a_package_rooms_import_those_to_their_left(project: Path) -> None:
    wrong = []
    for package, rooms in ROOMS.items():
        for path in sources(project, *(package.replace(".", "/") + "/" + room for room in rooms)):
            own = path.relative_to(project.joinpath(*package.split("."))).parts[0]
            for name in imported(path):
                other = name.removeprefix(f"skillc.{package}.").split(".")[0]
                inside = name.startswith(f"skillc.{package}.")
                if inside and other in rooms and rooms.index(other) > rooms.index(own):
                    wrong.append(f"{path.relative_to(project)} -> {name}")
    assert not wrong, "\n".join(wrong)


def test_imports_point_down_the_floors(project: Path) -> None:
    wrong = []
    for path in sources(project, "compiler", "runtime"):
        own = module_of(path, project)
        here = place_of(own, FLOORS)
        for name in imported(path):
            there = place_of(name.removeprefix("skillc."), FLOORS) if name.startswith("skillc.") else None
            if here is None or there is None or own.split(".")[:2] == name.removeprefix("skillc.").split(".")[:2]:
                continue
            if there[0] < here[0] or (there[0] == here[0] and there[1] > here[1]):
                wrong.append(f"{path.relative_to(project)} -> {name}")
    assert not wrong, "\n".join(wrong)


def test_safety_and_machine_load_no_learning_library() -> None:
    code = (
        "import importlib, pkgutil, sys\n"
        "import skillc.runtime.safety, skillc.runtime.machine\n"
        "for package in (skillc.runtime.safety, skillc.runtime.machine):\n"
        "    for entry in pkgutil.iter_modules(package.__path__):\n"
        "        importlib.import_module(f'{package.__name__}.{entry.name}')\n"
        "assert not {'torch', 'gymnasium', 'matplotlib'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_environment_steps_without_torch_or_gymnasium() -> None:
    code = "import sys, skillc.runtime.env.vector; assert not {'torch', 'gymnasium'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_package_list_is_the_disk(project: Path) -> None:
    listed = tomllib.loads((project / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    folders = {p.parent.relative_to(project) for p in sources(project, "compiler", "runtime", "specs", "templates")}
    present = {"skillc", *("skillc." + ".".join(f.parts) for f in folders)}
    assert sorted(listed) == sorted(present)


@pytest.mark.slow
def test_the_wheel_holds_every_module_and_data_file_and_nothing_else(project: Path, tmp_path: Path) -> None:
    copy = tmp_path / "checkout"
    wanted = subprocess.run(
        ["git", "ls-files"], cwd=project, check=True, capture_output=True, text=True
    ).stdout.splitlines()
    for name in wanted:
        if (project / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(project / name, copy / name)
    for needed in ("README.md", "LICENSE"):
        (copy / needed).touch()
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path / "dist"), str(copy)]
    subprocess.run(build, check=True, capture_output=True)
    wheel = next((tmp_path / "dist").glob("*.whl"))
    held = {n for n in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in n}
    data = ("specs/", "templates/")
    code = [n for n in wanted if n.endswith(".py") and n.split("/")[0] in ("compiler", "runtime", "specs", "templates")]
    expected = {
        f"skillc/{n}" for n in (*code, *(n for n in wanted if n.startswith(data)), "__init__.py", "__main__.py")
    }
    assert held == expected


@pytest.mark.slow
def test_with_the_compiler_deleted_the_runtime_runs_a_build(project: Path, small_build: Path, tmp_path: Path) -> None:
    copy = tmp_path / "site" / "skillc"
    skip = shutil.ignore_patterns("__pycache__")
    for part in ("runtime", "specs", "templates"):
        shutil.copytree(project / part, copy / part, ignore=skip)
    for name in ("__init__.py", "__main__.py"):
        shutil.copyfile(project / name, copy / name)
    # An editable install would find the deleted compiler through its own finder.
    (tmp_path / "site" / "sitecustomize.py").write_text(
        "import sys\nsys.meta_path = [f for f in sys.meta_path if 'editable' not in repr(f).lower()]\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
    where = "import skillc, importlib.util as u; print(skillc.__file__, u.find_spec('skillc.compiler'))"
    found = subprocess.run(
        [sys.executable, "-c", where], env=environment, cwd=tmp_path, check=True, capture_output=True, text=True
    ).stdout
    assert found.startswith(str(copy)) and found.endswith("None\n")
    command = [sys.executable, "-m", "skillc.runtime", "run", str(small_build), "--log", str(tmp_path / "log")]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1, 3), done.stderr
    assert (tmp_path / "log" / "run.mcap").is_file()
