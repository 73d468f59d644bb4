"""The motions of a skill that evaluation compares: the refined one, and those that it has to be better than."""

from collections.abc import Callable
from typing import Literal

from skillc.runtime.evaluate.retargeted import retargeted
from skillc.runtime.evaluate.skill import Skill
from skillc.runtime.evaluate.unrefined import unrefined

Motion = Literal["reference", "retargeted", "unrefined"]

_MOTIONS: dict[Motion, Callable[[Skill], Skill]] = {
    "reference": lambda skill: skill,
    "retargeted": retargeted,
    "unrefined": unrefined,
}


def with_motion(skill: Skill, motion: Motion) -> Skill:
    """Return the skill with that motion as its reference.

    Args:
        skill: a finished build.
        motion: `reference`, the refined one; `retargeted`, before refinement; `unrefined`, the refined way with the
            retargeted hand, its fingers closed.

    Raises:
        NotExecutable: the arm cannot follow it.
    """
    return _MOTIONS[motion](skill)
