"""Sensors of how hard each link of the hand presses on the manipulated object, read in every simulation step."""

from typing import Any

import mujoco
import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.robot_profile import RobotProfile

_LARGEST_FIRST = 2
"""MuJoCo's number of keeping the matching contacts with the largest forces."""
CONTACTS = 4
"""ours: of one link; a box's face touches with as many."""
_NAME = "press/"


def measure_pressing(spec: Any, profile: RobotProfile, manipulated: str) -> None:
    """Add sensors of the contacts of every hand link with the manipulated object to an `MjSpec`."""
    kept = [1 << int(mujoco.mjtConDataField.mjCONDATA_FORCE), _LARGEST_FIRST, CONTACTS]
    for hand in profile.hands:
        root = spec.body(hand.body)
        for link in (root, *root.find_all("body")):
            if any(geom.contype or geom.conaffinity for geom in link.geoms):
                spec.add_sensor(
                    name=f"{_NAME}{link.name}", type=mujoco.mjtSensor.mjSENS_CONTACT, intprm=kept,
                    objtype=mujoco.mjtObj.mjOBJ_BODY, objname=link.name,
                    reftype=mujoco.mjtObj.mjOBJ_BODY, refname=f"object/{manipulated}",
                )  # fmt: skip


def largest_press(model: mujoco.MjModel, data: FloatArray) -> float:
    """Return the largest summed force (N) of one link in any of the sensor readings data (S, nsensordata).

    The forces of a link's contacts are summed as in an evaluation's `squeeze_force`; NaN where nothing is measured.
    """
    largest = []
    for k in range(model.nsensor):
        if model.sensor(k).name.startswith(_NAME):
            first = int(model.sensor_adr[k])
            forces = data[:, first : first + int(model.sensor_dim[k])].reshape(len(data), CONTACTS, 3)
            largest.append(float(np.linalg.norm(forces, axis=2).sum(axis=1).max(initial=0.0)))
    return max(largest, default=float("nan"))
