"""What a depth camera hands out, and the calls that every such camera answers: live, played back or simulated."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from skillc.runtime.drivers.measurement import CameraFrame, DeviceReport
from skillc.runtime.formats.arrays import FloatArray, Image


@dataclass(frozen=True, kw_only=True)
class Picture:
    """Colour and depth of one moment."""

    frame: CameraFrame
    """Numbers and times on the camera's own clock."""
    received_s: float
    """s, when this computer had it, or, in a simulation, when it was exposed: its age counts from here."""
    colour: Image
    """(H, W, 3) uint8 RGB."""
    depth_m: FloatArray
    """(h, w) m in the depth camera's own view; 0 where there is none."""
    depth_matrix: FloatArray
    """(3, 3) px, of the depth camera."""
    T_colour_depth: FloatArray
    """(4, 4) from the depth camera to the colour camera, whose place in the table frame is known."""


class LiveCamera(Protocol):
    """A camera that is started; no call waits."""

    def newest(self) -> Picture | None:
        """Return the newest picture, None before the first."""

    def age_s(self) -> float:
        """Return seconds since `received_s` of the newest picture; infinite before the first."""

    def reports(self) -> tuple[DeviceReport, ...]:
        """Return what is wrong with the camera."""

    def close(self) -> None:
        """Stop it."""


def invalid_share(depth_m: FloatArray) -> float:
    """Return the share of a depth picture's (h, w) pixels that have no depth."""
    return float(np.mean(~(depth_m > 0.0)))
