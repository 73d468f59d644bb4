"""Pictures of refinement: grasps and pushes from near, the motion at its anchors, joint angles with speed and jerk."""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import mujoco
import numpy as np

from skillc.runtime.formats.arrays import FloatArray, Image
from skillc.runtime.formats.grasps import Grasps
from skillc.runtime.formats.reference import PHASES, Reference
from skillc.runtime.motion.cell.cell import Cell, reachable_postures
from skillc.runtime.sim.world import reset_data
from skillc.runtime.view.render import View, render

SIZE = (480, 360)
AZIMUTHS_RAD = (2.4, 0.6)


def draw_grasps(cell: Cell, grasps: Grasps, picture: Path, *, seeds: int = 8) -> None:
    """Write a PNG: a row per candidate (the first three), open and closed, from two sides."""
    rows = []
    for k in range(min(len(grasps.T_object_hand), 3)):
        T_table_hand = cell.T_table_manip @ grasps.T_object_hand[k]
        _, q = reachable_postures(cell.arm, cell.T_table_robot, T_table_hand[None], cell.q_start, seeds=seeds)
        rows.append(
            np.concatenate(
                [
                    _close_up(cell, np.concatenate([q[0], fingers]), cell.T_table_manip, azimuth)
                    for fingers in (grasps.q_pre[k], grasps.q_grasp[k])
                    for azimuth in AZIMUTHS_RAD
                ],
                axis=1,
            )
        )
    _write(np.concatenate(rows, axis=0), picture)


def draw_reference(cell: Cell, reference: Reference, picture: Path) -> None:
    """Write a PNG: the scene at every anchor above plots of joint angles, arm speed and arm jerk."""
    frames = [
        _close_up(cell, reference.qpos[i], reference.T_table_manip[i], AZIMUTHS_RAD[1], distance=0.9)
        for i in reference.anchor_index
    ]
    arm = len(cell.profile.arm_joints)
    rate = 1.0 / float(reference.time_s[1] - reference.time_s[0])
    figure, axes = plt.subplots(5, 1, figsize=(10, 13), height_ratios=[2, 2, 2, 1.5, 1.5])
    axes[0].imshow(np.concatenate(frames, axis=1))
    axes[0].set_title(", ".join(reference.anchor_name), fontsize=9)
    axes[0].axis("off")
    t = reference.time_s
    axes[1].plot(t, reference.qpos[:, :arm], lw=1)
    axes[1].set_ylabel("arm, rad")
    axes[2].plot(t, reference.qpos[:, arm:], lw=1)
    axes[2].set_ylabel("hand, rad")
    axes[3].plot(t[1:], np.diff(reference.qpos[:, :arm], axis=0) * rate, lw=1)
    axes[3].set_ylabel("arm, rad/s")
    axes[4].plot(t[3:], np.diff(reference.qpos[:, :arm], 3, axis=0) * rate**3, lw=1)
    axes[4].set_ylabel("arm, rad/s³")
    axes[4].set_xlabel("time, s")
    starts = np.flatnonzero(np.diff(reference.phase, prepend=-1))
    for axis in axes[1:]:
        axis.grid(alpha=0.3)
        for i in starts:
            axis.axvline(t[i], color="k", lw=0.5)
    for i in starts:
        axes[1].text(t[i], axes[1].get_ylim()[1], PHASES[reference.phase[i]], fontsize=7, va="bottom")
    figure.tight_layout()
    picture.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(picture, dpi=110)
    plt.close(figure)


def _close_up(cell: Cell, qpos: FloatArray, T_table_manip: FloatArray, azimuth: float, distance: float = 0.45) -> Image:
    data = reset_data(cell.world, qpos, {cell.twin.manipulated.name: T_table_manip})
    mujoco.mj_forward(cell.world.model, data)
    middle = T_table_manip[:3, 3] + np.array([0.0, 0.0, 0.5 * cell.surface.height])
    eye = middle + distance * np.array([0.9 * np.cos(azimuth), 0.9 * np.sin(azimuth), 0.44])
    view = View.looking_at(middle, eye, width=SIZE[0], height=SIZE[1])
    return render(cell.world.model, data, view)


def _write(image: Image, picture: Path) -> None:
    picture.parent.mkdir(parents=True, exist_ok=True)
    plt.imsave(picture, image)
