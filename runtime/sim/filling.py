"""Spheres in the vessel that a pour pours from.

A vessel whose twin is solid gets a cavity that only the spheres feel: a round shaft, open at the top, so that what the
hand grasps stays as it is. The vessel keeps its mass with what is in it.
"""

from dataclasses import dataclass
from typing import Any

import mujoco
import numpy as np

from skillc.runtime.formats.arrays import FloatArray, IntArray
from skillc.runtime.formats.filling import Filling
from skillc.runtime.formats.records import FormatError
from skillc.runtime.formats.twin import TwinObject
from skillc.runtime.sim.variation import WorldVariation
from skillc.runtime.sim.world_parts import ROLLING_M, TORSION_M, ContactParameters

WALL_M = 0.002
"""ours: wall and floor of a cavity; small jars have 1 to 3 mm."""
SIDES = 16
"""ours: as of a shell's rings."""
ROUND_SHARE = 0.6
"""ours: radius of the shaft in a ball, over the ball's own."""
LARGEST_SHARE = 0.5
"""ours: of an object's mass its filling is at most this much."""
SPIN_DAMPING = 5e-8
"""ours: Nm s/rad; a sphere of 5 mm that spins on the spot stops in a tenth of a second."""
SPACING = 2.05
"""ours: radii between neighbours before they settle."""
_VESSEL, _GRAIN = 4, 2
"""Bits of MuJoCo's contype: a solid vessel and spheres do not feel each other."""


@dataclass(frozen=True, kw_only=True)
class Filled:
    """The spheres in a compiled scene, and where they are to go."""

    qpos: IntArray
    """(k,) addresses of their free joints: position, quaternion."""
    radius_m: float
    target: str
    target_size_m: FloatArray
    """(3,) full extents."""


class FillingError(FormatError):
    """The spheres have no room in the vessel; the message says how much there is."""


def add_filling(
    spec: Any, thing: TwinObject, filling: Filling, contact: ContactParameters, change: WorldVariation
) -> None:
    """Put spheres `filling/<k>` into the vessel `thing`, which `spec` already has.

    They grow and shrink with the vessel.

    Raises:
        FillingError: they have no room.
    """
    scale = change.size_scale.get(thing.name, 1.0)
    body = spec.body(f"object/{thing.name}")
    spots = places(thing, filling) * scale
    radius, height = (scale * length for length in _shaft(thing))
    style = {
        "friction": [filling.friction, TORSION_M, ROLLING_M],
        "solref": contact.solref,
        "solimp": contact.solimp,
        "contype": _GRAIN,
    }
    if thing.shape.wall_m == 0.0:
        for geom in body.geoms:
            if geom.contype:
                geom.contype = _VESSEL
        _add_shaft(body, radius, height, {**style, "conaffinity": _GRAIN, "rgba": [0, 0, 0, 0], "mass": 0.0})
    volume = 4.0 / 3.0 * np.pi * (filling.radius * scale) ** 3
    mass = min(filling.density * volume, LARGEST_SHARE * body.mass / filling.number)
    left = 1.0 - filling.number * mass / body.mass
    body.mass, body.inertia = body.mass * left, np.asarray(body.inertia) * left
    T = np.asarray(change.T_table_object.get(thing.name, thing.T_table_object))
    for k, spot in enumerate(spots @ T[:3, :3].T + T[:3, 3]):
        grain = spec.worldbody.add_body(name=f"filling/{k}", pos=spot)
        grain.add_freejoint(name=f"filling/{k}").damping = [SPIN_DAMPING, 0, 0]
        grain.add_geom(
            type=mujoco.mjtGeom.mjGEOM_SPHERE, size=[filling.radius * scale, 0, 0], mass=mass, conaffinity=1 | _GRAIN,
            rgba=[0.85, 0.45, 0.12, 1], **style,
        )  # fmt: skip


def places(thing: TwinObject, filling: Filling) -> FloatArray:
    """Return places (number, 3) in the vessel's frame, layer upon layer, that touch neither each other nor the wall.

    Raises:
        FillingError: there are fewer.
    """
    radius, height = _shaft(thing)
    step, reach = SPACING * filling.radius, radius - filling.radius
    count = int(max(reach, 0.0) / step)
    grid = step * np.arange(-count, count + 1)
    x, y = np.meshgrid(grid, grid)
    layer = np.stack([x.ravel(), y.ravel()], axis=1)
    layer = layer[np.linalg.norm(layer, axis=1) <= reach]
    heights = WALL_M + filling.radius + step * np.arange(int((height - filling.radius) / step))
    spots = np.array([[*place, z] for z in heights for place in layer])
    if len(spots) < filling.number:
        room = f"{2e3 * radius:.0f} mm wide and {1e3 * height:.0f} mm high"
        raise FillingError(
            f"{filling.number} spheres of {1e3 * filling.radius:g} mm radius have no room in a vessel {room}, which"
            f" takes {len(spots)}",
            "write a smaller number or radius in task.filling",
        )
    return spots[: filling.number]


def _shaft(thing: TwinObject) -> tuple[float, float]:
    """Return radius and height (m) of the room inside, from its floor up; a neck narrows it all the way."""
    size, shape = thing.size_m, thing.shape
    wall = shape.wall_m or WALL_M
    radius = 0.5 * min(size[:2])
    if shape.kind == "revolve":
        radius = min(r for r, z in shape.profile_m if z > wall)
    elif shape.kind in ("sphere", "ellipsoid"):
        radius *= ROUND_SHARE
    return radius - wall, size[2] - wall


def _add_shaft(body: Any, radius: float, height: float, style: dict[str, Any]) -> None:
    """Add a floor and a ring of boards around the room, as thick as they may be inside the vessel."""
    floor = [radius + WALL_M, radius + WALL_M, WALL_M / 2]
    body.add_geom(type=mujoco.mjtGeom.mjGEOM_BOX, pos=[0, 0, WALL_M / 2], size=floor, **style)
    board = radius * np.tan(np.pi / SIDES) + WALL_M
    for angle in 2 * np.pi * np.arange(SIDES) / SIDES:
        middle = radius + WALL_M
        body.add_geom(
            type=mujoco.mjtGeom.mjGEOM_BOX,
            pos=[middle * np.cos(angle), middle * np.sin(angle), WALL_M + height / 2],
            quat=[np.cos(angle / 2), 0, 0, np.sin(angle / 2)],
            size=[WALL_M, board, height / 2],
            **style,
        )
