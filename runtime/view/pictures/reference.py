"""The refined motion at its anchors, and its joint angles with speed and jerk."""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from skillc.runtime.formats.artifact import Artifacts
from skillc.runtime.formats.reference import PHASES, Reference
from skillc.runtime.view.pictures.canvas import save_page
from skillc.runtime.view.pictures.close_up import AZIMUTHS_RAD, cell_to_show, close_up


def draw(made: Artifacts, picture: Path) -> None:
    """Write the scene at every anchor above plots of joint angles, arm speed and arm jerk."""
    cell, reference = cell_to_show(made), made.load(Reference)
    moments = dict(zip(reference.anchor_name, reference.anchor_index, strict=True))
    moments = moments or {"start": 0, "end": len(reference.time_s) - 1}
    frames = [
        close_up(cell, reference.qpos[i], reference.T_table_manip[i], AZIMUTHS_RAD[1], distance=0.9)
        for i in moments.values()
    ]
    arm = len(cell.profile.manipulator.arm_joints)
    rate = 1.0 / float(reference.time_s[1] - reference.time_s[0])
    figure = Figure(figsize=(10, 13))
    axes = figure.subplots(5, 1, height_ratios=[2, 2, 2, 1.5, 1.5])
    axes[0].imshow(np.concatenate(frames, axis=1))
    axes[0].set_title(", ".join(moments), fontsize=9)
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
    save_page(figure, picture, dpi=110)
