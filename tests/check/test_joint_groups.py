"""What a spec says about groups of joints is compared with its robot's."""

from pathlib import Path

import pytest

from skillc.compiler.check.check import check_file
from skillc.compiler.source.diagnostic import Diagnostic
from tests.two_arms import NAME, write_robot

SPEC = """\
skill: example
language: 1
cameras: {main: {model: realsense_d455, calibration: {tag: tagStandard41h12, id: 0, size: 53.3 mm}}}
scene: {objects: {apple: {role: manipulated}}}
task: {type: lift}
hardware: kinova_gen3_leap
method: residual_rl
deploy: {on_fault: {else: hold}}
"""
HARDWARE_LINE = 6


def errors(folder: Path, text: str) -> list[Diagnostic]:
    (folder / "spec.yaml").write_text(text, encoding="utf-8")
    return [d for d in check_file(folder / "spec.yaml").diagnostics if d.severity == "error"]


def acting(groups: str) -> str:
    return SPEC + f"policies: {{residual: {{act: {{{groups}: {{kind: residual, limit: 0.06 rad}}}}}}}}\n"


@pytest.mark.parametrize("group", ["arm", "hand"])
def test_a_policy_commands_groups_of_the_robot(tmp_path: Path, group: str) -> None:
    assert errors(tmp_path, acting(group)) == []


@pytest.mark.parametrize(
    ("group", "hint"),
    [("hnad", "did you mean `hand`?"), ("left_arm", "name arm or hand"), ("legs", "name arm or hand")],
)
def test_an_unknown_group_is_refused_with_the_nearest_name_and_the_list(tmp_path: Path, group: str, hint: str) -> None:
    (found,) = errors(tmp_path, acting(group))
    assert (found.code, found.spans[0].line) == ("SK605", 9)
    assert hint in found.hint and "arm, hand" in found.detail


@pytest.mark.parametrize(("group", "codes"), [("hand", []), ("hnad", ["SK605"])])
def test_a_policy_observes_groups_of_the_robot(tmp_path: Path, group: str, codes: list[str]) -> None:
    text = SPEC + f"policies: {{residual: {{observe: [{{term: joint_position, group: {group}}}]}}}}\n"
    assert [(d.code, d.spans[0].line) for d in errors(tmp_path, text)] == [(code, 9) for code in codes]


def test_a_robot_without_a_model_knows_the_usual_groups(tmp_path: Path) -> None:
    text = SPEC.replace("kinova_gen3_leap", "fourier_gr1").replace("residual_rl", "humanoid_recipe")
    for group, codes in (("left_arm", []), ("left_am", ["SK605"])):
        (tmp_path / "spec.yaml").write_text(
            text + f"policies: {{own: {{algorithm: ppo, act: {{{group}: {{kind: absolute}}}}}}}}\n"
        )
        found = [d for d in check_file(tmp_path / "spec.yaml", draft=True).diagnostics if d.code == "SK605"]
        assert [d.code for d in found] == codes


def test_a_method_for_one_arm_with_one_hand_refuses_two_arms(tmp_path: Path) -> None:
    write_robot(tmp_path)
    (found,) = errors(tmp_path, SPEC.replace("kinova_gen3_leap", f"robots/{NAME}"))
    assert (found.code, found.spans[0].line) == ("SK611", HARDWARE_LINE)
    assert "base is floating" in found.summary


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        ("torso: [waist]", "torso: [wiast]", "SK612", "'wiast'"),
        ("torso: [waist]", "torso: [waist, left_elbow]", "SK612", "'left_elbow'"),
        ("group: left_hand", "group: left_hnad", "SK616", "'left_hnad'"),
        ("base: floating", "base: fixed", "SK611", "2 hands: left, right"),
        ("base_body: pelvis", "base_body: chest", "SK617", "chest"),
    ],
)
def test_a_wrong_profile_is_refused_at_the_line_that_names_the_robot(
    tmp_path: Path, old: str, new: str, code: str, said: str
) -> None:
    profile = write_robot(tmp_path) / "profile.yaml"
    text = profile.read_text()
    assert old in text
    profile.write_text(text.replace(old, new, 1))
    found = errors(tmp_path, SPEC.replace("kinova_gen3_leap", f"robots/{NAME}"))
    assert {d.spans[0].line for d in found} == {HARDWARE_LINE}
    assert any(d.code == code and said in d.summary for d in found), found


@pytest.mark.parametrize(
    ("changes", "code", "said"),
    [
        ("groups: 5", "SK230", "hardware.groups"),
        ("groups: {arm: 5}", "SK410", "hardware.groups.arm"),
        ("groups: {arm: [joint_2, joint_1]}", "SK607", "`arm`"),
        ("hands: {right: 7}", "SK230", "hardware.hands.right"),
        ("hands: {right: {arm: arms}}", "SK616", "'arms'"),
        ("hands: {right: {body: hnad}}", "SK887", "'hnad'"),
        ("hands: {right: {palm_site: plam}}", "SK887", "'plam'"),
        ("base_body: nobody", "SK887", "'nobody'"),
        ("base: flaoting", "SK887", "'flaoting'"),
        ("base: floating", "SK611", "floating"),
        ("joints: {joint_1: 5}", "SK203", "joint_1"),
        ("name: xarm6_leap", "SK312", "hardware.name"),
        ("mjcf: other.xml", "SK312", "hardware.mjcf"),
        (f"mjcf: {'x' * 300}", "SK312", "hardware.mjcf"),
        ("folder: /etc", "SK312", "hardware.folder"),
    ],
)
def test_changed_parts_of_a_shipped_robot_are_compared_with_its_model(
    tmp_path: Path, changes: str, code: str, said: str
) -> None:
    (found,) = errors(tmp_path, SPEC.replace("kinova_gen3_leap", f"{{extends: kinova_gen3_leap, {changes}}}"))
    assert (found.code, found.spans[0].line) == (code, HARDWARE_LINE) and said in found.summary


def test_a_robot_keeps_its_parts_where_the_spec_says_them_again(tmp_path: Path) -> None:
    again = "{extends: kinova_gen3_leap, base: fixed, hands: {right: {body: hand}}, limits: {joint_speed: 30 deg/s}}"
    assert errors(tmp_path, SPEC.replace("kinova_gen3_leap", again)) == []
