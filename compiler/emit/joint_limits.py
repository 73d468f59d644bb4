"""The limits every commanded joint keeps: the robot's own, tightened by the spec. The one definition of them."""

from collections.abc import Mapping

from skillc.compiler.resolve.resolved import JSON, ResolvedSpec


def joint_contracts(spec: ResolvedSpec) -> list[dict[str, JSON]]:
    """Return the `JointContract` of every actuated joint in driver order.

    `joint_speed`, `joint_acceleration` and `joint_jerk` of `deploy.limits` bound every joint but those of hands;
    fingers keep their own bounds, because they close over centimetres.
    """
    hardware, limits = spec.section("hardware"), spec.section("deploy.limits")
    group_of = {joint: group["name"] for group in hardware["groups"] for joint in group["joints"]}
    hands = hand_groups(hardware)
    joints = []
    for joint in hardware["joints"]:
        group = group_of[joint["name"]]
        bounds = {
            name: joint[name] if group in hands else min(joint[name], limits.get(f"joint_{name}", joint[name]))
            for name in ("speed", "acceleration", "jerk")
        }
        joints.append({**joint, **bounds, "group": group})
    return joints


def hand_groups(hardware: Mapping[str, JSON]) -> tuple[str, ...]:
    """Return the groups of the resolved robot profile that are hands."""
    return tuple(hand["group"] for hand in hardware["hands"])


def contact_force(spec: ResolvedSpec, own: float) -> float:
    """Return the largest contact force that is allowed, N: the spec's, at most the robot's; `own` where none says."""
    limits = [spec.section(section).get("contact_force") for section in ("deploy.limits", "hardware.limits")]
    return min((limit for limit in limits if limit is not None), default=own)
