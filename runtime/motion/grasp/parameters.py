"""Numbers of the grasp search, nested as in the preset."""

from dataclasses import dataclass, replace

from skillc.runtime.motion.grasp.approach import CoarseParameters
from skillc.runtime.motion.grasp.contact_field import FieldParameters
from skillc.runtime.motion.grasp.contact_ik import ContactIkParameters
from skillc.runtime.motion.grasp.search import SearchParameters
from skillc.runtime.motion.grasp.stability_test import StabilityParameters


@dataclass(frozen=True, kw_only=True)
class CleaningParameters:
    """Which surface points may be touched (A.2.2)."""

    neighbours: int
    """kappa."""
    radius_m: float
    """r."""
    low_band: float
    """Share of the height above the lowest point that is left out."""
    low_band_max_m: float
    edge_m: float
    """Points nearer to an edge than this are left out (ours)."""
    points: int
    """Points kept for the search."""


@dataclass(frozen=True, kw_only=True)
class HoldParameters:
    """How a lifted object is held: what is asked of the motors, and what the hold has to stand (ours)."""

    use: float
    """Of what the worst motor holds without end."""
    firmer: tuple[float, ...]
    """Holds tried, ascending: 0 is the one that asks for `use`, 1 the whole squeeze; the first that stands is kept."""
    shake_m: float
    wrist_s: float
    """In the place of the stability test's."""


@dataclass(frozen=True, kw_only=True)
class GraspParameters:
    """Everything the grasp search needs; nested as in the preset."""

    coarse: CoarseParameters
    cleaning: CleaningParameters
    field: FieldParameters
    ik: ContactIkParameters
    search: SearchParameters
    stability: StabilityParameters
    hold: HoldParameters
    pre_m: float
    """delta_pre."""
    open_m: float
    """How far contacting fingers are opened on the way in."""
    approach_m: float
    """Length of the straight way in."""
    clearance_m: float
    """Wanted between the open hand and the object on the way in."""
    tested: int
    """Grasps that are shaken per attempt."""
    probed: int
    """Stable grasps that are shaken again in varied worlds per attempt."""
    enough: int
    """Sure grasps that end the search."""
    sure_share: float
    """Share of varied worlds in which a sure grasp is stable."""
    displaced_m: float
    """Displacement of the object in the varied worlds."""
    scales: tuple[tuple[float, float, float], ...]
    """Friction, mass and size factors of the varied worlds."""
    keep: int
    """Grasps returned."""
    seeds: int
    """Arm postures tried per hand pose."""
    announce_deg: float
    """deg; a hand turned by more than this from the demonstration is announced."""
    fallback_turn_rad: float
    """Turn towards fingers pointing down per attempt beyond the demonstrated orientation's."""

    def squeezing_at_most(self, force_n: float) -> "GraspParameters":
        """Return the parameters with a grip of at most `force_n` newtons."""
        p = self.search
        least, most = min(p.grip_min_n, force_n), min(p.grip_max_n, force_n)
        return replace(self, search=replace(p, grip_min_n=least, grip_max_n=most))
