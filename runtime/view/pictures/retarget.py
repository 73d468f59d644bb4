"""The retargeted motion in plots."""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from skillc.runtime.formats.artifact import Artifacts
from skillc.runtime.formats.joint_motion import JointMotion
from skillc.runtime.view.pictures.canvas import save_page

FINGERS = ("thumb", "index", "middle", "ring")


def draw(made: Artifacts, picture: Path) -> None:
    """Write joint angles of arm and hand and the errors of Eq. 1 over time."""
    motion = made.load(JointMotion)
    arm = len(motion.joint_names) - 16 if len(motion.joint_names) > 16 else len(motion.joint_names)
    figure = Figure(figsize=(10, 11))
    axes = figure.subplots(4, 1, sharex=True)
    t = motion.time_s
    for j, name in enumerate(motion.joint_names):
        axes[0 if j < arm else 1].plot(t, motion.qpos[:, j], lw=1, label=name)
    axes[0].set_ylabel("arm, rad")
    axes[1].set_ylabel("hand, rad")
    for k, name in enumerate(FINGERS):
        axes[2].plot(t, 1000 * motion.tip_error_m[:, k], lw=1, label=name)
    axes[2].plot(t, 1000 * motion.wrist_error_m, "k", lw=1, label="wrist")
    axes[2].set_ylabel("error, mm")
    axes[3].plot(t, np.degrees(motion.wrist_error_rad), "k", lw=1)
    axes[3].set_ylabel("wrist, deg")
    axes[3].set_xlabel("time, s")
    for axis in axes[:3]:
        axis.legend(fontsize=6, ncol=4, loc="upper right")
    for axis in axes:
        axis.grid(alpha=0.3)
    figure.tight_layout()
    save_page(figure, picture, dpi=110)
