"""A robot beside the spec through the engine: copied with its mesh, and run again when the mesh changes."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import trimesh

from skillc.compiler.check.open_job import open_job
from skillc.compiler.plan.build import Built, StageFailed, build
from skillc.compiler.plan.progress import Silent

SPEC = """\
skill: lift-it
language: 1
summary: Lift it.
cameras: {main: {model: realsense_d455}}
scene: {objects: {it: {role: manipulated}}}
task: {type: lift}
hardware: robots/my_arm
method: video2sim2real
deploy: {on_fault: {else: hold}}
"""


@pytest.fixture
def place(tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("SKILLC_CACHE", raising=False)
    folder = tmp_path / "robots" / "my_arm"
    shutil.copytree(project / "specs" / "hardware" / "kinova_gen3_leap", folder)
    (tmp_path / "spec.yaml").write_text(SPEC)
    profile = folder / "profile.yaml"
    profile.write_text(profile.read_text().replace("name: kinova_gen3_leap", "name: my_arm", 1))
    model = folder / "robot.xml"
    added = '<asset><mesh name="cover" file="meshes/cover.obj"/></asset><worldbody>'
    model.write_text(model.read_text().replace("<worldbody>", added, 1))
    (folder / "meshes").mkdir()
    cover(folder, 0.05)
    return tmp_path


def cover(folder: Path, side: float) -> None:
    trimesh.creation.box(extents=np.full(3, side)).export(folder / "meshes" / "cover.obj")


def built(place: Path) -> Built:
    job, _ = open_job(place / "spec.yaml", out=None, data=None, last="robot")
    return build(job, Silent())


def test_the_model_and_its_meshes_are_part_of_the_build(place: Path) -> None:
    result = built(place)
    robot = place / "build" / "lift-it" / "robot"
    assert sorted(p.relative_to(robot).as_posix() for p in robot.rglob("*") if p.is_file()) == [
        "meshes/cover.obj",
        "profile.json",
        "robot.xml",
    ]
    assert list(result.inputs) == ["robots/my_arm"]
    assert built(place).reused == ["robot"]
    cover(place / "robots" / "my_arm", 0.06)
    assert built(place).ran == ["robot"]


def test_a_model_that_breaks_after_the_check_stops_its_stage(place: Path) -> None:
    job, _ = open_job(place / "spec.yaml", out=None, data=None, last="robot")
    (place / "robots" / "my_arm" / "meshes" / "cover.obj").unlink()
    with pytest.raises(StageFailed) as failure:
        build(job, Silent())
    assert (failure.value.error.code, failure.value.error.path) == ("SK875", "hardware")
    assert not (place / "build" / "lift-it").exists()
