"""The map of a table: where the skill has a motion, and what binds elsewhere."""

from pathlib import Path

import numpy as np

from skillc.runtime.formats.table_map import TableMap
from skillc.runtime.planning.plan import MotionPlanner

COLOURS = {"": "#2a9d4a", "reach": "#c8c8c8", "limit": "#e0b040", "collision": "#c0392b", "direction": "#8e44ad",
           "route": "#2c6fbb"}  # fmt: skip
"""Of a motion, and of each constraint."""


def draw_table_map(planner: MotionPlanner, found: TableMap, path: Path) -> None:
    """Write the map with robot base, target and the demonstrated place."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 5.6), dpi=110)
    axes = figure.add_subplot()
    for constraint, colour in COLOURS.items():
        at = np.array([b == constraint for b in found.binding])
        if at.any():
            x, y = found.xy[at].T
            axes.scatter(x, y, c=colour, s=90, marker="s", label=constraint or "a motion")
    axes.plot(*np.asarray(planner.cell.T_table_robot)[:2, 3], "k^", ms=12, label="robot base")
    for thing in planner.cell.twin.objects:
        x, y = np.asarray(thing.T_table_object)[:2, 3]
        axes.annotate(thing.name, (x, y), fontsize=9, ha="center", weight="bold")
    axes.set_aspect("equal")
    axes.set_xlabel("x, m")
    axes.set_ylabel("y, m")
    axes.set_title(f"{planner.skill}: a motion for {found.share:.0%} of {len(found.binding)} places", fontsize=10)
    axes.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, bbox_inches="tight")
