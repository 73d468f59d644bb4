"""Stage `feasibility`: the randomization box, in the arm's reach and in the camera's picture, at every corner."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from skillc.compiler.plan.stage import Stage, StageContext
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec
from skillc.compiler.stages.twin.randomization_box import RandomizationBox, box_of

if TYPE_CHECKING:
    from skillc.runtime.formats.arrays import FloatArray
    from skillc.runtime.formats.calibration import Calibration
    from skillc.runtime.formats.feasibility import KeyframeMargin
    from skillc.runtime.formats.reference import Reference
    from skillc.runtime.formats.twin import Twin

AT_TARGET = ("interaction", "detachment")
"""Anchors relative to the target object when there is one."""


@dataclass(frozen=True, kw_only=True)
class LeastMargins:
    """Beyond these a pose is announced."""

    position_error_m: float
    joint_margin_rad: float
    manipulability: float


def _parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    return {
        "placement": spec.section("method.stages.placement"),
        "box": box_of(spec),
        "errors": spec.section("method.stages.feasibility"),
    }


def _run(ctx: StageContext) -> None:
    import numpy as np

    from skillc.runtime.formats.calibration import Calibration
    from skillc.runtime.formats.feasibility import Feasibility
    from skillc.runtime.formats.placement import Placement
    from skillc.runtime.formats.reference import Reference
    from skillc.runtime.formats.robot_profile import RobotProfile
    from skillc.runtime.formats.twin import Twin
    from skillc.runtime.motion.cell.margins import anchor_margins
    from skillc.runtime.motion.cell.placement import PlacementParameters
    from skillc.runtime.motion.kinematics.arm_ik import Arm
    from skillc.runtime.robot.model import robot_model

    reference = ctx.made.load(Reference)
    profile = ctx.made.load(RobotProfile)
    twin = ctx.made.load(Twin)
    box, least = ctx.read("box", RandomizationBox), ctx.read("errors", LeastMargins)
    margins = anchor_margins(
        Arm.from_model(robot_model(profile, ctx.made.path("robot"), np.eye(4)).model, profile),
        reference,
        objects=[_relative_to(name, twin, reference, k) for k, name in enumerate(reference.anchor_name)],
        position_m=box.position_m,
        yaw_rad=box.yaw_rad,
        parameters=ctx.read("placement", PlacementParameters),
    )
    found: list[str] = []

    def report(code: str, path: str, message: str) -> None:
        found.append(f"{code} {path} {message}")
        ctx.warn(code, message, path)

    _judge(margins, least, report)
    _look(twin, ctx.made.load(Calibration), box, report)
    Feasibility(
        T_table_robot=reference.T_table_robot,
        placement=ctx.made.load(Placement).placement,
        margins=tuple(margins),
        diagnostics=tuple(found),
    ).save(ctx.out / "feasibility.json")


def _judge(margins: Sequence[KeyframeMargin], least: LeastMargins, report: Callable[[str, str, str], None]) -> None:
    """Announce poses that the arm does not reach, or only just."""
    import numpy as np

    for m in margins:
        where = f"{m.keyframe} at {m.corner}"
        path = "hardware" if m.corner == "nominal" else f"randomization.{m.corner.split()[0]}.position.xy"
        if m.position_error_m > least.position_error_m:
            report("SK501", path, f"{where}: the hand stays {1e3 * m.position_error_m:.0f} mm short of its pose")
        elif m.joint_margin_rad < least.joint_margin_rad:
            report(
                "SK502", path, f"{where}: a joint comes within {np.rad2deg(m.joint_margin_rad):.1f} deg of its limit"
            )
        elif m.manipulability < least.manipulability:
            report("SK506", path, f"{where}: manipulability falls to {m.manipulability:.4f}")


def _look(twin: Twin, calibration: Calibration, box: RandomizationBox, report: Callable[[str, str, str], None]) -> None:
    """Announce objects that leave the camera's picture at a corner of the box."""
    import numpy as np

    from skillc.runtime.motion.cell.placement import box_corners
    from skillc.runtime.perception.camera.in_picture import picture_margin_px

    corners = [(label, move[:3, 3]) for label, move in box_corners(box.position_m, 0.0) if label != "nominal"]
    for item in (twin.manipulated, twin.target):
        if item is None:
            continue
        places = np.array([np.asarray(item.T_table_object)[:3, 3] + shift for _, shift in corners])
        inside = picture_margin_px(calibration.camera, np.asarray(calibration.T_camera_table), places)
        worst = int(np.argmin(inside))
        if inside[worst] < 0:
            where = corners[worst][0].removesuffix(" yaw+")
            report("SK508", f"randomization.{item.name}.position.xy", f"{item.name} at {where} leaves the picture")


def _relative_to(name: str, twin: Twin, reference: Reference, k: int) -> tuple[str, FloatArray]:
    import numpy as np

    if twin.target is not None and name in AT_TARGET:
        return twin.target.name, np.asarray(twin.target.T_table_object)[:3, 3]
    return twin.manipulated.name, reference.T_table_manip[reference.anchor_index[k]][:3, 3]


STAGE = Stage(
    name="feasibility",
    needs=("reference", "robot", "twin", "placement", "keyframes", "calibration"),
    makes=("feasibility.json",),
    code=("skillc.compiler.stages.motion.feasibility",),
    parameters=_parameters,
    run=_run,
)
