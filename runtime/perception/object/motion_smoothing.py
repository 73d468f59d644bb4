"""Smooth a sequence of positions with unequal, directional certainty: one batch least-squares problem.

Minimises the sum of squared deviations in each frame's information plus squared accelerations. Frames without evidence
are bridged; the posterior gives every frame its own standard deviation.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.spatial.transform import Rotation

from skillc.runtime.formats.arrays import FloatArray


@dataclass(frozen=True, kw_only=True)
class Smoothed:
    """Positions and their certainty."""

    positions: FloatArray
    """(T, 3) m."""
    sigma: FloatArray
    """(T,) m, root of the mean variance over the axes."""


def smooth_positions(
    positions: FloatArray,
    information: FloatArray,
    steps: FloatArray,
    step_information: FloatArray,
    time_s: FloatArray,
    acceleration_sigma: float,
) -> Smoothed:
    """Smooth a path.

    Args:
        positions: (T, 3) m.
        information: (T, 3, 3) inverse covariances.
        steps: (T, 3) m, motion since the frame before known from elsewhere (the hand that holds the object).
        step_information: (T, 3, 3) theirs; zero where there is none.
        time_s: (T,).
        acceleration_sigma: m/s^2.
    """
    count = len(positions)
    H = np.zeros((3 * count, 3 * count))
    b = np.zeros(3 * count)
    for t in range(count):
        block = slice(3 * t, 3 * t + 3)
        H[block, block] += information[t] + 1e-6 * np.eye(3)
        b[block] += information[t] @ positions[t] + 1e-6 * positions[t]
    for t in range(1, count):
        now, past = slice(3 * t, 3 * t + 3), slice(3 * t - 3, 3 * t)
        certain = step_information[t]
        H[now, now] += certain
        H[past, past] += certain
        H[now, past] -= certain
        H[past, now] -= certain
        b[now] += certain @ steps[t]
        b[past] -= certain @ steps[t]
    for t in range(1, count - 1):
        before, after = time_s[t] - time_s[t - 1], time_s[t + 1] - time_s[t]
        span = (before + after) / 2
        row = np.array([1 / before, -1 / before - 1 / after, 1 / after]) / span / acceleration_sigma
        for i, a in enumerate(row):
            for j, c in enumerate(row):
                for axis in range(3):
                    H[3 * (t - 1 + i) + axis, 3 * (t - 1 + j) + axis] += a * c
    factor = cho_factor(H)
    found = cho_solve(factor, b).reshape(count, 3)
    variance = np.diag(cho_solve(factor, np.eye(3 * count))).reshape(count, 3)
    return Smoothed(positions=found, sigma=np.sqrt(variance.mean(axis=1)))


def smooth_turns(turns: FloatArray, time_s: FloatArray, sigma_s: float) -> FloatArray:
    """Average each rotation with its neighbours under a Gaussian of `sigma_s`."""
    smooth = np.empty_like(turns)
    for t in range(len(turns)):
        weight = np.exp(-0.5 * ((time_s - time_s[t]) / sigma_s) ** 2)
        near = weight > 1e-3
        smooth[t] = Rotation.from_matrix(turns[near]).mean(weight[near]).as_matrix()
    return smooth
