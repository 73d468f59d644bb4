"""Named groups of a robot's joints, the hands among them, and the one arm with one hand that single-handed code moves.

Imports no numpy: `check` asks the same questions of a profile that is not loaded yet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Base = Literal["fixed", "floating"]
ALL = "all"
"""Every joint of the robot, where a policy names a group."""
FINGERS = ("thumb", "index", "middle", "ring")
"""Retargeting pairs these with the human's fingers."""


@dataclass(frozen=True, kw_only=True)
class JointGroup:
    """Joints that are commanded and judged together."""

    name: str
    """What a spec calls them: arm, left_hand, torso, ..."""
    joints: tuple[str, ...]
    """In driver order."""


@dataclass(frozen=True, kw_only=True)
class Finger:
    """One finger of a hand."""

    name: str
    """thumb, index, middle, ring, ..."""
    joints: tuple[str, ...]
    tip_site: str
    """MJCF site at the fingertip's centre of contact."""
    tip_geom: str
    """MJCF collision geom of the fingertip."""
    tip_radius: float
    """m, of the fingertip capsule."""
    pad_normal: tuple[float, float, float]
    """Outward pad normal in the tip site's frame."""


@dataclass(frozen=True, kw_only=True)
class Hand:
    """A group of joints that grasps, and its frames."""

    name: str
    """right, left, ..."""
    group: str
    """The group of its joints."""
    arm: str | None
    """The group that carries it; null for a hand that stands alone."""
    body: str
    """Body whose frame is the hand frame `hand` of every T_x_hand."""
    palm_site: str
    """Site at the palm centre; its z axis points out of the palm (the approach axis)."""
    wrist_site: str
    """Site matched to the human wrist; x from wrist to middle knuckle, z out of the palm."""
    fingers: tuple[Finger, ...]


@dataclass(frozen=True, kw_only=True)
class Manipulator:
    """One arm with one hand, which are all the robot: what retargeting, grasps and pushes move."""

    arm_joints: tuple[str, ...]
    """The first joints in driver order; none for a hand that stands alone."""
    hand_joints: tuple[str, ...]
    """The joints after them."""
    hand_body: str
    palm_site: str
    wrist_site: str
    fingers: tuple[Finger, ...]
    """thumb, index, middle, ring."""


class NotOneManipulator(ValueError):
    """The robot is not one arm with one hand; the message says what it is instead."""


def one_manipulator(
    *, base: Base, joints: Sequence[str], groups: Sequence[JointGroup], hands: Sequence[Hand]
) -> Manipulator:
    """Return the robot's one arm with its one hand.

    Args:
        base: whether the base stands.
        joints: every joint in driver order.
        groups: the robot's groups.
        hands: the robot's hands.

    Raises:
        NotOneManipulator: the base floats, there is no hand or several, there are joints besides the arm's and the
            hand's, they are not in this order, or the fingers are not the human's four.
    """
    if base != "fixed":
        raise NotOneManipulator("its base is floating")
    if len(hands) != 1:
        raise NotOneManipulator(f"it has {len(hands)} hands: {', '.join(h.name for h in hands) or 'none'}")
    hand, members = hands[0], {group.name: group.joints for group in groups}
    own = (hand.group,) if hand.arm is None else (hand.arm, hand.group)
    missing, further = [name for name in own if name not in members], [name for name in members if name not in own]
    if missing:
        raise NotOneManipulator(f"its hand {hand.name} needs the group {missing[0]}, which it has not")
    if further:
        raise NotOneManipulator(f"besides {' and '.join(own)} it has {', '.join(further)}")
    if tuple(joints) != tuple(joint for name in own for joint in members[name]):
        raise NotOneManipulator(f"its joints are not those of {', then those of '.join(own)}")
    fingers = tuple(finger.name for finger in hand.fingers)
    if fingers != FINGERS:
        raise NotOneManipulator(f"its fingers are {', '.join(fingers) or 'none'}, not {', '.join(FINGERS)}")
    return Manipulator(
        arm_joints=() if hand.arm is None else members[hand.arm],
        hand_joints=members[hand.group],
        hand_body=hand.body,
        palm_site=hand.palm_site,
        wrist_site=hand.wrist_site,
        fingers=hand.fingers,
    )
