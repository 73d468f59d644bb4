"""The simulated camera: a colour stream of a RealSense D455 looking down at the table.

The numbers here are the generator's own; no estimator may read them. The 640x480 stream of a D455 has a focal length
near 388 px (Intel RealSense D400 series datasheet: 90 deg horizontal view of the 16:10 sensor, cut to 4:3); the
picture is that stream's view at 960x720.
"""

from dataclasses import dataclass

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.recording import Camera
from skillc.runtime.geometry import se3

WIDTH, HEIGHT = 960, 720
NOMINAL_FOCAL = 582.0
"""px; what the spec says. The true one differs by up to about 1 % from camera to camera."""
MARGIN = 16
"""px rendered around the picture, out of which the off-centre principal point is cut."""


@dataclass(frozen=True, kw_only=True)
class Viewpoint:
    """Where the camera stands and what it is."""

    camera: Camera
    """True intrinsics."""
    T_camera_table: FloatArray
    """(4, 4) OpenCV axes."""
    offset_px: tuple[int, int]
    """Top left corner of the picture in the rendered frame with its margin."""
    nominal_focal: float = NOMINAL_FOCAL
    """px, what the spec says of the focal length."""

    def project(self, points_table: FloatArray) -> FloatArray:
        """Return pixels (..., 2) of points (..., 3) in the table frame."""
        p = points_table @ self.T_camera_table[:3, :3].T + self.T_camera_table[:3, 3]
        c = self.camera
        return np.stack([c.fx * p[..., 0] / p[..., 2] + c.cx, c.fy * p[..., 1] / p[..., 2] + c.cy], axis=-1)


SHEET = 0.048
"""m, half the printed tag."""


def choose_viewpoint(rng: np.random.Generator) -> Viewpoint:
    """Return a camera about 0.39 m above the table's near edge, looking down by about 48 degrees, the tag in view."""
    corners = np.array([[x, y, 0.0] for x in (-SHEET, SHEET) for y in (-SHEET, SHEET)])
    while True:
        viewpoint = _draw_viewpoint(rng)
        px = viewpoint.project(corners)
        if px.min() > 6 and px[:, 0].max() < WIDTH - 6 and px[:, 1].max() < HEIGHT - 6:
            return viewpoint


def _draw_viewpoint(rng: np.random.Generator) -> Viewpoint:
    focal = NOMINAL_FOCAL * (1 + float(np.clip(rng.normal(0, 0.004), -0.01, 0.01)))
    shift = rng.integers(-8, 9, 2)
    camera = Camera(
        width=WIDTH, height=HEIGHT, fx=focal, fy=focal,
        cx=(WIDTH - 1) / 2 + float(shift[0]), cy=(HEIGHT - 1) / 2 + float(shift[1]),
    )  # fmt: skip
    eye = np.array([0.318, -0.205, 0.395]) + rng.uniform(-1, 1, 3) * [0.02, 0.018, 0.02]
    aim = np.array([0.255, 0.225, 0.0]) + rng.uniform(-1, 1, 3) * [0.012, 0.012, 0.0]
    R_camera_table = roll_about((aim - eye) / np.linalg.norm(aim - eye), float(rng.uniform(-0.02, 0.05)))
    T_camera_table = se3.from_parts(R_camera_table, -R_camera_table @ eye)
    return Viewpoint(
        camera=camera, T_camera_table=T_camera_table, offset_px=(MARGIN - int(shift[0]), MARGIN - int(shift[1]))
    )


def roll_about(forward: FloatArray, roll: float) -> FloatArray:
    """Return R_camera_table (3, 3) of a camera that looks along the unit vector `forward` (3,), rolled by `roll`."""
    right = np.cross(forward, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right)
    down = np.cross(forward, right)
    return np.stack([np.cos(roll) * right + np.sin(roll) * down, np.cos(roll) * down - np.sin(roll) * right, forward])
