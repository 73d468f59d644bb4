"""`import skillc` offers the few names that docs/python.md lists; their examples run as they are printed."""

import doctest
import inspect
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import skillc
from skillc.compiler.plan import threads

pytestmark = pytest.mark.slow

NAMES = ("build", "check", "environment", "evaluate", "load", "resolve")


@pytest.fixture
def place(project: Path, small_build: Path, tmp_path: Path, monkeypatch) -> Path:
    """A folder with the spec, the broken spec and the build that the examples speak of."""
    shutil.copy(project / "specs" / "skills" / "apple.yaml", tmp_path)
    wrong = project / "tests" / "specs" / "invalid" / "no_unit.yaml"
    (tmp_path / "wrong.yaml").write_bytes(wrong.read_bytes())
    shutil.copytree(small_build, tmp_path / "build" / "lift-a-box")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_importing_it_loads_nothing_else() -> None:
    program = "import sys; before = set(sys.modules); import skillc; print(sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert {name for name in eval(done.stdout) if name.split(".")[0] not in sys.stdlib_module_names} == {"skillc"}


def test_checking_from_python_needs_no_mujoco_and_no_numpy(place: Path) -> None:
    program = "import sys, skillc; skillc.check('apple.yaml'); print({'mujoco', 'numpy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=place)
    assert done.stdout == "set()\n"


@pytest.mark.parametrize("name", NAMES)
def test_the_example_in_its_docstring_runs(name: str, place: Path) -> None:
    if name == "build":
        (place / "apple.mp4").touch()
    public = getattr(skillc, name)
    (example,) = doctest.DocTestFinder(recurse=False).find(public, name, module=False, globs={})
    assert len(example.examples) >= 3
    assert doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(example).failed == 0


def test_the_names_are_listed_and_others_are_attribute_errors() -> None:
    assert set(skillc.__all__) == {*NAMES, "SourceError"} and set(skillc.__all__) <= set(dir(skillc))
    with pytest.raises(AttributeError, match="no attribute 'biuld'"):
        skillc.biuld  # noqa: B018


def test_type_checkers_see_what_is_imported(project: Path) -> None:
    source = (project / "__init__.py").read_text(encoding="utf-8")
    typed = {
        public or own: f"{module}:{own}"
        for module, own, public in re.findall(r"    from skillc\.(\S+) import (\w+)(?: as (\w+))?", source)
        if module
    }
    assert {name: skillc._PLACES[name] for name in typed} == typed and set(typed) == set(skillc.__all__)


@pytest.mark.parametrize("name", NAMES)
def test_the_page_speaks_of_every_name(name: str, project: Path) -> None:
    page = (project / "docs" / "python.md").read_text(encoding="utf-8")
    assert f"| `skillc.{name}` |" in page and f"skillc.{name}(" in page
    assert inspect.getdoc(getattr(skillc, name))


def test_what_is_wrong_with_a_spec_is_raised_with_its_findings(place: Path) -> None:
    for attempt in (skillc.resolve, skillc.build):
        with pytest.raises(skillc.SourceError) as error:
            attempt("wrong.yaml")
        assert "SK401" in [d.code for d in error.value.diagnostics if d.severity == "error"]
    with pytest.raises(skillc.SourceError, match="SK801"):
        skillc.build(place / "apple.yaml")
    (place / "apple.mp4").write_bytes(b"no video")
    with pytest.raises(skillc.SourceError, match="SK8"):
        skillc.build(place / "apple.yaml", until="recording")


def test_truth_belongs_to_its_protocol(place: Path) -> None:
    with pytest.raises(ValueError, match="go together"):
        skillc.evaluate("build/lift-a-box", "truth")
    with pytest.raises(ValueError, match="0 rollouts"):
        skillc.evaluate("build/lift-a-box", n=0)


@pytest.mark.parametrize("first", ["skillc", "numpy, skillc"])
def test_a_build_pins_linear_algebra_or_says_that_it_is_too_late(first: str, place: Path, monkeypatch) -> None:
    (place / "apple.mp4").touch()
    for variable in threads.VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    program = f"import os, {first}; skillc.build('apple.yaml', until='robot'); print(os.environ.get('MKL_NUM_THREADS'))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=place)
    assert (done.stdout, "numpy was imported before" in done.stderr) == (
        ("1\n", False) if first == "skillc" else ("None\n", True)
    )
