"""Cameras and tasks speak of parts that the robot has."""

from pathlib import Path

import pytest

from skillc.compiler.check.check import check_file
from skillc.compiler.check.robot_parts import link_names
from skillc.compiler.source.diagnostic import Diagnostic
from tests.check.test_joint_groups import SPEC
from tests.two_arms import NAME, write_robot


def found(folder: Path, text: str, *codes: str, draft: bool = False) -> list[Diagnostic]:
    (folder / "spec.yaml").write_text(text, encoding="utf-8")
    return [d for d in check_file(folder / "spec.yaml", draft=draft).diagnostics if d.code in codes]


def mounted(link: str) -> str:
    return SPEC.replace("{model: realsense_d455,", f"{{model: realsense_d455, mounted_on: {link},")


@pytest.mark.parametrize(("link", "hint"), [("bracelet", "`bracelet_link`"), ("head_link", "delete the key")])
def test_a_camera_is_carried_by_a_link_of_the_robot(tmp_path: Path, link: str, hint: str) -> None:
    assert found(tmp_path, mounted("bracelet_link"), "SK614") == []
    (told,) = found(tmp_path, mounted(link), "SK614")
    assert told.spans[0].line == 3 and hint in told.hint and "base_link, shoulder_link" in told.detail


def test_a_robot_of_ones_own_is_searched_in_its_own_model(tmp_path: Path) -> None:
    write_robot(tmp_path)
    for link, codes in (("chest", []), ("chets", ["SK614"])):
        text = mounted(link).replace("kinova_gen3_leap", f"robots/{NAME}")
        assert [d.code for d in found(tmp_path, text, "SK614")] == codes


def test_a_robot_without_a_model_carries_cameras_at_its_usual_groups(tmp_path: Path) -> None:
    for link, codes in (("head", []), ("tail", ["SK614"])):
        text = mounted(link).replace("kinova_gen3_leap", "fourier_gr1")
        assert [d.code for d in found(tmp_path, text, "SK614", draft=True)] == codes


def test_links_that_another_file_brings_are_not_denied(tmp_path: Path) -> None:
    (tmp_path / "robot.xml").write_text('<mujoco><include file="arm.xml"/><body name="base"/></mujoco>')
    assert link_names(tmp_path / "robot.xml") is None
    (tmp_path / "robot.urdf").write_text('<robot><link name="base"/><link name="tip"/></robot>')
    assert link_names(tmp_path / "robot.urdf") == ("base", "tip")


@pytest.mark.parametrize(("hand", "lacking"), [("right", None), ("left", "left"), ("both", "left")])
def test_a_task_is_done_with_a_hand_of_the_robot(tmp_path: Path, hand: str, lacking: str | None) -> None:
    told = found(tmp_path, SPEC.replace("{type: lift}", f"{{type: lift, hand: {hand}}}"), "SK618")
    assert [(d.summary, d.severity) for d in told] == (
        [(f"kinova_gen3_leap has no {lacking} hand", "error")] if lacking else []
    )
    goal = f"goals: [{{name: grip, contact: {{hand: {hand}, object: apple}}}}]\n"
    assert len(found(tmp_path, SPEC + goal, "SK618")) == len(told)


def test_two_hands_are_both(tmp_path: Path) -> None:
    write_robot(tmp_path)
    text = SPEC.replace("kinova_gen3_leap", f"robots/{NAME}").replace("{type: lift}", "{type: lift, hand: both}")
    assert found(tmp_path, text, "SK618") == []


@pytest.mark.parametrize(("hand", "severity"), [("left", "warning"), ("both", "error")])
def test_only_one_hand_may_show_what_another_does(tmp_path: Path, hand: str, severity: str) -> None:
    text = SPEC + f"demonstrations: {{recording: apple.mp4, hand: {hand}}}\n"
    assert [d.severity for d in found(tmp_path, text, "SK618")] == [severity]
