"""The cell seen from near."""

import mujoco
import numpy as np

from skillc.runtime.formats.arrays import FloatArray, Image
from skillc.runtime.formats.artifact import Artifacts
from skillc.runtime.formats.physics import PhysicsSettings
from skillc.runtime.motion.cell.cell import Cell
from skillc.runtime.motion.cell.load import load_cell
from skillc.runtime.sim.world import reset_data
from skillc.runtime.view.render import View, render

SIZE = (480, 360)
AZIMUTHS_RAD = (2.4, 0.6)


def cell_to_show(made: Artifacts) -> Cell:
    """Return the cell; nothing is stepped for a picture, so any physics will do."""
    physics = PhysicsSettings(
        timestep_s=0.004, control_rate_hz=60.0, integrator="implicit", cone="elliptic", impratio=1.0,
        solref=(0.01, 1.0), solimp=(0.9, 0.99, 0.001), iterations=20, tip_friction=1.0, tip_condim=3,
    )  # fmt: skip
    return load_cell(made, physics)


def close_up(cell: Cell, qpos: FloatArray, T_table_manip: FloatArray, azimuth: float, distance: float = 0.45) -> Image:
    """Return a picture of the robot at `qpos` (n,) and the manipulated object, seen from `distance` (m) away."""
    data = reset_data(cell.world, qpos, {cell.twin.manipulated.name: T_table_manip})
    mujoco.mj_forward(cell.world.model, data)
    middle = T_table_manip[:3, 3] + np.array([0.0, 0.0, 0.5 * cell.surface.height])
    eye = middle + distance * np.array([0.9 * np.cos(azimuth), 0.9 * np.sin(azimuth), 0.44])
    view = View.looking_at(middle, eye, width=SIZE[0], height=SIZE[1])
    return render(cell.world.model, data, view)
