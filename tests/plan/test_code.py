"""Which source files a stage depends on."""

from pathlib import Path

import pytest

from skillc.compiler.pipeline.catalog import stages
from skillc.compiler.plan import code
from skillc.compiler.plan.code import code_digests, library_versions
from skillc.compiler.plan.ingredients import gather


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


def runs(name: str) -> set[str]:
    """Return the files behind a stage."""
    return set(code_digests(next(s for s in stages() if s.name == name).code))


ASKED = {
    "landmarks": {"mediapipe_hands", "hamer_hands", "wilor_hands", "mano_answer"},
    "scene": {"sam_masks", "gemini_names", "scene_answer"},
    "twin": {"sam3d_meshes", "scene_answer"},
    "tracks": {"cotracker_points", "scene_answer"},
    "object_motion": {"foundationpose_poses", "scene_answer"},
}
"""Stage -> the workers it may ask, and what those import."""


@pytest.mark.parametrize("stage", stages(), ids=lambda s: s.name)
def test_a_workers_code_belongs_to_the_stage_that_asks_it_and_to_no_other(stage) -> None:
    workers = {Path(n).stem for n in code_digests(stage.code) if n.startswith("runtime/estimators/workers/")}
    assert workers - {"__init__"} == ASKED.get(stage.name, set())


@pytest.mark.parametrize(
    ("file", "of"),
    [
        ("specs/materials.yaml", {"twin", "grasps", "reference", "objective"}),
        ("templates/environment/env.py.j2", {"environment"}),
    ],
)
def test_data_that_is_read_while_a_stage_runs_belongs_to_its_code(file: str, of: set[str]) -> None:
    assert {s.name for s in stages() if file in code_digests(s.code)} == of


def test_an_edit_of_the_material_table_gives_the_twin_another_fingerprint(monkeypatch: pytest.MonkeyPatch) -> None:
    twin = next(s for s in stages() if s.name == "twin")
    before = gather(twin, {}, {}, {}).fingerprint
    read = code._digest
    monkeypatch.setattr(code, "_digest", lambda path: "edited" if path.name == "materials.yaml" else read(path))
    assert gather(twin, {}, {}, {}).fingerprint != before
