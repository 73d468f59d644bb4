"""The seven tasks of Video2Sim2Real as scripts: what stands where, how the hand takes it, where it goes, and when.

Distances are everyday reaches (ours); a whole demonstration takes five seconds like the paper's human videos.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from skillc.runtime.demonstrator import catalog
from skillc.runtime.demonstrator.grasping import GraspError
from skillc.runtime.demonstrator.hand_skeleton import Skeleton
from skillc.runtime.demonstrator.hand_skin import HandSkin
from skillc.runtime.demonstrator.pick_scripts import apple_script, peach_script, spice_script, toy_script
from skillc.runtime.demonstrator.push_scripts import book_script, box_script, tray_script
from skillc.runtime.demonstrator.script import Cast, Rng, Script
from skillc.runtime.demonstrator.script_moves import (
    standing,
)

_BUILDERS: dict[str, Callable[[Cast], Script]] = {
    "apple": apple_script,
    "peach": peach_script,
    "spice": spice_script,
    "toy": toy_script,
    "box": box_script,
    "book": book_script,
    "tray": tray_script,
}
TASKS = tuple(_BUILDERS)


def write_script(task: str, *, rng: Rng, skeleton: Skeleton, skin: HandSkin) -> Script:
    """Return the script of `task`, drawing sizes, places and times from `rng`; redraws what the hand cannot take.

    Raises:
        KeyError: unknown task.
        GraspError: eight draws in a row were not graspable.
    """
    builder = _BUILDERS[task]
    reason = GraspError("not tried")
    for _ in range(8):
        try:
            return _with_distractors(builder(Cast(rng=rng, skeleton=skeleton, skin=skin)), rng)
        except GraspError as error:
            reason = error
    raise reason


def _with_distractors(script: Script, rng: Rng) -> Script:
    """Add up to two things at the far or right side of the table that take no part."""
    spots = [(0.04, 0.47), (0.10, 0.60), (0.22, 0.66)]
    rng.shuffle(spots)
    props, places = list(script.props), list(script.Ts_table_prop)
    for i in range(int(rng.integers(0, 3))):
        props.append(catalog.distractor(rng, i + 1))
        x, y = spots[i]
        places.append(standing(x + rng.uniform(-0.02, 0.02), y + rng.uniform(-0.02, 0.02), rng.uniform(-1, 1)))
    return replace(script, props=tuple(props), Ts_table_prop=np.stack(places))
