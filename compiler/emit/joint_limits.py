"""The limits every commanded joint keeps: the robot's own, tightened by the spec. The one definition of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from skillc.compiler.resolve.resolved import JSON, ResolvedSpec

if TYPE_CHECKING:
    from skillc.runtime.formats.contract import JointContract


def joint_contracts(hardware: Mapping[str, JSON], limits: Mapping[str, JSON]) -> tuple[JointContract, ...]:
    """Return every actuated joint in driver order.

    Args:
        hardware: the resolved robot profile.
        limits: `deploy.limits` of the spec: `joint_speed`, `joint_acceleration` and `joint_jerk` bound every joint
            but those of hands; fingers keep their own bounds, because they close over centimetres.
    """
    from skillc.runtime.formats.contract import JointContract  # brings numpy

    group_of = {joint: group["name"] for group in hardware["groups"] for joint in group["joints"]}
    hands = hand_groups(hardware)
    joints = []
    for joint in hardware["joints"]:
        group = group_of[joint["name"]]
        bounds = {
            name: joint[name] if group in hands else min(joint[name], limits.get(f"joint_{name}", joint[name]))
            for name in ("speed", "acceleration", "jerk")
        }
        joints.append(JointContract(**{**joint, **bounds, "group": group}))
    return tuple(joints)


def hand_groups(hardware: Mapping[str, JSON]) -> tuple[str, ...]:
    """Return the groups of the resolved robot profile that are hands."""
    return tuple(hand["group"] for hand in hardware["hands"])


def parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    """Return what `joint_contracts` needs, for the parameters of a stage."""
    hardware = spec.section("hardware")
    return {
        "hardware": {key: hardware[key] for key in ("name", "base", "groups", "hands", "joints")},
        "limits": _lowered(spec.section("deploy.limits"), spec.section("hardware.limits")),
    }


def _lowered(deployed: Mapping[str, JSON], own: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return the deployment's limits with the contact force at most the robot's; joints are lowered in the profile."""
    limits = dict(deployed)
    if "contact_force" in own:
        limits["contact_force"] = min(limits.get("contact_force", own["contact_force"]), own["contact_force"])
    return limits
