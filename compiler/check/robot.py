"""The robot pass: a robot of the user's own, or a shipped one with other parts, has a model that fits its profile.

The one pass that may load numpy and MuJoCo, and only for a spec with such a robot: what is wrong with a model shows
only once it is compiled.
"""

from collections.abc import Iterator
from dataclasses import fields
from typing import TYPE_CHECKING

from skillc.compiler.check.place import Placed
from skillc.compiler.resolve.preset import find_preset
from skillc.compiler.source import tree
from skillc.compiler.source.diagnostic import Diagnostic, Severity
from skillc.compiler.source.tree import Mapping, Scalar, Sequence, Span

if TYPE_CHECKING:
    from skillc.runtime.robot.model_fault import ModelFault


NUMBERS = ("extends", "limits", "placement", "joints", "motors")
"""What a spec may change about a shipped robot without speaking of its model."""


def check_robot_model(placed: Placed) -> list[Diagnostic]:
    """Report every fault of a robot whose parts the spec brings or changes, at the line that does so."""
    if placed.own_robot:
        return _faults(placed, placed.span(("hardware", "extends") if _written(placed) else ("hardware",)))
    changed = [key for key in _written(placed) if key not in NUMBERS]
    # A draft of a robot has no model yet.
    if not changed or "mjcf" not in placed.resolved.section("hardware"):
        return []
    return [*_driver_order(placed)] or _faults(placed, placed.tree.key_span(("hardware", changed[0])))


def _written(placed: Placed) -> list[str]:
    node = placed.tree.at(("hardware",))
    return list(node.entries) if isinstance(node, Mapping) else []


def _driver_order(placed: Placed) -> Iterator[Diagnostic]:
    """Report a changed group of a shipped robot, whose order its driver fixes."""
    hardware = placed.resolved.section("hardware")
    shipped = find_preset("hardware", str(hardware["name"]))
    for group in hardware["groups"]:
        path: tree.Path = ("hardware", "groups", group["name"])
        own = shipped.tree.at(path[1:]) if shipped is not None else None
        if placed.tree.at(path) is None or not isinstance(own, Sequence):
            continue
        order = [item.text for item in own.items if isinstance(item, Scalar)]
        if group["joints"] != order:
            yield placed.error(
                "SK607",
                path,
                what=f"`{group['name']}` is not the order of the robot's driver",
                detail=f"the order of {hardware['name']}: {', '.join(order)}",
                hint="delete the key",
            )


def _faults(placed: Placed, span: Span) -> list[Diagnostic]:
    from skillc.runtime.formats.records import FormatError, from_json
    from skillc.runtime.formats.robot_profile import RobotProfile
    from skillc.runtime.robot.model_fault import ModelError
    from skillc.runtime.robot.profile_check import check_robot

    hardware = placed.resolved.section("hardware")
    known = {field.name for field in fields(RobotProfile)}
    try:
        profile = from_json(RobotProfile, {k: v for k, v in hardware.items() if k in known}, "profile.yaml")
    except FormatError as error:
        return [_finding("SK887", str(error), "", span)]
    try:
        faults = check_robot(profile, placed.robot_folder).warnings
    except ModelError as error:
        faults = error.faults
    where = str(hardware.get("folder", hardware["name"])).rstrip("/")
    return [_finding(f.code, f"{where}/{_place(f)}: {f.summary}", f.hint, span, f.severity) for f in faults]


def _place(fault: "ModelFault") -> str:
    return f"{fault.file}:{fault.line}" if fault.line else fault.file


def _finding(code: str, summary: str, hint: str, span: Span, severity: Severity = "error") -> Diagnostic:
    return Diagnostic(code=code, severity=severity, summary=summary, hint=hint, path="hardware", spans=(span,))
