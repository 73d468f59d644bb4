"""The robot pass: a robot of the user's own has a sound model that fits its profile.

The one pass that may load numpy and MuJoCo, and only for a spec that brings its own robot: what is wrong with a model
shows only once it is compiled.
"""

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from skillc.compiler.check.place import Placed
from skillc.compiler.source.diagnostic import Diagnostic, Severity
from skillc.compiler.source.tree import Span

if TYPE_CHECKING:
    from skillc.runtime.robot.model_fault import ModelFault


def check_own_robot(placed: Placed, folder: Path) -> list[Diagnostic]:
    """Report every fault of the robot in `folder` at the spec's line that names it."""
    from skillc.runtime.formats.codec import FormatError, from_json
    from skillc.runtime.formats.robot_profile import RobotProfile
    from skillc.runtime.robot.model_fault import ModelError
    from skillc.runtime.robot.profile_check import check_robot

    hardware = placed.resolved.section("hardware")
    known = {field.name for field in fields(RobotProfile)}
    span = placed.span(("hardware", "extends") if placed.tree.at(("hardware", "extends")) else ("hardware",))
    try:
        profile = from_json(RobotProfile, {k: v for k, v in hardware.items() if k in known}, "profile.yaml")
    except FormatError as error:
        return [_finding("SK887", str(error), "", span)]
    try:
        faults = check_robot(profile, folder).warnings
    except ModelError as error:
        faults = error.faults
    where = str(hardware["folder"]).rstrip("/")
    return [_finding(f.code, f"{where}/{_place(f)}: {f.summary}", f.hint, span, f.severity) for f in faults]


def _place(fault: "ModelFault") -> str:
    return f"{fault.file}:{fault.line}" if fault.line else fault.file


def _finding(code: str, summary: str, hint: str, span: Span, severity: Severity = "error") -> Diagnostic:
    return Diagnostic(code=code, severity=severity, summary=summary, hint=hint, path="hardware", spans=(span,))
