"""Reward terms: functions of a snapshot and their own parameters; weights are applied outside.

Sources without a paper's name are of Video2Sim2Real (arXiv:2606.08828).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from skillc.runtime.terms.draft_rewards import DRAFT_REWARDS
from skillc.runtime.terms.reward import PAPERS_EXPRESSION, Reward, scale
from skillc.runtime.terms.term import Bounds, Parameter, by_name

if TYPE_CHECKING:
    from skillc.runtime.formats.arrays import FloatArray
    from skillc.runtime.terms.snapshot import Snapshot


def flow_tracking(now: Snapshot, *, scale: float) -> FloatArray:
    """Return exp(-(distance / scale)^2) between observed and expected flow centroid."""
    return _kernel(((now.flow_centroid - now.flow_centroid_reference) ** 2).sum(axis=-1) / scale**2)


def action_l2(now: Snapshot) -> FloatArray:
    """Return the mean of the squared entries of the action."""
    mean: FloatArray = (now.action**2).sum(axis=-1) / max(now.action.shape[-1], 1)
    return mean


def approach(now: Snapshot, *, scale: float) -> FloatArray:
    """Return exp(-distance / scale) of the fingertips to the object."""
    return _kernel(now.tip_distance_m / scale)


def contact(now: Snapshot) -> FloatArray:
    """Return the share of the fingertips that touch the object."""
    return now.tips_in_contact


def lift(now: Snapshot, *, height: float) -> FloatArray:
    """Return the share of `height` the object was lifted, within 0..1."""
    share: FloatArray = (now.object_rise_m / height).clip(0.0, 1.0)
    return share


def object_collision(now: Snapshot) -> FloatArray:
    """Return 1 while the robot touches the target or an obstacle, else 0."""
    touching: FloatArray = (now.object_force_n > 0.0).astype(float)
    return touching


def table_clearance(now: Snapshot, *, clearance: float) -> FloatArray:
    """Return 1 while the hand is lower than `clearance` above the table, else 0."""
    low: FloatArray = (~(now.table_distance_m >= clearance)).astype(float)
    return low


def joint_tracking(now: Snapshot, *, scale: float) -> FloatArray:
    """Return exp(-(largest joint distance from the reference / scale)^2)."""
    return _kernel((now.joint_distance_rad / scale) ** 2)


def _kernel(distance: FloatArray) -> FloatArray:
    import numpy as np

    return np.asarray(np.exp(-distance))


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
        senses=("tips",),
    ),
    Reward(
        name="contact",
        meaning="Share of the fingertips that touch the object.",
        source="C.2: contact reward",
        sign=1,
        value=contact,
        senses=("tip_contact",),
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
        senses=("lowest_point",),
    ),
    Reward(
        name="object_collision",
        meaning="The robot touches the target or an obstacle.",
        source="C.2: object-collision penalty",
        sign=-1,
        value=object_collision,
        senses=("scene_force",),
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
        senses=("table_distance",),
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
