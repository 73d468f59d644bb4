"""A build folder is read once and compared with its lock; what its build did not make is refused or named."""

import json
import os
import shutil
from pathlib import Path

import pytest

from skillc.runtime.bundle.fault import BundleFault
from skillc.runtime.bundle.folder import read_folder
from skillc.runtime.bundle.members import MOST_BYTES
from skillc.runtime.evaluate.skill import Skill
from skillc.runtime.sim.world import compile_world


@pytest.fixture
def build(small_build: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(small_build, tmp_path / "build"))


def refused(build: Path, *, locked: bool = True) -> str:
    with pytest.raises(BundleFault) as caught:
        Skill.load(build, locked=locked)
    return str(caught.value)


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_build_as_it_was_made_loads(build: Path) -> None:
    assert Skill.load(build, locked=True).contents.edited == ()


def test_a_run_refuses_an_edited_limit_and_others_are_told(build: Path) -> None:
    edit(build / "contract.json", '"contact_force_n": 20.0', '"contact_force_n": 25.0')
    assert refused(build).startswith(f"{build}/contract.json: SK762: ")
    assert Skill.load(build).contents.edited == ("contract.json",)


def test_a_run_refuses_an_edited_condition_of_success(build: Path) -> None:
    body = json.loads((build / "objective.json").read_text())
    body["success"]["final_offset"]["value"] = 100.0
    (build / "objective.json").write_text(json.dumps(body))
    assert "objective.json: SK762" in refused(build)


def test_added_and_missing_files_are_edits_and_all_are_named(build: Path) -> None:
    (build / "robot" / "more.xml").write_text("<mujoco/>")
    (build / "calibration.json").unlink()
    assert Skill.load(build).contents.edited == ("calibration.json", "robot/more.xml")
    assert "1 more: robot/more.xml" in refused(build)


def test_without_its_lock_nothing_vouches_for_a_build(build: Path) -> None:
    (build / "skill.lock").unlink()
    assert "skill.lock" in Skill.load(build).contents.edited
    assert "SK762" in refused(build)


@pytest.mark.parametrize("text", ["", "[]", '{"format": "skillc.lock"}', "[" * 200_000])
def test_a_damaged_lock_is_named(build: Path, text: str) -> None:
    (build / "skill.lock").write_text(text)
    assert "skill.lock: SK761: " in refused(build, locked=False)


def test_a_damaged_field_is_named_with_its_file(build: Path) -> None:
    edit(build / "contract.json", '"contact_force_n": 20.0', '"contact_force_n": null')
    said = refused(build, locked=False)
    assert said.startswith(f"{build}/contract.json: SK761: safety.contact_force_n: expected a number, found None")


def test_a_missing_number_of_the_protocol_is_named(build: Path) -> None:
    edit(build / "objective.json", '"rollouts"', '"rolls"')
    assert "objective.json: SK761: method.protocol: missing field 'rollouts'" in refused(build, locked=False)


def test_pipes_devices_and_files_without_end_are_not_read(build: Path) -> None:
    os.mkfifo(build / "robot" / "pipe.xml")
    assert "pipe.xml: SK760: is no regular file" in refused(build)
    (build / "robot" / "pipe.xml").unlink()
    (build / "robot" / "zero.xml").symlink_to("/dev/zero")
    assert "zero.xml: SK760: is no regular file" in refused(build)
    (build / "robot" / "zero.xml").unlink()
    (build / "robot" / "gone.xml").symlink_to("nowhere")
    assert "gone.xml: SK760: cannot be read" in refused(build)
    (build / "robot" / "gone.xml").unlink()
    with (build / "calibration.json").open("wb") as file:
        file.truncate(MOST_BYTES[".json"] + 1)
    assert "calibration.json: SK760: is larger than" in refused(build)


def test_a_folder_with_endless_files_is_refused(build: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skillc.runtime.bundle.folder.MOST_FILES", 20)
    for i in range(30):
        (build / "robot" / f"{i}.xml").touch()
    assert "SK760: holds more than 20 files" in refused(build)
    monkeypatch.setattr("skillc.runtime.bundle.folder.MOST_FILES", 1000)
    monkeypatch.setattr("skillc.runtime.bundle.folder.MOST_TOTAL_BYTES", 1000)
    assert "SK760: holds more than 1000 bytes" in refused(build)


def test_what_changes_after_loading_changes_nothing(build: Path) -> None:
    skill = Skill.load(build, locked=True)
    shutil.rmtree(build)
    world = compile_world(
        twin=skill.twin, twin_folder=skill.files / "twin", profile=skill.profile, robot_folder=skill.files / "robot",
        T_table_robot=skill.contract.T_table_robot, physics=skill.environment.physics,
    )  # fmt: skip
    assert len(world.joint_qpos) == len(skill.contract.joints)


def test_only_what_the_runtime_needs_is_read(build: Path) -> None:
    names = set(read_folder(build).files.members)
    assert "resolved.yaml" not in names and not any(name.endswith((".py", ".yaml", ".urdf")) for name in names)
    assert {"robot/robot.xml", "twin/twin.json", "contract.json", "calibration.json"} <= names
