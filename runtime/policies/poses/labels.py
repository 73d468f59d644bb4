"""Where the hand should be at a keyframe, given where the objects stand: what a pose policy learns (A.3.1)."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.reference import Reference
from skillc.runtime.formats.twin import Twin, TwinObject
from skillc.runtime.geometry import se3

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

    def hand_pose(self, T_table_object: FloatArray, scale: float) -> FloatArray:
        """Return T_table_hand (4, 4) with the object at T_table_object (4, 4) and `scale` times as large.

        An object that looks alike all round is taken at its canonical orientation, so that the label does not chase an
        unobservable yaw. The interaction pose keeps its height over the target, and scales its place in the target's
        plane by the target's size ratio.
        """
        T = self.canonical(T_table_object)
        T_object_hand = self.T_object_hand.copy()
        if self.keyframe == "interaction":
            T_object_hand[:2, 3] *= scale
        return np.asarray(T @ T_object_hand)

    def canonical(self, T_table_object: FloatArray) -> FloatArray:
        """Return the object's pose (4, 4) with the twin's own orientation where its turn cannot be seen."""
        if self.thing.symmetry != "z":
            return T_table_object
        return se3.from_parts(np.asarray(self.thing.T_table_object)[:3, :3], T_table_object[:3, 3])
