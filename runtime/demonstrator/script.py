"""A script: who and what takes part, and when each move is made."""

from dataclasses import dataclass

import numpy as np

from skillc.runtime.demonstrator.grasping import HandPose, Touch, solve_touch
from skillc.runtime.demonstrator.hand_skeleton import Skeleton
from skillc.runtime.demonstrator.hand_skin import HandSkin
from skillc.runtime.demonstrator.movement import Move
from skillc.runtime.demonstrator.props import Prop
from skillc.runtime.demonstrator.solids import Solid
from skillc.runtime.formats.arrays import FloatArray

Rng = np.random.Generator


DURATION_S = 5.0


FINGERTIPS = tuple(Touch(finger=f) for f in range(5))


@dataclass(frozen=True, kw_only=True)
class Script:
    """One demonstration, ready to be performed."""

    task: str
    task_type: str
    props: tuple[Prop, ...]
    """The manipulated prop first."""
    Ts_table_prop: FloatArray
    """(P, 4, 4) at the start."""
    start: HandPose
    moves: tuple[Move, ...]
    grasp: HandPose
    """The hand at the moment of touch."""
    touches: tuple[Touch, ...]
    attach_s: float
    """From here on the manipulated prop moves with the hand."""
    detach_s: float | None
    """From here on it stays; None = held to the end."""


@dataclass(frozen=True, kw_only=True)
class Cast:
    """What every script builder is given."""

    rng: Rng
    skeleton: Skeleton
    skin: HandSkin

    def touch(
        self, guess: HandPose, solid: Solid, touches: tuple[Touch, ...], aims: FloatArray | None = None
    ) -> HandPose:
        """Return the cast's hand touching a solid; raises GraspError."""
        return solve_touch(skeleton=self.skeleton, skin=self.skin, guess=guess, solid=solid, touches=touches, aims=aims)
