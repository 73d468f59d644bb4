"""Cells beyond what policies met: what is a correction while moving worth, on trials that are otherwise alike?"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from skillc.runtime.evaluate.protocol import Trial
from skillc.runtime.formats.twin import Twin

Stress = Literal["none", "small", "pose_10mm", "pose_15mm", "slippery", "all"]
SEED_OFFSET = 2_000_003
"""Keeps the draws apart from those of the protocols, which stay as they are without stress."""


@dataclass(frozen=True, kw_only=True)
class Strain:
    """What a cell changes of a trial."""

    size: tuple[float, float] | None = None
    """Size factor of the manipulated object, drawn evenly; None leaves it as the protocol drew it."""
    pose_error_m: float = 0.0
    """Each axis of every hand pose asked for is off evenly up to this."""
    friction: float = 1.0
    """Factor on the friction of the manipulated object, whatever touches it."""


STRAINS: Mapping[Stress, Strain] = {
    "none": Strain(),
    "small": Strain(size=(0.78, 0.88)),
    "pose_10mm": Strain(pose_error_m=0.010),
    "pose_15mm": Strain(pose_error_m=0.015),
    "slippery": Strain(friction=0.3),
    "all": Strain(size=(0.78, 0.88), pose_error_m=0.010, friction=0.3),
}
"""ours: where a hand that only replays is known to lose a small object, or to hold it at its edge."""


def stressed(trial: Trial, twin: Twin, cell: Stress, seed: int) -> Trial:
    """Return a trial with what a cell changes; the same seed gives the same change, whatever the cell adds to it."""
    strain, rng = STRAINS[cell], np.random.default_rng([SEED_OFFSET, seed])
    size, axes = rng.random(), rng.uniform(-1.0, 1.0, 3)
    name, world = twin.manipulated.name, trial.world
    if strain.size is not None:
        low, high = strain.size
        world = replace(world, size_scale={**world.size_scale, name: low + size * (high - low)})
    if strain.friction != 1.0:
        own = world.friction_scale.get(name, 1.0)
        world = replace(world, friction_scale={**world.friction_scale, name: own * strain.friction})
    error = strain.pose_error_m * axes
    return replace(trial, world=world, pose_error_m=(float(error[0]), float(error[1]), float(error[2])))
