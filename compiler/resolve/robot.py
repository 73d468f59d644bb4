"""The robot section of a resolved spec: RobotProfile's fields as plain values, with the spec's limits applied."""

from collections.abc import Mapping

from skillc.compiler.resolve.merged import Merged, plain
from skillc.compiler.resolve.resolved import JSON
from skillc.runtime.formats.motors import limited_by_motors
from skillc.runtime.robot.profile_rows import with_rows

CAPS = {
    "joint_speed": "speed",
    "joint_acceleration": "acceleration",
    "joint_jerk": "jerk",
    "joint_effort": "effort",
}
"""Limit that a spec writes for all joints -> field of JointLimits it lowers."""


def robot_profile(hardware: Mapping[str, Merged]) -> dict[str, JSON]:
    """Return the robot as RobotProfile's JSON.

    What a profile writes by name becomes rows; a motor's current limit and `limits` lower a joint's
    own limits, never raise one.
    """
    values: dict[str, JSON] = limited_by_motors(with_rows({key: plain(node) for key, node in hardware.items()}))
    limits = values.get("limits") or {}
    for cap, field in CAPS.items():
        limit = limits.get(cap)
        if limit is not None:
            for joint in values.get("joints", []):
                joint[field] = min(joint[field], limit)
    return values
