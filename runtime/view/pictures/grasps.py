"""Grasps and pushes from near."""

from pathlib import Path

import numpy as np

from skillc.runtime.formats.artifact import Artifacts
from skillc.runtime.formats.grasps import Grasps
from skillc.runtime.motion.cell.cell import reachable_postures
from skillc.runtime.view.pictures.canvas import save_picture
from skillc.runtime.view.pictures.close_up import AZIMUTHS_RAD, cell_to_show, close_up

SEEDS = 8
"""ours: postures of the arm to start from; the picture shows any that reaches."""


def draw(made: Artifacts, picture: Path) -> None:
    """Write a row per candidate (the first three), open and closed, from two sides."""
    cell, grasps = cell_to_show(made), made.load(Grasps)
    rows = []
    for k in range(min(len(grasps.T_object_hand), 3)):
        T_table_hand = cell.T_table_manip @ grasps.T_object_hand[k]
        _, q = reachable_postures(cell.arm, cell.T_table_robot, T_table_hand[None], cell.q_start, seeds=SEEDS)
        rows.append(
            np.concatenate(
                [
                    close_up(cell, np.concatenate([q[0], fingers]), cell.T_table_manip, azimuth)
                    for fingers in (grasps.q_open[k], grasps.q_grasp[k])
                    for azimuth in AZIMUTHS_RAD
                ],
                axis=1,
            )
        )
    save_picture(np.concatenate(rows, axis=0), picture)
