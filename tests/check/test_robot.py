"""A robot of the user's own: the shipped profile under another name, whole and broken."""

import shutil
from pathlib import Path

import pytest

from skillc.compiler.check.check import check_file
from skillc.compiler.source.diagnostic import Diagnostic

SPEC = """\
skill: lift-it
language: 1
summary: Lift it.
cameras: {main: {model: realsense_d455, calibration: {tag: tagStandard41h12, id: 0, size: 53.3 mm}}}
scene: {objects: {it: {role: manipulated}}}
task: {type: lift}
hardware: robots/my_arm
method: video2sim2real
deploy: {on_fault: {else: hold}}
"""
HARDWARE_LINE = 7


@pytest.fixture
def place(tmp_path: Path, project: Path) -> Path:
    folder = tmp_path / "robots" / "my_arm"
    folder.parent.mkdir()
    shutil.copytree(project / "specs" / "hardware" / "kinova_gen3_leap", folder)
    (tmp_path / "spec.yaml").write_text(SPEC)
    edit(folder / "profile.yaml", "name: kinova_gen3_leap", "name: my_arm")
    return tmp_path


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def errors(place: Path, data: Path | None = None) -> list[Diagnostic]:
    found = [d for d in check_file(place / "spec.yaml", data=data).diagnostics if d.severity == "error"]
    assert all(d.spans[0].line == HARDWARE_LINE and d.path == "hardware" for d in found), found
    return found


def test_a_robot_beside_the_spec_is_resolved_with_its_own_name(place: Path) -> None:
    checked = check_file(place / "spec.yaml")
    assert [d.code for d in checked.diagnostics] == ["SK801"] and checked.resolved is not None  # no recording named
    hardware = checked.resolved.section("hardware")
    assert (hardware["name"], hardware["folder"], len(hardware["joints"])) == ("my_arm", "robots/my_arm", 23)
    assert checked.resolved.origins["hardware.joints.joint_1.speed"][-1].file == "robots/my_arm/profile.yaml"


def test_it_may_lie_in_a_data_folder(place: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    data = tmp_path_factory.mktemp("data")
    shutil.move(place / "robots", data / "robots")
    assert [d.code for d in errors(place)] == ["SK310"]
    assert errors(place, data) == []


def test_the_spec_may_lower_its_limits(place: Path) -> None:
    edit(place / "spec.yaml", "robots/my_arm", "{extends: robots/my_arm, limits: {joint_speed: 10 deg/s}}")
    checked = check_file(place / "spec.yaml")
    assert checked.resolved is not None
    assert all(joint["speed"] < 0.18 for joint in checked.resolved.section("hardware")["joints"])


@pytest.mark.parametrize("name", ["../my_arm", "/opt/my_arm", "robots/../../my_arm"])
def test_its_folder_is_below_the_spec(place: Path, name: str) -> None:
    edit(place / "spec.yaml", "robots/my_arm", name)
    assert "SK305" in [d.code for d in errors(place)]


def test_everything_a_profile_lacks_is_named(place: Path) -> None:
    profile = place / "robots" / "my_arm" / "profile.yaml"
    edit(profile, "palm_site: {value: palm", "palm_sit: {value: palm")
    text = profile.read_text().splitlines()
    first_speed = next(i for i, line in enumerate(text) if line.strip().startswith("speed:"))
    profile.write_text("\n".join(text[:first_speed] + text[first_speed + 1 :]))
    told = [d.summary for d in errors(place)]
    assert any("`palm_site` is missing" in summary for summary in told)
    assert any("unknown key `palm_sit`" in summary for summary in told)
    assert any("`speed` is missing in `joint_1`" in summary for summary in told)


def test_numbers_left_open_are_told(place: Path) -> None:
    profile = place / "robots" / "my_arm" / "profile.yaml"
    edit(profile, "{value: 1000.0, source: ", "{value: null, source: 'lost: no data sheet'} #")
    assert any("rate_hz" in d.summary + d.detail for d in errors(place))


def test_a_joint_the_model_lacks(place: Path) -> None:
    edit(place / "robots" / "my_arm" / "robot.xml", 'joint name="joint_3"', 'joint name="joint_x"')
    found = errors(place)
    assert [d.code for d in found] == ["SK883"] and "'joint_3'" in found[0].summary


def test_a_site_the_model_lacks(place: Path) -> None:
    edit(place / "robots" / "my_arm" / "profile.yaml", "tip_site: index_tip", "tip_site: pointer")
    (found,) = errors(place)
    assert found.code == "SK887" and "fingers.index.tip_site" in found.summary and "index_tip" in found.hint


def test_a_range_upside_down(place: Path) -> None:
    edit(place / "robots" / "my_arm" / "profile.yaml", "lower: {value: -2.24", "lower: {value: 3.0")
    (found,) = errors(place)
    assert found.code == "SK878" and "'joint_2'" in found.summary and "profile.yaml" in found.summary


@pytest.mark.parametrize(("file", "code"), [("arm.stl", "SK875"), ("../arm.stl", "SK873"), ("/arm.stl", "SK873")])
def test_a_mesh_that_is_not_there_or_elsewhere(place: Path, file: str, code: str) -> None:
    model = place / "robots" / "my_arm" / "robot.xml"
    edit(model, "<worldbody>", f'<asset><mesh name="m" file="{file}"/></asset><worldbody>')
    (found,) = errors(place)
    assert found.code == code and "robot.xml:" in found.summary


def test_a_model_elsewhere(place: Path) -> None:
    edit(place / "robots" / "my_arm" / "profile.yaml", "mjcf: robot.xml", "mjcf: ../robot.xml")
    assert [d.code for d in errors(place)] == ["SK873"]


def test_a_profile_that_is_no_yaml(place: Path) -> None:
    edit(place / "robots" / "my_arm" / "profile.yaml", "mjcf: robot.xml", "mjcf: robot.xml\nmjcf: other.xml")
    (found,) = errors(place)
    assert "profile.yaml" in found.summary and found.spans[1].file == "robots/my_arm/profile.yaml"
