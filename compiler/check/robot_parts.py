"""The parts pass: links that carry cameras and hands that act are the robot's.

A robot whose model is not known yet carries cameras at its usual groups, and any hand is believed of it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from functools import cache
from pathlib import Path as FilePath

from skillc.compiler.check.floating_base import check_floating_base
from skillc.compiler.check.joint_groups import DescribedRobot, usual_groups
from skillc.compiler.check.place import Placed
from skillc.compiler.source.diagnostic import Diagnostic
from skillc.compiler.source.tree import Path
from skillc.compiler.validate.nearest import listed

_LINK = re.compile(r'<(?:body|link)\b[^>]*?\bname="([^"]*)"')
_ELSEWHERE = re.compile(r"<(?:include|attach|replicate)\b")
"""Elements that bring links which the file itself does not name."""
_ALIKE = 0.75
"""ours: most links end in `_link`, which makes any two of them alike."""


def check_robot_parts(placed: Placed) -> list[Diagnostic]:
    """Check the links that cameras are mounted on, the hands that are to act, and terms of a base that moves."""
    robot = DescribedRobot.of(placed.resolved.section("hardware"))
    hands = _hands(placed, robot) if robot is not None else ()
    return [*_mounts(placed, robot), *hands, *check_floating_base(placed)]


@cache
def link_names(model: FilePath) -> tuple[str, ...] | None:
    """Return the bodies of an MJCF or the links of a URDF; None where the file does not name them all."""
    if not model.is_file():
        return None
    text = model.read_text(encoding="utf-8", errors="replace")
    return None if _ELSEWHERE.search(text) else tuple(dict.fromkeys(_LINK.findall(text)))


def _mounts(placed: Placed, robot: DescribedRobot | None) -> Iterator[Diagnostic]:
    hardware = placed.resolved.section("hardware")
    known = robot is not None and "mjcf" in hardware
    links = link_names(placed.robot_folder / str(hardware["mjcf"])) if known else tuple(usual_groups())
    for name, camera in placed.resolved.section("cameras").items():
        mount = camera.get("mounted_on") if isinstance(camera, Mapping) else None
        if not isinstance(mount, str) or links is None or mount in links:
            continue
        near = get_close_matches(mount, links, n=1, cutoff=_ALIKE)
        yield placed.error(
            "SK614",
            ("cameras", name, "mounted_on"),
            what=f"{hardware.get('name')} has no link `{mount}` that could carry the camera",
            detail=f"its links: {listed(links)}",
            hint=f"did you mean `{near[0]}`?" if near else "name a link, or delete the key where it stands in the room",
        )


def _hands(placed: Placed, robot: DescribedRobot) -> Iterator[Diagnostic]:
    has = [hand.name for hand in robot.hands]
    written: dict[Path, object] = {("task", "hand"): placed.resolved.section("task").get("hand")}
    goals = placed.resolved.values.get("goals")
    for index, goal in enumerate(goals if isinstance(goals, list) else ()):
        contact = goal.get("contact") if isinstance(goal, Mapping) else None
        if isinstance(contact, Mapping):
            written["goals", index, "contact", "hand"] = contact.get("hand")
    shown = placed.resolved.section("demonstrations").get("hand")
    for path, hand in {**written, ("demonstrations", "hand"): shown}.items():
        lacking = [side for side in (("left", "right") if hand == "both" else (hand,)) if side not in has]
        if hand is None or not lacking:
            continue
        finding = placed.error(
            "SK618",
            path,
            what=f"{robot.name} has no {lacking[0]} hand",
            detail=f"its hands: {listed(has) or 'none'}",
            hint=f"write `hand: {has[0]}`" if len(has) == 1 else "",
        )
        # One hand may show what the other does: retargeting says so and goes on.
        mirrored = path[0] == "demonstrations" and hand != "both" and bool(has)
        yield replace(finding, severity="warning") if mirrored else finding
