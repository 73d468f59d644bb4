"""Contact forces of one instant, without the simulator they came from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

PRESSINGS = (
    "arm-table",
    "arm-target",
    "arm-obstacle",
    "arm-object",
    "hand-table",
    "hand-target",
    "hand-obstacle",
)
"""What of the robot presses on what, where it should not: the object is the hand's to press on, not the arm's."""


@dataclass(frozen=True, kw_only=True)
class ContactSummary:
    """Forces in N, depths in m."""

    hand_object_force: float
    """Sum over hand-manipulated contacts of the force magnitude."""
    unsafe_force: float
    """Largest, over arm links, of the summed force on the link, and of the summed hand-table force per hand link."""
    scene_force: float
    """Summed force of the robot on targets and obstacles."""
    squeeze_force: float
    """Largest summed force of one hand link on the manipulated object."""
    penetration: float
    """Deepest hand-manipulated interpenetration."""
    touches: bool
    """Hand and manipulated object are in contact."""
    pressing: Mapping[str, float] = field(default_factory=lambda: dict.fromkeys(PRESSINGS, 0.0))
    """One of PRESSINGS -> largest summed force of one link."""


NOTHING = ContactSummary(
    hand_object_force=0.0, unsafe_force=0.0, scene_force=0.0, squeeze_force=0.0, penetration=0.0, touches=False
)
"""The robot touches nothing."""


def largest(instants: Sequence[ContactSummary]) -> ContactSummary:
    """Return the largest of each value over `instants` (at least one), but for the grip: the last counts there.

    A grip is judged by how weak it becomes as well as by how strong; the largest would flatter it.
    """
    if all(c is NOTHING for c in instants):
        return NOTHING
    return ContactSummary(
        hand_object_force=instants[-1].hand_object_force,
        unsafe_force=max(c.unsafe_force for c in instants),
        scene_force=max(c.scene_force for c in instants),
        pressing={name: max(c.pressing[name] for c in instants) for name in PRESSINGS},
        squeeze_force=max(c.squeeze_force for c in instants),
        penetration=max(c.penetration for c in instants),
        touches=any(c.touches for c in instants),
    )
