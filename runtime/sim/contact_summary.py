"""Contact forces of one instant, without the simulator they came from."""

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
