"""The language's commands need the base packages only; whatever needs more names the extra that brings it."""

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from skillc.runtime.cli.extras import EXTRAS

pytestmark = pytest.mark.slow

COMMANDS = (
    ("check", "apple.yaml"),
    ("fmt", "--check", "apple.yaml"),
    ("diff", "apple.yaml", "peach.yaml"),
    ("explain", "SK401"),
    ("explain", "retarget"),
    ("explain", "video2sim2real"),
    ("explain", "apple.yaml", "rewards"),
    ("plan", "apple.yaml"),
    ("init", "cup.yaml"),
    ("--help",),
    ("explain", "--help"),
    ("estimators", "list"),
)

ONLY_BASE = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {modules!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Refuse())
from skillc.compiler.cli.main import main
main()
"""


def project_table(project: Path) -> dict:
    return tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture
def place(project: Path, tmp_path: Path) -> Path:
    for name in ("apple", "peach"):
        (tmp_path / f"{name}.yaml").write_bytes((project / "specs" / "skills" / f"{name}.yaml").read_bytes())
    (tmp_path / "apple.mp4").touch()
    return tmp_path


def without_extras(place: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    refused = {module for extra in EXTRAS.values() for module in extra.modules} | {"jsonschema", "pint"}
    program = ONLY_BASE.format(modules=refused)
    return subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False, cwd=place
    )


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_the_languages_commands_run_without_the_extras(arguments: tuple[str, ...], place: Path) -> None:
    done = without_extras(place, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("arguments", [("build", "apple.yaml"), ("run", "."), ("eval", "."), ("view", ".")])
def test_what_needs_more_names_the_extra(arguments: tuple[str, ...], place: Path) -> None:
    done = without_extras(place, *arguments)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "which is not installed" in done.stderr and "pip install 'skillc[build]'" in done.stderr
    assert "Traceback" not in done.stderr and "internal" not in done.stderr


def test_the_extras_are_those_of_the_package(project: Path) -> None:
    declared = project_table(project)["optional-dependencies"]
    assert set(EXTRAS) == set(declared) - {"dev", "peers"}, "what benchmarks compare with is no extra of a command"
    owners = importlib.metadata.packages_distributions()
    for name, extra in EXTRAS.items():
        wanted = {re.split(r"[^A-Za-z0-9._-]", one)[0].lower() for one in declared[name]} - {"skillc"}
        assert len(wanted) == len(extra.modules)
        for module in extra.modules:
            found = {owner.lower().replace("_", "-") for owner in owners.get(module, [])}
            assert not found or found & wanted, f"{module} is no module of the extra {name}"


def test_the_base_installation_is_what_the_language_needs(project: Path) -> None:
    names = {re.split(r"[^A-Za-z0-9._-]", one)[0] for one in project_table(project)["dependencies"]}
    assert names == {"typer", "rich", "pyyaml", "jinja2", "numpy"}


@pytest.mark.slow
def test_the_wheel_works_beside_the_base_packages_alone(project: Path, place: Path) -> None:
    def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
        environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
        return subprocess.run(
            [str(c) for c in command], capture_output=True, text=True, check=False, cwd=place, env=environment
        )

    # A copy: setuptools leaves folders beside what it builds.
    ignored = shutil.ignore_patterns(".*", "build", "dist", "tests", "*.egg-info", "__pycache__")
    source = shutil.copytree(project, place / "source", ignore=ignored)
    built = run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", place / "dist", source)
    assert built.returncode == 0, built.stdout[-2000:] + built.stderr[-2000:]
    run(sys.executable, "-m", "venv", place / "venv")
    pip = (place / "venv" / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    base = run(*pip, "-c", project / "constraints.txt", *project_table(project)["dependencies"])
    assert base.returncode == 0, base.stderr
    (wheel,) = (place / "dist").glob("*.whl")
    assert run(*pip, "--no-deps", wheel).returncode == 0
    for arguments in COMMANDS:
        (place / "cup.yaml").unlink(missing_ok=True)
        done = run(place / "venv" / "bin" / "skillc", *arguments)
        assert done.returncode == 0, (arguments, done.stdout, done.stderr)
    assert "pip install 'skillc[build]'" in run(place / "venv" / "bin" / "skillc", "build", "apple.yaml").stderr


def test_the_hooks_and_the_action_install_no_extras(project: Path) -> None:
    hooks = (project / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    assert "additional_dependencies" not in hooks and "skillc[" not in hooks
    installs = re.findall(r"pip install.*", (project / "action.yml").read_text(encoding="utf-8"))
    assert installs == ['pip install --quiet "$ACTION"']
