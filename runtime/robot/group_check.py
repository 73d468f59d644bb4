"""Whether a robot's groups share out its joints, and its hands are among the groups.

Imports neither numpy nor MuJoCo: `check` asks it of every robot, a shipped one with changed settings too.
"""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from skillc.runtime.formats.joint_groups import ALL
from skillc.runtime.robot.model_fault import ModelFault

PROFILE = "profile.yaml"


def check_groups(
    joints: Sequence[str], groups: Sequence[Mapping[str, Any]], hands: Sequence[Mapping[str, Any]]
) -> Iterator[ModelFault]:
    """Yield every fault: joints in no group, in two, unknown or out of order (SK612), hands without groups (SK616).

    Args:
        joints: every joint of the robot in driver order.
        groups: rows with `name` and `joints`.
        hands: rows with `name`, `group`, `arm` and `fingers`, whose rows have `name` and `joints`.
    """
    members = {group["name"]: tuple(group["joints"]) for group in groups}
    owner: dict[str, str] = {}
    if ALL in members:
        yield _fault("SK612", f"a group is called {ALL}, which a policy says for every joint")
    for name, own in members.items():
        for joint in own:
            if joint not in joints:
                yield _fault("SK612", f"group {name} names the joint {joint!r}, which the robot has not", joint, joints)
            elif joint in owner:
                twice = "twice" if owner[joint] == name else f"and in group {owner[joint]}"
                yield _fault("SK612", f"joint {joint!r} is in group {name} {twice}; expected one group a joint")
            owner.setdefault(joint, name)
        known = [joint for joint in own if joint in joints]
        if known != sorted(known, key=list(joints).index):
            yield _fault("SK612", f"the joints of group {name} are not in the order of `joints`, the drivers'")
        if not own:
            yield _fault("SK612", f"group {name} has no joints")
    for joint in joints:
        if joint not in owner:
            yield _fault("SK612", f"joint {joint!r} is in no group; expected every joint in one")
    for hand in hands:
        yield from _hand(hand, members)
    for name in {hand["group"] for hand in hands if [h["group"] for h in hands].count(hand["group"]) > 1}:
        yield _fault("SK616", f"two hands are the group {name}")


def _hand(hand: Mapping[str, Any], members: Mapping[str, tuple[str, ...]]) -> Iterator[ModelFault]:
    name = hand["name"]
    for key in ("group", "arm"):
        wanted = hand[key]
        if wanted is not None and wanted not in members:
            summary = f"hand {name}: {key} is {wanted!r}, which is no group of the robot"
            yield _fault("SK616", summary, wanted, tuple(members))
    if hand["group"] == hand["arm"]:
        yield _fault("SK616", f"hand {name} is carried by its own group {hand['group']}")
    own = members.get(hand["group"])
    for finger in hand["fingers"]:
        for joint in finger["joints"]:
            if own is not None and joint not in own:
                summary = f"hand {name}: finger {finger['name']} has the joint {joint!r}, which is none of group"
                yield _fault("SK616", f"{summary} {hand['group']}", joint, own)


def _fault(code: str, summary: str, written: str = "", known: Sequence[str] = ()) -> ModelFault:
    near = get_close_matches(written, known, n=1)
    hint = f"write {near[0]}" if near else f"there are {', '.join(known[:30])}" if known else ""
    return ModelFault(code=code, summary=summary, file=PROFILE, hint=hint)
