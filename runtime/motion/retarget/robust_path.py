"""Joint paths that trade fingertip accuracy for calm motion, frame jumps of the estimate excepted."""

from collections.abc import Sequence

import numpy as np
from scipy.linalg import solveh_banded

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.motion.kinematics.finger_chain import FingerChain
from skillc.runtime.motion.retarget.path_parameters import FingerPathParameters


def calm_paths(
    chains: Sequence[FingerChain],
    paths: Sequence[FloatArray],
    goals: FloatArray,
    parameters: FingerPathParameters,
) -> list[FloatArray]:
    """Return paths minimising sum |miss|^2 + motion_weight rho(step), rho of Geman and McClure, within joint limits.

    Every round solves one Gauss-Newton step of all frames at once (a banded system). The weight of a step is shared
    by all fingers, because a jump of the hand's estimate moves them together.

    Args:
        chains: F fingers.
        paths: F initial paths (T, m) rad.
        goals: (T, F, 3) m, hand frame.
        parameters: see there.
    """
    current = [np.array(path) for path in paths]
    for _ in range(parameters.rounds):
        step = np.max([np.abs(np.diff(path, axis=0)).max(axis=1) for path in current], axis=0)
        weight = np.maximum((1 + (step / parameters.jump_scale) ** 2) ** -2.0, 1e-3)
        current = [
            _round(chain, path, goals[:, k], parameters.motion_weight * weight)
            for k, (chain, path) in enumerate(zip(chains, current))
        ]
    return current


def _round(chain: FingerChain, path: FloatArray, goals: FloatArray, price: FloatArray) -> FloatArray:
    """One projected Gauss-Newton step; `price` (T-1,) m^2/rad^2 of each squared step."""
    count, m = path.shape
    tip, J = chain.position_and_jacobian(path)
    H = J.transpose(0, 2, 1) @ J
    pull = np.diff(path, axis=0) * price[:, None]
    gradient = np.einsum("tij,ti->tj", J, goals - tip)
    gradient[:-1] += pull
    gradient[1:] -= pull
    coupling = np.zeros(count)
    coupling[:-1] += price
    coupling[1:] += price
    stuck = ((path <= chain.lower) & (gradient < 0)) | ((path >= chain.upper) & (gradient > 0))
    bands = np.zeros((m + 1, count * m))
    for i in range(m):
        for j in range(i, m):
            bands[m + i - j, j::m] = H[:, i, j]
        bands[m, i::m] += coupling + 1e-6
    bands[0, m:] = np.repeat(-price, m)
    bands[m, stuck.reshape(-1)] += 1e6
    step = solveh_banded(bands, gradient.reshape(-1), check_finite=False).reshape(count, m)
    moved: FloatArray = np.clip(path + np.clip(step, -0.3, 0.3), chain.lower, chain.upper)
    return moved
