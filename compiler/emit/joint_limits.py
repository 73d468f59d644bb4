"""The limits every commanded joint keeps: the robot's own, tightened by the spec. The one definition of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from skillc.compiler.resolve.resolved import JSON, ResolvedSpec

if TYPE_CHECKING:
    from skillc.runtime.formats.contract import JointContract, SafetyLimits


def kept_limits(spec: ResolvedSpec) -> dict[str, JSON]:
    """Return the deployment's limits, the contact force at most the robot's; joints are lowered in the profile."""
    limits, own = spec.section("deploy.limits"), spec.section("hardware.limits")
    if "contact_force" in own:
        limits["contact_force"] = min(limits.get("contact_force", own["contact_force"]), own["contact_force"])
    return limits


def lowered_joints(
    joints: Sequence[JointContract], hands: Sequence[str], limits: Mapping[str, float]
) -> tuple[JointContract, ...]:
    """Return the joints as they may be commanded.

    `joint_speed`, `joint_acceleration` and `joint_jerk` bound every joint but those of the groups `hands`; fingers keep
    their own bounds, because they close over centimetres.
    """

    def lowered(joint: JointContract) -> JointContract:
        if joint.group in hands:
            return joint
        return replace(
            joint,
            speed=min(joint.speed, limits.get("joint_speed", joint.speed)),
            acceleration=min(joint.acceleration, limits.get("joint_acceleration", joint.acceleration)),
            jerk=min(joint.jerk, limits.get("joint_jerk", joint.jerk)),
        )

    return tuple(map(lowered, joints))


def lowered_safety(safety: SafetyLimits, limits: Mapping[str, float]) -> SafetyLimits:
    """Return the thresholds with the spec's own contact force, where it has one."""
    return replace(safety, contact_force_n=limits.get("contact_force", safety.contact_force_n))


def hand_groups(hardware: Mapping[str, JSON]) -> tuple[str, ...]:
    """Return the groups of the resolved robot profile that are hands."""
    return tuple(hand["group"] for hand in hardware["hands"])


def squeeze_written(spec: ResolvedSpec) -> JSON:
    """Return what the spec says of the largest force of one finger on the manipulated object, N; None if nothing."""
    things = spec.section("scene").get("objects") or {}
    return next((thing.get("squeeze") for thing in things.values() if thing.get("role") == "manipulated"), None)
