"""Robot models and meshes in a build are somebody else's until they are checked (SK766, SK774)."""

import json
import time
from pathlib import Path

import pytest

from skillc.runtime.bundle import models
from skillc.runtime.robot.model_fault import ModelFault
from tests.bundle.edited_build import copied, refused, with_field

ROBOT = "robot/robot.xml"
BOX = "v 0 0 0\nv .1 0 0\nv 0 .1 0\nv 0 0 .1\nf 1 3 2\nf 1 2 4\nf 2 3 4\nf 1 4 3\n"
HOSTILE = {
    '<replicate count="100000000"><geom size="1"/></replicate>': "SK885",
    '<replicate count="9000"><replicate count="9000"><geom size="1"/></replicate></replicate>': "SK885",
    '<include file="/etc/passwd"/>': "SK873",
    '<include file="robot.xml"/>': "SK872",
    '<geom type="mesh" size="nan"/>': "SK879",
}


def spoil(build: Path, file: str, old: str, new: str) -> None:
    text = (build / file).read_text(encoding="utf-8")
    assert old in text
    (build / file).write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(("xml", "code"), HOSTILE.items())
def test_a_hostile_robot_model_is_refused_in_time(small_build: Path, tmp_path: Path, xml: str, code: str) -> None:
    build = copied(small_build, tmp_path)
    spoil(build, ROBOT, "<worldbody>", f"<worldbody>{xml}")
    started = time.monotonic()
    told = refused(build)
    assert "robot/robot.xml:" in told and f"SK766: {code}: " in told
    assert time.monotonic() - started < 2


def test_entities_that_unfold_without_end_are_refused(small_build: Path, tmp_path: Path) -> None:
    build = copied(small_build, tmp_path)
    lines = "".join(f'<!ENTITY e{i + 1} "&e{i};&e{i};">' for i in range(60))
    text = f'<!DOCTYPE r [<!ENTITY e0 "ha">{lines}]>' + (build / ROBOT).read_text(encoding="utf-8")
    (build / ROBOT).write_text(text, encoding="utf-8")
    assert "SK766: SK871: " in refused(build)


def test_a_profile_whose_joints_the_model_lacks_is_refused(small_build: Path, tmp_path: Path) -> None:
    build = copied(small_build, tmp_path)
    spoil(build, ROBOT, 'name="joint_1"', 'name="joint_one"')
    assert "SK766: SK883: no joint is called 'joint_1'" in refused(build)


def with_mesh(build: Path, file: str, content: str = BOX) -> None:
    with_field(build, "twin/twin.json", ("objects", 0, "shape"), {"kind": "mesh", "mesh": None, "parts": [file]})
    (build / "twin" / "meshes").mkdir()
    (build / "twin" / "meshes" / "box.obj").write_text(content, encoding="utf-8")


def test_a_mesh_of_an_object_is_read_from_memory_and_checked(small_build: Path, tmp_path: Path) -> None:
    build = copied(small_build, tmp_path)
    with_mesh(build, "meshes/box.obj")
    models_load(build)
    (build / "twin" / "meshes" / "box.obj").write_text(BOX.replace("v .1", "v nan"), encoding="utf-8")
    assert refused(build).startswith("twin/meshes/box.obj: SK766: SK893: ")


def models_load(build: Path) -> None:
    from skillc.runtime.bundle.load import load

    load(build, locked=False)


@pytest.mark.parametrize("file", ["../../box.obj", "/etc/passwd", "meshes/gone.obj", "meshes/box.stl", "C:/box.obj"])
def test_a_mesh_that_does_not_lie_beside_its_twin_is_refused(small_build: Path, tmp_path: Path, file: str) -> None:
    build = copied(small_build, tmp_path)
    with_mesh(build, file)
    assert "twin/twin.json: SK766: objects.box.shape: names" in refused(build)


def test_what_the_simulator_does_not_compile_is_refused(small_build: Path, tmp_path: Path) -> None:
    build = copied(small_build, tmp_path)
    # The name of a body of the robot: sound by itself, and one too many in the world.
    spoil(build, ROBOT, "<worldbody>", '<worldbody><geom name="table" type="box" size="1 1 1"/>')
    assert "SK774: its world does not compile: " in refused(build)


def test_what_the_simulator_compiles_is_looked_at_again(
    small_build: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault = ModelFault(code="SK879", summary="the compiled model's qpos0 is not finite", file="world")
    monkeypatch.setattr(models, "compiled_faults", lambda model, file: [fault])
    assert "SK774: the compiled world: SK879: " in refused(copied(small_build, tmp_path))


def test_a_profile_field_that_is_no_robot_is_refused(small_build: Path, tmp_path: Path) -> None:
    build = copied(small_build, tmp_path)
    body = json.loads((build / "robot" / "profile.json").read_text())
    body["mjcf"] = "../../../etc/passwd"
    (build / "robot" / "profile.json").write_text(json.dumps(body))
    assert "SK766: SK873: " in refused(build)
