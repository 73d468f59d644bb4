"""The bones of a hand as lines."""

from matplotlib.axes import Axes

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.perception.hand.bones import PARENT

FINGERS = ("tab:red", "tab:orange", "tab:green", "tab:blue", "tab:purple")
"""Colours of thumb to little finger."""


def draw_hand(axes: Axes, joints: FloatArray, columns: tuple[int, int]) -> None:
    """Draw bones of joints (21, D) using two of their coordinates."""
    for joint in range(1, 21):
        pair = joints[[PARENT[joint], joint]][:, columns]
        axes.plot(pair[:, 0], pair[:, 1], color=FINGERS[(joint - 1) // 4], lw=1.2)
