"""The table top as a solid: the one shape it has wherever it is simulated, avoided or exported."""

from typing import Any

import mujoco

HALF_THICKNESS_M = 0.05


def add_table_top(
    spec: Any, center_m: tuple[float, float], half_size_m: tuple[float, float], **properties: object
) -> None:
    """Add the box `table` to an `MjSpec`, its upper side at z = 0 of the table frame.

    Args:
        spec: the model.
        center_m: of the top, x and y.
        half_size_m: along x and y.
        properties: of the geom besides, as MuJoCo names them.
    """
    spec.worldbody.add_geom(
        name="table",
        type=mujoco.mjtGeom.mjGEOM_BOX,
        size=[*half_size_m, HALF_THICKNESS_M],
        pos=[*center_m, -HALF_THICKNESS_M],
        **properties,
    )
