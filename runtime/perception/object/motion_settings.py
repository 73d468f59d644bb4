"""Numbers of the object's motion."""

from dataclasses import dataclass

from skillc.runtime.perception.object.pose_step import PoseSettings


@dataclass(frozen=True, kw_only=True)
class MotionSettings:
    """Parameters of the object's motion."""

    pose: PoseSettings
    onset_px: float
    """px at 960 px width: median motion of the object's points that ends its rest."""
    onset_s: float
    """s that it has to last."""
    step_sigma: float
    """m, deviation from constant velocity in a frame of 1/30 s."""
    turn_sigma: float
    """rad, likewise."""
    held_sigma: float
    """m, how far a held object moves against the palm in a frame of 1/30 s, across the line of sight."""
    carry_sigma: float
    """m, deviation of a held object from where the hand's landmarks carry it, across the line of sight."""
    carry_turn_sigma: float
    """rad, likewise for its rotation."""
    lifted_inlier: float
    """m, tau_r: residual up to which a point lifted by depth agrees with a pose."""
    acceleration_sigma: float
    """m/s^2 of hands at work."""
    turn_smoothing: float
    """s, standard deviation of the Gaussian over rotations."""
    support_sigma: float
    """m, how well the height of a placed object is known from what it lies on."""
    placed_below: float
    """m above the support below which an object at rest at the end is taken for placed."""
