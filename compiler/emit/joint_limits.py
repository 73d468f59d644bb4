"""The limits every commanded joint keeps: the robot's own, tightened by the spec. The one definition of them."""

from collections.abc import Mapping

from skillc.compiler.resolve.resolved import JSON, ResolvedSpec
from skillc.runtime.formats.contract import JointContract


def joint_contracts(hardware: Mapping[str, JSON], limits: Mapping[str, JSON]) -> tuple[JointContract, ...]:
    """Return every actuated joint in driver order.

    Args:
        hardware: the resolved robot profile.
        limits: `deploy.limits` of the spec: `joint_speed`, `joint_acceleration` and `joint_jerk` bound the arm's
            joints; fingers keep their own bounds, because they close over centimetres.
    """
    arm = set(hardware["arm_joints"])
    joints = []
    for joint in hardware["joints"]:
        group = "arm" if joint["name"] in arm else "hand"
        bounds = {
            name: min(joint[name], limits.get(f"joint_{name}", joint[name])) if group == "arm" else joint[name]
            for name in ("speed", "acceleration", "jerk")
        }
        joints.append(JointContract(**{**joint, **bounds, "group": group}))
    return tuple(joints)


def parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    """Return what `joint_contracts` needs, for the parameters of a stage."""
    hardware = spec.section("hardware")
    return {
        "hardware": {key: hardware[key] for key in ("name", "arm_joints", "hand_joints", "joints")},
        "limits": spec.section("deploy.limits"),
    }
