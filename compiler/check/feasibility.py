"""The feasibility pass: what no placement and no motion could reach, by interval arithmetic on published numbers.

It only speaks where nothing can work: limits wider than the robot's, distances beyond twice the arm's length, boxes no
camera distance shows whole. What depends on the scene is found by the build stage `feasibility`.
"""

import math
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path as FilePath

from skillc.compiler.check.camera_view import check_camera_view
from skillc.compiler.check.place import Placed
from skillc.compiler.resolve.drawn import everywhere
from skillc.compiler.resolve.resolved import JSON
from skillc.compiler.source.diagnostic import Diagnostic
from skillc.compiler.source.parse_quantity import format_si
from skillc.compiler.source.tree import Path, path_text
from skillc.runtime.formats.joint_groups import ALL

_LIMITS = (
    ("joint_speed", "speed", "angular speed"),
    ("joint_acceleration", "acceleration", "angular acceleration"),
    ("joint_jerk", "jerk", "angular jerk"),
    ("joint_effort", "effort", "torque"),
)
"""Limit of a spec, field of a joint, dimension."""
LENGTHS = ("final_offset", "max_height_above_target")
"""Conditions of success on how far something may be from its place."""
_BODY = re.compile(r'<body\b[^>]*?\bname="([^"]*)"([^>]*?)(/?)>|</body>')
_POSITION = re.compile(r'\bpos="([^"]*)"')


def check_feasibility(placed: Placed) -> list[Diagnostic]:
    """Check limits, reach, picture and rates against the robot's and the camera's numbers."""
    return [
        *_limits(placed),
        *_reach(placed),
        *_pictures(placed),
        *check_camera_view(placed),
        *_forces(placed),
        *_action_speeds(placed),
    ]


def _joints(placed: Placed, group: str | None) -> list[Mapping[str, JSON]]:
    """Return the joints of a group (`all`: of every group), or those of no hand where it is None; none if not known."""
    hardware = placed.resolved.section("hardware")
    hands = {hand["group"] for hand in hardware.get("hands") or ()}
    wanted = [
        row["joints"]
        for row in hardware.get("groups") or ()
        if group in (row["name"], ALL) or (group is None and row["name"] not in hands)
    ]
    names = {name for joints in wanted for name in joints}
    return [joint for joint in hardware.get("joints") or () if joint.get("name") in names]


def _limits(placed: Placed) -> Iterator[Diagnostic]:
    """Report limits that no joint but a hand's comes near: the spec's author believed in another robot."""
    robot = placed.resolved.section("hardware").get("name", "the robot")
    for section in (("deploy", "limits"), ("hardware", "limits")):
        for key, field, dimension in _LIMITS:
            path: Path = (*section, key)
            limit = placed.number(path_text(path))
            values = [j[field] for j in _joints(placed, None) if isinstance(j.get(field), (int, float))]
            if limit is None or not values or limit <= max(values):
                continue
            widest = max(values)
            joint = next(j["name"] for j in _joints(placed, None) if j.get(field) == widest)
            shown, own = format_si(limit, dimension), format_si(widest, dimension)
            yield placed.error(
                "SK507",
                path,
                what=f"the limit {shown} is wider than the robot's",
                detail=f"the fastest joint of {robot} ({joint}) is limited to {own}",
                hint=f"write {own} or less",
            )


@cache
def arm_length(path: FilePath, hand_body: str) -> float | None:
    """Return the distance from the base to the hand along the bodies, an upper bound of the reach; m.

    None where there is no such model, it is no MJCF, or the hand is not in it.
    """
    if not path.is_file() or path.suffix != ".xml":
        return None
    lengths: list[float] = []
    for match in _BODY.finditer(path.read_text(encoding="utf-8")):
        if match[0] == "</body>":
            lengths.pop()
            continue
        position = _POSITION.search(match[2])
        lengths.append(math.hypot(*map(float, position[1].split())) if position else 0.0)
        if match[1] == hand_body:
            return math.fsum(lengths[1:])
        if match[3]:
            lengths.pop()
    return None


def _reach(placed: Placed) -> Iterator[Diagnostic]:
    hardware = placed.resolved.section("hardware")
    bodies = [hand["body"] for hand in hardware.get("hands") or () if hardware.get("base") == "fixed"]
    reach = max(
        (arm_length(placed.robot_folder / str(hardware.get("mjcf")), body) or 0.0 for body in bodies), default=0.0
    )
    if reach == 0.0:
        return
    told = f"the arm of {hardware['name']} is {format_si(reach, 'length')} long, so no two places further apart than"
    told += f" {format_si(2 * reach, 'length')} are both in reach"
    path: Path
    for path, value in everywhere(placed.resolved):
        width = _width(value)
        if ".position." in str(path[-1]) and width is not None and width > 2 * reach:
            yield placed.error(
                "SK501",
                path,
                what=f"the places are up to {format_si(width, 'length')} apart",
                detail=told,
                hint="narrow the range",
            )
    for key, value in placed.resolved.section("task.success").items():
        most = value.get("value") if isinstance(value, Mapping) and str(value.get("operator"))[:1] == "<" else None
        if key in LENGTHS and isinstance(most, (int, float)) and most > 2 * reach:
            yield placed.error(
                "SK501",
                ("task", "success", key),
                what=f"the arm cannot move anything {format_si(most, 'length')}, so the condition always holds",
                detail=told,
                hint="write what still counts as a success",
            )
    for key in ("rise", "min_height_above_target"):
        value = placed.resolved.section("task.success").get(key)
        least = value.get("value") if isinstance(value, Mapping) and str(value.get("operator"))[:1] == ">" else None
        if isinstance(least, (int, float)) and least > 2 * reach:
            path = ("task", "success", key)
            yield placed.error(
                "SK501",
                path,
                what=f"the height {format_si(least, 'length')} is out of reach",
                detail=told,
                hint="lower the height",
            )


def _width(value: JSON) -> float | None:
    if isinstance(value, Mapping) and value.get("kind") == "uniform" and value.get("operation") in ("add", "set"):
        return float(value["high"]) - float(value["low"])
    return None


def _pictures(placed: Placed) -> Iterator[Diagnostic]:
    """Report regions and pixels outside the picture they are in."""
    demonstrations = placed.resolved.section("demonstrations")
    region = demonstrations.get("region")
    inside = _box((0.0, 0.0), region) if isinstance(region, Mapping) else None
    for camera, settings in placed.resolved.section("cameras").items():
        center = settings.get("center") if isinstance(settings, Mapping) else None
        size = settings.get("resolution") if isinstance(settings, Mapping) else None
        frame = _box((0.0, 0.0), size) if isinstance(size, Mapping) else None
        path: Path = ("cameras", camera, "center")
        if frame and isinstance(center, Mapping) and _outside(center, frame):
            shown = f"{frame[2]:g} x {frame[3]:g} px"
            yield placed.error(
                "SK503",
                path,
                what=f"the principal point lies outside the picture of {shown}",
                detail="it is near the picture's centre",
                hint="swap x and y, or correct the resolution",
            )
    if inside is None:
        return
    for name, entry in placed.resolved.section("scene").get("objects", {}).items():
        for key in ("at", "box"):
            place = entry.get(key) if isinstance(entry, Mapping) else None
            path = ("scene", "objects", name, key)
            if isinstance(place, Mapping) and _outside(place, inside):
                yield placed.error(
                    "SK503",
                    path,
                    ("demonstrations", "region"),
                    what=f"`{key}` of `{name}` lies outside the region of {inside[2]:g} x {inside[3]:g} px",
                    detail="pixels count from the region's upper left corner",
                    hint="give a pixel inside the region",
                )


def _box(origin: tuple[float, float], size: Mapping[str, JSON]) -> tuple[float, float, float, float] | None:
    width, height = size.get("width"), size.get("height")
    if not isinstance(width, (int, float)) or not isinstance(height, (int, float)):
        return None
    return (*origin, float(width), float(height))


def _outside(place: Mapping[str, JSON], inside: tuple[float, float, float, float]) -> bool:
    ends = []
    for axis, extent in (("x", "width"), ("y", "height")):
        start, length = place.get(axis), place.get(extent, 0.0)
        if not isinstance(start, (int, float)) or not isinstance(length, (int, float)):
            return False
        ends.append((float(start), float(start) + float(length)))
    (left, right), (top, bottom) = ends
    return not (left >= inside[0] and right <= inside[2] and top >= inside[1] and bottom <= inside[3])


def _forces(placed: Placed) -> Iterator[Diagnostic]:
    limit = placed.number("deploy.limits.contact_force")
    needed = placed.resolved.section("task.success").get("holding_force")
    least = needed.get("value") if isinstance(needed, Mapping) else None
    if limit is None or not isinstance(least, (int, float)) or least < limit:
        return
    paths: tuple[Path, ...] = (("deploy", "limits", "contact_force"), ("task", "success", "holding_force"))
    yield placed.error(
        "SK504",
        *paths,
        what=f"success needs a holding force over {format_si(float(least), 'force')}, the limit is"
        f" {format_si(limit, 'force')}",
        detail="the safety filter stops before success can be reached",
        hint="raise the limit or lower the condition",
    )


def _action_speeds(placed: Placed) -> Iterator[Diagnostic]:
    """Report changes per action that no joint could make before the next action."""
    for name, policy in placed.resolved.section("policies").items():
        acts = policy.get("act") if isinstance(policy, Mapping) else None
        rate = policy.get("rate") if isinstance(policy, Mapping) else None
        if not isinstance(acts, Mapping) or not isinstance(rate, (int, float)):
            continue
        for group, action in acts.items():
            limit = action.get("limit") if isinstance(action, Mapping) else None
            speeds = [j["speed"] for j in _joints(placed, group) if isinstance(j.get("speed"), (int, float))]
            if not isinstance(limit, (int, float)) or action.get("kind") != "delta" or not speeds:
                continue
            if limit * rate > max(speeds):
                path: Path = ("policies", name, "act", group, "limit")
                asked, own = format_si(limit * rate, "angular speed"), format_si(max(speeds), "angular speed")
                yield placed.error(
                    "SK505",
                    path,
                    what=f"{format_si(limit, 'angle')} per action at {format_si(rate, 'frequency')} ask for {asked}",
                    detail=f"the fastest {group} joint is limited to {own}",
                    hint=f"write {format_si(max(speeds) / rate, 'angle')} or less",
                )
