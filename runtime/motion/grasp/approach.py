"""Coarse correction of the demonstrated hand pose at a grasp: orientation kept, position corrected (A.2.2)."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.motion.cell.surface import Surface


@dataclass(frozen=True, kw_only=True)
class CoarseParameters:
    """Thresholds of A.2.2 (its text prints none of their values); lengths in metres."""

    top_alignment: float
    """tau_top: cosine between the approach axis and straight down above which a grasp comes from the top."""
    centre_m: float
    """tau_xy: farther than this from the object's axis, a top grasp is centred."""
    top_share: float
    """rho_top of the object's height."""
    side_standoff_m: float
    """d_side^0."""
    standoff_min_m: float
    standoff_max_m: float
    side_height: float
    """rho_side: share of the object's height below which the hand is lifted."""
    surface_samples: int
    """N_s."""
    shift_max_m: float
    """Delta_max of a side grasp's correction."""


@dataclass(frozen=True, kw_only=True)
class CoarsePose:
    """Corrected hand pose."""

    T_object_hand: FloatArray
    """(4, 4)."""
    kind: Literal["top", "side"]
    shift_m: float
    """How far the hand was moved."""


def correct_coarse(
    surface: Surface, T_object_hand: FloatArray, T_hand_palm: FloatArray, parameters: CoarseParameters
) -> CoarsePose:
    """Move the hand so that its palm stands right for a top or side grasp.

    Args:
        surface: the object, canonical frame (z up).
        T_object_hand: (4, 4) as retargeted.
        T_hand_palm: (4, 4), z out of the palm = approach axis.
        parameters: thresholds.
    """
    p = parameters
    palm = T_object_hand @ T_hand_palm
    at, axis = palm[:3, 3], palm[:3, 2]
    centre = 0.5 * (surface.low + surface.high)[:2]
    kind: Literal["top", "side"] = "top" if -axis[2] > p.top_alignment else "side"
    if kind == "top":
        gap = float(np.clip(p.top_share * surface.height, p.standoff_min_m, p.standoff_max_m))
        wanted = np.array([*at[:2], surface.high[2] + gap])
        if np.linalg.norm(at[:2] - centre) > p.centre_m:
            wanted[:2] = centre
    else:
        standoff = float(np.clip(p.side_standoff_m, p.standoff_min_m, p.standoff_max_m))
        wanted = at.copy()
        wanted[2] = max(wanted[2], surface.low[2] + p.side_height * surface.height)
        step = max(len(surface.points) // p.surface_samples, 1)
        sampled = surface.points[::step]
        offset = sampled - wanted
        length = np.linalg.norm(offset, axis=1)
        nearest = int(length.argmin())
        toward = offset[nearest] / max(length[nearest], 1e-9)
        if surface.distance(wanted[None])[0] < 0:
            toward = -toward
        move = toward * (length[nearest] - standoff)
        total = wanted + move - at
        size = float(np.linalg.norm(total))
        wanted = at + total * min(1.0, p.shift_max_m / max(size, 1e-9))
    T = np.array(T_object_hand)
    T[:3, 3] += wanted - at
    return CoarsePose(T_object_hand=T, kind=kind, shift_m=float(np.linalg.norm(wanted - at)))
