"""Where things stand, as options of commands say it."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

from typer import Option

from skillc.runtime.cli.failures import InputError

if TYPE_CHECKING:
    from skillc.runtime.formats.twin import TwinObject
    from skillc.runtime.planning.arrangement import Arrangement
    from skillc.runtime.planning.plan import MotionPlanner

FAR_M = 10.0
"""No table reaches farther."""
ObjectAt: TypeAlias = Annotated[
    str, Option("--object", metavar="X,Y[,YAW]", help="Where the manipulated object stands: m, deg it is turned.")
]
TargetAt: TypeAlias = Annotated[
    str, Option("--target", metavar="X,Y[,YAW]", help="Where the target stands; of a push, where the object ends.")
]
Obstacles: TypeAlias = Annotated[
    list[str] | None, Option("--obstacle", metavar="X,Y,DX,DY,DZ[,YAW]", help="A box on the table; repeatable.")
]


Cloud: TypeAlias = Annotated[
    Path | None, Option("--cloud", help="An .npy of (N, 3) m, table frame: what else was seen stands in the way.")
]


def arrangement_of(
    planner: "MotionPlanner", object_at: str, target_at: str, obstacles: list[str], cloud: Path | None
) -> "Arrangement":
    """Read where things stand; what is left out stands as demonstrated."""
    from dataclasses import replace

    import numpy as np

    from skillc.runtime.planning.arrangement import Arrangement, box_obstacle, free_names, standing_at
    from skillc.runtime.tasks.catalog import task_type

    twin, asked = planner.cell.twin, Arrangement.of(planner.cell.twin)
    if object_at:
        x, y, yaw = _numbers("--object", object_at, (2, 3), 3)
        asked = replace(asked, T_table_manip=standing_at(asked.T_table_manip, x, y, math.radians(yaw)))
    if target_at and task_type(twin.task_type).slides:
        asked = replace(asked, end_xy=np.array(_numbers("--target", target_at, (2,), 2)))
    elif target_at and asked.T_table_target is None:
        raise InputError(f"a {twin.task_type} has no target object", "leave --target out")
    elif target_at and asked.T_table_target is not None:
        x, y, yaw = _numbers("--target", target_at, (2, 3), 3)
        asked = replace(asked, T_table_target=standing_at(asked.T_table_target, x, y, math.radians(yaw)))
    boxes: list[TwinObject] = []
    for text, name in zip(obstacles, free_names(twin)):
        x, y, dx, dy, dz, yaw = _numbers("--obstacle", text, (5, 6), 6)
        if min(dx, dy, dz) <= 0.001:
            raise InputError(f"--obstacle {text}: a box has sizes above 1 mm", "write X,Y,DX,DY,DZ in metres")
        boxes.append(box_obstacle(name, standing_at(np.eye(4), x, y, math.radians(yaw)), (dx, dy, dz)))
    asked = replace(asked, obstacles=tuple(boxes))
    return asked if cloud is None else replace(asked, obstacles=(*boxes, *_seen(planner, asked, cloud)))


def _seen(planner: "MotionPlanner", asked: "Arrangement", cloud: Path) -> "tuple[TwinObject, ...]":
    """Return boxes for what a file of points shows beyond the things that stand there."""
    import numpy as np

    from skillc.runtime.planning.arrangement import arranged
    from skillc.runtime.planning.cloud_boxes import cloud_boxes

    try:
        points = np.load(cloud, allow_pickle=False)
        return cloud_boxes(points, arranged(planner.cell, asked).twin)
    except (OSError, ValueError, TypeError, EOFError, AttributeError) as reason:
        raise InputError(
            f"--cloud {cloud}: {reason}", "an .npy file of (N, 3) numbers, metres, table frame"
        ) from reason


def _numbers(option: str, text: str, counts: tuple[int, ...], total: int) -> list[float]:
    """Return the numbers of `text`, filled up with zeros."""
    try:
        found = [float(part) for part in text.split(",")]
    except ValueError:
        found = []
    if len(found) not in counts or not all(math.isfinite(v) for v in found):
        raise InputError(f"{option} {text!r} is not {' or '.join(map(str, counts))} numbers", "as in 0.30,0.25")
    if any(abs(v) > FAR_M for v in found[: min(counts) if option != "--obstacle" else 5]):
        raise InputError(f"{option} {text!r} lies beyond {FAR_M:g} m", "coordinates are metres in the table frame")
    return found + [0.0] * (total - len(found))
