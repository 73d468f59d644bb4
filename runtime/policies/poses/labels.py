"""Where the hand should be at a keyframe, given where the objects stand: what a pose policy learns (A.3.1)."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.reference import Reference
from skillc.runtime.formats.twin import Twin, TwinObject
from skillc.runtime.geometry import se3
from skillc.runtime.policies.poses.contact_place import contact_place
from skillc.runtime.sim.world import World

Keyframe = Literal["contact", "interaction"]
KEYFRAMES: tuple[Keyframe, ...] = ("contact", "interaction")


@dataclass(frozen=True, kw_only=True)
class Label:
    """The hand's pose of the refined motion at a keyframe, in the frame of the object that decides it."""

    keyframe: Keyframe
    thing: TwinObject
    """As it stands in the twin."""
    T_object_hand: FloatArray
    """(4, 4)."""
    followed_m: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Place on the object, in its frame, that the hand keeps to as the size changes; its origin, as the paper."""

    @classmethod
    def of(cls, keyframe: Keyframe, reference: Reference, twin: Twin) -> "Label":
        """Read the label of a refined motion.

        Raises:
            ValueError: the motion has no such anchor, or the keyframe's object is not there.
        """
        thing = twin.manipulated if keyframe == "contact" else twin.target
        if thing is None:
            raise ValueError(f"the keyframe {keyframe!r} is relative to a target object; the twin has none")
        if keyframe not in reference.anchor_name:
            raise ValueError(f"the motion has no anchor {keyframe!r}, only {', '.join(reference.anchor_name)}")
        T_table_hand = reference.anchor_T_table_hand[reference.anchor_name.index(keyframe)]
        return cls(keyframe=keyframe, thing=thing, T_object_hand=se3.inverse(thing.T_table_object) @ T_table_hand)

    def following(self, share: float, world: World, reference: Reference) -> "Label":
        """Return the label of a hand that keeps to the place of contact on an object of another size.

        A larger object is then not hit before the hand is there, and a smaller one, pulled from inside, not entered.

        Args:
            share: 1 keeps to the place, 0 changes nothing, as the paper.
            world: of the twin as it is.
            reference: the refined motion.
        """
        place = contact_place(world, self.thing.name, reference) if self.keyframe == "contact" and share else None
        if place is None:
            return self
        x, y, z = (share * place).tolist()
        return replace(self, followed_m=(x, y, z))

    def hand_pose(self, T_table_object: FloatArray, scale: float) -> FloatArray:
        """Return T_table_hand (4, 4) with the object at T_table_object (4, 4) and `scale` times as large.

        An object that looks alike all round is taken at its canonical orientation, so that the label does not chase an
        unobservable yaw. The interaction pose keeps its height over the target, and scales its place in the target's
        plane by the target's size ratio. The contact pose keeps to the place that it follows (ours).
        """
        T = self.canonical(T_table_object)
        T_object_hand = self.T_object_hand.copy()
        follow = (scale - 1.0) * np.array(self.followed_m)
        # A hand is never lowered towards the table, which does not shrink with the object.
        T_object_hand[:3, 3] += [*follow[:2], max(0.0, follow[2])]
        if self.keyframe == "interaction":
            T_object_hand[:2, 3] *= scale
        return np.asarray(T @ T_object_hand)

    def canonical(self, T_table_object: FloatArray) -> FloatArray:
        """Return the object's pose (4, 4) with the twin's own orientation where its turn cannot be seen."""
        if self.thing.symmetry != "z":
            return T_table_object
        return se3.from_parts(np.asarray(self.thing.T_table_object)[:3, :3], T_table_object[:3, 3])
