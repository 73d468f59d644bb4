"""How much reach and joint margin every anchor keeps when its object is moved to the corners of the box."""

from collections.abc import Sequence

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.feasibility import KeyframeMargin
from skillc.runtime.formats.reference import Reference
from skillc.runtime.motion.cell.placement import PlacementParameters, box_corners, displaced, pose_margins
from skillc.runtime.motion.kinematics.arm_ik import Arm


def anchor_margins(
    arm: Arm,
    reference: Reference,
    *,
    objects: Sequence[tuple[str, FloatArray]],
    position_m: float,
    yaw_rad: float,
    parameters: PlacementParameters,
) -> list[KeyframeMargin]:
    """Solve every anchor at every corner.

    Args:
        arm: the arm.
        reference: its anchors and base placement are used.
        objects: for each anchor the name and position (3,) of the object it is relative to.
        position_m: half width of the box along x and y.
        yaw_rad: half width of the yaw range.
        parameters: what counts as full margin, and how many postures are tried.
    """
    labels: list[tuple[str, str]] = []
    poses: list[FloatArray] = []
    for name, T, (thing, about) in zip(reference.anchor_name, reference.anchor_T_table_hand, objects):
        for corner, move in box_corners(position_m, yaw_rad):
            labels.append((name, corner if corner == "nominal" else f"{thing} {corner}"))
            poses.append(displaced(T, move, about))
    found = pose_margins(arm, reference.T_table_robot, np.array(poses), parameters)
    return [
        KeyframeMargin(
            keyframe=keyframe,
            corner=corner,
            position_error_m=float(found.position_error_m[k]),
            joint_margin_rad=float(found.limit_margin_rad[k]),
            manipulability=float(found.manipulability[k]),
        )
        for k, (keyframe, corner) in enumerate(labels)
    ]
