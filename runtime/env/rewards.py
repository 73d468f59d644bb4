"""Reward terms of 4.3.1 and C.2: functions of a snapshot and their own parameters; weights are applied outside."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from skillc.runtime.env.snapshot import Snapshot


@dataclass(frozen=True, kw_only=True)
class RewardTerm:
    """One kind of reward."""

    value: Callable[..., float]
    """(snapshot, **parameters) -> value of one control tick."""
    parameters: Mapping[str, str]
    """Parameter -> unit."""


def flow_tracking(now: Snapshot, *, scale: float) -> float:
    """Return exp(-(distance / scale)^2) between observed and expected flow centroid (4.3.1; the kernel is ours)."""
    distance = float(np.linalg.norm(now.flow_centroid - now.flow_centroid_reference))
    return float(np.exp(-((distance / scale) ** 2)))


def action_l2(now: Snapshot) -> float:
    """Return the squared length of the action, mean over its entries (4.3.1: residual action penalty)."""
    return float(np.mean(now.action**2)) if len(now.action) else 0.0


def approach(now: Snapshot, *, scale: float) -> float:
    """Return exp(-distance / scale) of the fingertips to the object (C.2: approaching reward; the kernel is ours)."""
    return float(np.exp(-now.tip_distance_m / scale))


def contact(now: Snapshot) -> float:
    """Return the share of the fingertips that touch the object (C.2: contact reward)."""
    return now.tips_in_contact / now.tips


def lift(now: Snapshot, *, height: float) -> float:
    """Return the share of `height` the object was lifted, within 0..1 (C.2: lifting reward)."""
    return float(np.clip(now.object_rise_m / height, 0.0, 1.0))


def object_collision(now: Snapshot) -> float:
    """Return 1 while the robot touches the target or an obstacle, else 0 (C.2: object-collision penalty)."""
    return float(now.object_force_n > 0)


def table_clearance(now: Snapshot, *, clearance: float) -> float:
    """Return 1 while the hand is lower than `clearance` above the table, else 0 (C.2: table-clearance penalty)."""
    return float(not now.table_distance_m >= clearance)


def joint_tracking(now: Snapshot, *, scale: float) -> float:
    """Return exp(-(largest joint distance from the reference / scale)^2) (C.2: tracking reward; the kernel is ours)."""
    return float(np.exp(-((now.joint_distance_rad / scale) ** 2)))


REWARDS: Mapping[str, RewardTerm] = {
    "flow_tracking": RewardTerm(value=flow_tracking, parameters={"scale": "m"}),
    "action_l2": RewardTerm(value=action_l2, parameters={}),
    "approach": RewardTerm(value=approach, parameters={"scale": "m"}),
    "contact": RewardTerm(value=contact, parameters={}),
    "lift": RewardTerm(value=lift, parameters={"height": "m"}),
    "object_collision": RewardTerm(value=object_collision, parameters={}),
    "joint_tracking": RewardTerm(value=joint_tracking, parameters={"scale": "rad"}),
    "table_clearance": RewardTerm(value=table_clearance, parameters={"clearance": "m"}),
}
"""Every reward a spec may name."""
