"""Reward terms: functions of a snapshot and their own parameters; weights are applied outside.

Sources without a paper's name are of Video2Sim2Real (arXiv:2606.08828).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from skillc.runtime.terms.draft_rewards import DRAFT_REWARDS
from skillc.runtime.terms.reward import PAPERS_EXPRESSION, Reward, scale
from skillc.runtime.terms.term import Bounds, Parameter, by_name

if TYPE_CHECKING:
    from skillc.runtime.terms.snapshot import Snapshot


def flow_tracking(now: Snapshot, *, scale: float) -> float:
    """Return exp(-(distance / scale)^2) between observed and expected flow centroid."""
    return math.exp(-((math.dist(now.flow_centroid, now.flow_centroid_reference) / scale) ** 2))


def action_l2(now: Snapshot) -> float:
    """Return the mean of the squared entries of the action."""
    return float((now.action**2).mean()) if len(now.action) else 0.0


def approach(now: Snapshot, *, scale: float) -> float:
    """Return exp(-distance / scale) of the fingertips to the object."""
    return math.exp(-now.tip_distance_m / scale)


def contact(now: Snapshot) -> float:
    """Return the share of the fingertips that touch the object."""
    return now.tips_in_contact / now.tips


def lift(now: Snapshot, *, height: float) -> float:
    """Return the share of `height` the object was lifted, within 0..1."""
    return min(max(now.object_rise_m / height, 0.0), 1.0)


def object_collision(now: Snapshot) -> float:
    """Return 1 while the robot touches the target or an obstacle, else 0."""
    return float(now.object_force_n > 0)


def table_clearance(now: Snapshot, *, clearance: float) -> float:
    """Return 1 while the hand is lower than `clearance` above the table, else 0."""
    return float(not now.table_distance_m >= clearance)


def joint_tracking(now: Snapshot, *, scale: float) -> float:
    """Return exp(-(largest joint distance from the reference / scale)^2)."""
    return math.exp(-((now.joint_distance_rad / scale) ** 2))


REWARDS = by_name(
    Reward(
        name="flow_tracking",
        meaning="Distance between the centroids of observed and demonstrated object points, exponential.",
        source="4.3.1; the kernel is ours",
        sign=1,
        parameters=(scale("length"),),
        value=flow_tracking,
    ),
    Reward(
        name="action_l2",
        meaning="Mean of the squared actions.",
        source="4.3.1: residual action penalty",
        sign=-1,
        value=action_l2,
    ),
    Reward(
        name="approach",
        meaning="Fingertips close to the object, exponential.",
        source="C.2: approaching reward; the kernel is ours",
        sign=1,
        parameters=(scale("length"),),
        value=approach,
    ),
    Reward(
        name="contact",
        meaning="Share of the fingertips that touch the object.",
        source="C.2: contact reward",
        sign=1,
        value=contact,
    ),
    Reward(
        name="lift",
        meaning="Share of the height the object has risen.",
        source="C.2: lifting reward",
        sign=1,
        parameters=(
            Parameter(
                name="height",
                dimension="length",
                meaning="Height at which the object counts as lifted.",
                bounds=Bounds(above=0.0, most=2.0),
                example="5 cm",
            ),
        ),
        value=lift,
    ),
    Reward(
        name="object_collision",
        meaning="The robot touches the target or an obstacle.",
        source="C.2: object-collision penalty",
        sign=-1,
        value=object_collision,
    ),
    Reward(
        name="table_clearance",
        meaning="The hand is close to the table.",
        source="C.2: table-clearance penalty",
        sign=-1,
        parameters=(
            Parameter(
                name="clearance",
                dimension="length",
                meaning="Distance below which the penalty is given.",
                bounds=Bounds(above=0.0, most=0.5),
                example="1 cm",
            ),
            Parameter(
                name="height",
                dimension="length",
                meaning="Height of the table top, where the paper's expression has it.",
                bounds=Bounds(above=0.0, most=2.0),
                example="62 cm",
                needs=PAPERS_EXPRESSION,
            ),
        ),
        value=table_clearance,
    ),
    Reward(
        name="joint_tracking",
        meaning="Joints close to the reference, exponential in the farthest one.",
        source="C.2: trajectory tracking reward; the kernel is ours",
        sign=1,
        parameters=(scale("angle"),),
        value=joint_tracking,
    ),
    *DRAFT_REWARDS,
)
"""Every reward the language knows."""
