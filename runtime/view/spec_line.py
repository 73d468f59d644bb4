"""What is written into a spec for a thing that was clicked on."""

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.twin import TwinObject
from skillc.runtime.geometry.projection import project


def spec_line(name: str, role: str, at_px: FloatArray) -> str:
    """Return a line of `scene.objects` that names what the recording shows at a pixel (2,)."""
    return f"{name}: {{role: {role}, at: {{x: {at_px[0]:.0f}, y: {at_px[1]:.0f}}}}}"


def line_of(thing: TwinObject, calibration: Calibration) -> str:
    """Return the line that names a thing of a twin by the middle of its outline."""
    middle = np.array([[0.0, 0.0, thing.size_m[2] / 2]])
    T_camera_thing = calibration.T_camera_table @ np.asarray(thing.T_table_object)
    return spec_line(thing.name, thing.role, project(calibration.camera, T_camera_thing, middle)[0])
