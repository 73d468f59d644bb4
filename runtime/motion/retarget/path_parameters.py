"""Parameters of the fingers' paths."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class FingerPathParameters:
    """How the fingers' paths are found."""

    starts: int
    """Postures from which each frame of each finger is solved."""
    solve_iterations: int
    """Least squares steps from each of them."""
    damping: float
    """m^2, of those steps."""
    branch_weight: float
    """m^2/rad^2, price of a squared joint step against a squared miss where branches are chosen; below
    `motion_weight`, because solutions picked from a few starts move more than the final path."""
    motion_weight: float
    """m^2/rad^2, price of a squared joint step between frames against a squared fingertip miss."""
    jump_scale: float
    """rad; joint steps well above it are taken as jumps of the estimate and are not smoothed away."""
    rounds: int
    """Reweighted Gauss-Newton rounds over the whole path."""
