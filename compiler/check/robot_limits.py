"""The robot's limits: what a spec changes about its robot's joints keeps its sense and only lowers.

A robot's own numbers are what its maker or its owner vouches for; a spec may ask for less.
"""

from collections.abc import Iterator, Mapping

from skillc.compiler.check.place import Placed
from skillc.compiler.resolve.resolved import JSON
from skillc.compiler.source.diagnostic import Diagnostic
from skillc.compiler.source.parse_quantity import format_si
from skillc.compiler.source.tree import Mapping as Written
from skillc.compiler.source.tree import Path, path_text

_LARGEST = {
    "speed": "angular speed",
    "acceleration": "angular acceleration",
    "jerk": "angular jerk",
    "effort": "torque",
}
"""Field of a joint that a spec may only lower -> dimension."""
_FORCE: Path = ("hardware", "limits", "contact_force")


def check_robot_limits(placed: Placed) -> list[Diagnostic]:
    """Check what a spec changes about its robot."""
    return [*_joints(placed), *_force(placed)]


def _joints(placed: Placed) -> Iterator[Diagnostic]:
    node = placed.tree.at(("hardware", "joints"))
    rows = {row["name"]: row for row in placed.resolved.section("hardware").get("joints") or ()}
    for name, entry in node.entries.items() if isinstance(node, Written) else ():
        row = rows.get(name)
        if row is None or not isinstance(entry.value, Written):
            continue
        written = [key for key in entry.value.entries if isinstance(row.get(key), (int, float))]
        wide = [finding for key in written for finding in _wider(placed, name, key, float(row[key]))]
        yield from wide
        yield from () if wide else _sense(placed, name, row, written)


def _own(placed: Placed, path: Path) -> float | None:
    """Return the profile's own number, which the spec lies over."""
    for origin in placed.resolved.origins.get(path_text(path), ()):
        if origin.file != placed.tree.file:
            try:
                return float(origin.text)
            except ValueError:
                return None
    return None


def _wider(placed: Placed, name: str, key: str, value: float) -> Iterator[Diagnostic]:
    path: Path = ("hardware", "joints", name, key)
    own = _own(placed, path)
    if own is None:
        return
    wider = value < own if key == "lower" else value > own if key == "upper" or key in _LARGEST else False
    if wider:
        dimension = _LARGEST.get(key, "angle")
        yield placed.error(
            "SK441",
            path,
            what=f"`{key}` of {name} is {format_si(value, dimension)}, beyond the robot's own"
            f" {format_si(own, dimension)}",
            detail="a spec narrows what the robot can do and never widens it",
            hint=f"write {format_si(own, dimension)} or {'more' if key == 'lower' else 'less'}",
        )


def _sense(placed: Placed, name: str, row: Mapping[str, JSON], written: list[str]) -> Iterator[Diagnostic]:
    """Report a range upside down, and a rest posture outside of it."""
    numbers = [float(row[key]) for key in ("lower", "upper", "home") if isinstance(row.get(key), (int, float))]
    if len(numbers) != 3:
        return
    lower, upper, home = numbers
    ends = [key for key in ("lower", "upper", "home") if key in written]
    if not ends:
        return
    path: Path = ("hardware", "joints", name, ends[0])
    shown = f"{format_si(lower, 'angle')} .. {format_si(upper, 'angle')}"
    if not lower < upper:
        yield placed.error(
            "SK442",
            path,
            what=f"the range of {name} is upside down: {shown}",
            detail="`lower` is below `upper`",
            hint="swap the two",
        )
    elif not lower <= home <= upper:
        yield placed.error(
            "SK442",
            path,
            what=f"`home` of {name}, {format_si(home, 'angle')}, lies outside its range {shown}",
            detail="the rest posture can be reached",
            hint="widen the range, or write another `home`",
        )


def _force(placed: Placed) -> Iterator[Diagnostic]:
    deployed: Path = ("deploy", "limits", "contact_force")
    own, asked = placed.number(path_text(_FORCE)), placed.number(path_text(deployed))
    if own is not None and asked is not None and asked > own:
        yield placed.error(
            "SK507",
            deployed,
            _FORCE,
            what=f"the limit {format_si(asked, 'force')} is wider than the robot's",
            detail=f"`hardware.limits.contact_force` is {format_si(own, 'force')}",
            hint=f"write {format_si(own, 'force')} or less",
        )
