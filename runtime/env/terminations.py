"""When an episode ends early (A.3.2, C.2). The end of the demonstration's horizon is no term: it always ends there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from skillc.runtime.env.snapshot import Snapshot


@dataclass(frozen=True, kw_only=True)
class TerminationTerm:
    """One kind of early end."""

    value: Callable[..., bool]
    """(snapshot, **parameters) -> end now."""
    parameters: Mapping[str, str]
    """Parameter -> unit."""


def hand_far(now: Snapshot, *, distance: float) -> bool:
    """Return whether, after contact, the fingertips are on average farther than `distance` from the object (A.3.2)."""
    return now.after_contact and not now.tip_distance_m <= distance


def object_far(now: Snapshot, *, distance: float) -> bool:
    """Return whether the object is farther than `distance` from where the reference expects it (C.2)."""
    return not float(np.linalg.norm(now.flow_centroid - now.flow_centroid_reference)) <= distance


def object_turned(now: Snapshot, *, distance: float) -> bool:
    """Return whether the object is turned farther than `distance` (rad) from what the reference expects."""
    return not now.object_turn_rad <= distance


def joints_far(now: Snapshot, *, distance: float) -> bool:
    """Return whether a joint is farther than `distance` (rad) from the reference (C.2: trajectory deviation)."""
    return not now.joint_distance_rad <= distance


TERMINATIONS: Mapping[str, TerminationTerm] = {
    "hand_far": TerminationTerm(value=hand_far, parameters={"distance": "m"}),
    "object_far": TerminationTerm(value=object_far, parameters={"distance": "m"}),
    "object_turned": TerminationTerm(value=object_turned, parameters={"distance": "rad"}),
    "joints_far": TerminationTerm(value=joints_far, parameters={"distance": "rad"}),
}
"""Every termination a method may name."""
