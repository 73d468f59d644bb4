"""Groups share out a robot's joints, and its hands are among them."""

import pytest

from skillc.runtime.robot.group_check import check_groups

JOINTS = ("a1", "a2", "h1", "h2")
GROUPS = {"arm": ["a1", "a2"], "hand": ["h1", "h2"]}
HAND = {"name": "right", "group": "hand", "arm": "arm", "fingers": [{"name": "thumb", "joints": ["h1"]}]}


def faults(groups: dict[str, list[str]], *hands: dict[str, object]) -> list[tuple[str, str, str]]:
    rows = [{"name": name, "joints": joints} for name, joints in groups.items()]
    return [(f.code, f.summary, f.hint) for f in check_groups(JOINTS, rows, hands or (HAND,))]


def test_groups_that_share_out_the_joints_are_sound() -> None:
    assert faults(GROUPS) == []
    assert faults({"hand": ["h1", "h2"], "shoulder": ["a1"], "arm": ["a2"]}) == [], "in any order, any number"


@pytest.mark.parametrize(
    ("groups", "said"),
    [
        ({"arm": ["a1", "a2"], "hand": ["h1"]}, "'h2' is in no group"),
        ({"arm": ["a1", "a2", "h1"], "hand": ["h1", "h2"]}, "'h1' is in group hand and in group arm"),
        ({"arm": ["a1", "a2", "a2"], "hand": ["h1", "h2"]}, "'a2' is in group arm twice"),
        ({"arm": ["a1", "a2", "a3"], "hand": ["h1", "h2"]}, "group arm names the joint 'a3', which the robot has not"),
        ({"arm": ["a2", "a1"], "hand": ["h1", "h2"]}, "group arm are not in the order of `joints`"),
        ({**GROUPS, "torso": []}, "group torso has no joints"),
        ({"all": ["a1", "a2"], "hand": ["h1", "h2"]}, "a group is called all"),
    ],
)
def test_every_joint_is_in_one_group_in_the_drivers_order(groups: dict[str, list[str]], said: str) -> None:
    found = [(code, summary) for code, summary, _ in faults(groups) if code == "SK612"]
    assert len(found) == 1 and said in found[0][1]


def test_an_unknown_joint_is_told_with_the_nearest() -> None:
    assert [hint for _, _, hint in faults({"arm": ["a1", "a2", "h11"], "hand": ["h1", "h2"]})] == ["write h1"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"group": "hnad"}, "group is 'hnad', which is no group"),
        ({"arm": "left_arm"}, "arm is 'left_arm', which is no group"),
        ({"arm": "hand"}, "carried by its own group"),
        ({"fingers": [{"name": "thumb", "joints": ["a1"]}]}, "finger thumb has the joint 'a1', which is none of group"),
    ],
)
def test_a_hand_is_a_group_carried_by_another(change: dict[str, object], said: str) -> None:
    found = faults(GROUPS, {**HAND, **change})
    assert [code for code, _, _ in found] == ["SK616"] and said in found[0][1]


def test_two_hands_are_two_groups() -> None:
    found = faults(GROUPS, HAND, {**HAND, "name": "left"})
    assert [(code, summary) for code, summary, _ in found] == [("SK616", "two hands are the group hand")]
