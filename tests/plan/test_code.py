"""Which source files a stage depends on."""

from pathlib import Path

import pytest

from skillc.compiler.pipeline.catalog import stages
from skillc.compiler.plan.code import code_digests, library_versions


def test_what_a_module_imports_belongs_to_its_code() -> None:
    found = code_digests(("skillc.compiler.stages.deploy.machine",))
    assert {"compiler/stages/deploy/machine.py", "compiler/emit/machine.py", "runtime/formats/machine.py"} <= set(found)
    assert not any(name.startswith("compiler/plan/") for name in found), "the engine moves data, it makes none"


def test_a_package_stands_for_all_its_files(project: Path) -> None:
    found = code_digests(("skillc.runtime.geometry",))
    files = {f"runtime/geometry/{p.name}" for p in (project / "runtime" / "geometry").glob("*.py")}
    assert files <= set(found)


def test_a_module_that_does_not_exist_is_named() -> None:
    with pytest.raises(ModuleNotFoundError, match=r"skillc\.runtime\.nothing"):
        code_digests(("skillc.runtime.nothing",))


def test_libraries_are_those_the_code_imports() -> None:
    assert "numpy" in library_versions(("skillc.runtime.geometry.se3",))
    assert "mujoco" not in library_versions(("skillc.runtime.geometry.se3",))


@pytest.mark.parametrize("stage", stages(), ids=lambda s: s.name)
def test_every_stage_names_code_that_exists_and_includes_its_own_file(stage) -> None:
    assert any(
        name.startswith("compiler/stages/") and name.endswith(f"/{stage.name}.py") for name in code_digests(stage.code)
    )
