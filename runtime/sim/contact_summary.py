"""Contact forces of one instant, without the simulator they came from."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ContactSummary:
    """Forces in N, depths in m."""

    hand_object_force: float
    """Sum over hand-manipulated contacts of the force magnitude."""
    unsafe_force: float
    """Largest, over arm links, of the summed force on the link, and of the summed hand-table force per hand link."""
    scene_force: float
    """Summed force of the robot on targets and obstacles."""
    penetration: float
    """Deepest hand-manipulated interpenetration."""
    touches: bool
    """Hand and manipulated object are in contact."""


def largest(instants: Sequence[ContactSummary]) -> ContactSummary:
    """Return the largest of each value over `instants` (at least one), but for the grip: the last counts there.

    A grip is judged by how weak it becomes as well as by how strong; the largest would flatter it.
    """
    return ContactSummary(
        hand_object_force=instants[-1].hand_object_force,
        unsafe_force=max(c.unsafe_force for c in instants),
        scene_force=max(c.scene_force for c in instants),
        penetration=max(c.penetration for c in instants),
        touches=any(c.touches for c in instants),
    )
