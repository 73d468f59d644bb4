"""Choose one inverse kinematics solution per frame so that the whole path is reached and moves little."""

import numpy as np

from skillc.runtime.formats.arrays import FloatArray, IntArray
from skillc.runtime.motion.kinematics.finger_chain import FingerChain
from skillc.runtime.motion.retarget.path_parameters import FingerPathParameters

REST_PRICE = 1e-4
"""ours: price of a squared distance (rad) to the rest posture; only decides between equals."""


def branch_path(
    chain: FingerChain, goals: FloatArray, *, rest: FloatArray, parameters: FingerPathParameters
) -> FloatArray:
    """Return q (T, m) rad that brings the fingertip to goals (T, 3) m, hand frame, without needless changes of branch.

    A finger has more joints than a fingertip has coordinates, and several branches; following one frame from the last
    gets caught in whichever branch came first. Instead every frame is solved from postures spread over the joint
    range, and a shortest path through all solutions picks one per frame.

    Args:
        chain: the finger.
        goals: (T, 3) m, hand frame.
        rest: (m,) rad, posture preferred when nothing else decides.
        parameters: see there.
    """
    starts = parameters.starts
    count, m = len(goals), len(chain.lower)
    first = np.tile(spread_postures(chain, starts), (count, 1))
    q, miss = chain.solve(
        first,
        np.repeat(goals, starts, axis=0),
        iterations=parameters.solve_iterations,
        damping=parameters.damping,
    )
    q, miss = q.reshape(count, starts, m), miss.reshape(count, starts)
    price = miss**2 / parameters.branch_weight + REST_PRICE * np.sum((q - rest) ** 2, axis=2)
    path: FloatArray = np.take_along_axis(q, shortest_path(q, price)[:, None, None], axis=1)[:, 0]
    return path


def shortest_path(q: FloatArray, price: FloatArray) -> IntArray:
    """Return the index (T,) of the choice per frame that minimises prices plus squared joint steps (Viterbi).

    Args:
        q: (T, S, m) rad, choices of each frame.
        price: (T, S) of each choice.
    """
    count, choices = price.shape
    came_from = np.zeros((count, choices), dtype=np.int64)
    total = price[0].copy()
    steps = np.sum((q[1:, :, None, :] - q[:-1, None, :, :]) ** 2, axis=3)
    for t in range(1, count):
        through = total[None, :] + steps[t - 1]
        came_from[t] = through.argmin(axis=1)
        total = price[t] + through[np.arange(choices), came_from[t]]
    chosen = np.zeros(count, dtype=np.int64)
    chosen[-1] = int(total.argmin())
    for t in range(count - 1, 0, -1):
        chosen[t - 1] = came_from[t, chosen[t]]
    return chosen


def spread_postures(chain: FingerChain, starts: int) -> FloatArray:
    """Return (starts, m) rad spread evenly over the joint range (additive recurrence of the golden ratio's kin)."""
    m = len(chain.lower)
    ratio = 2.0
    for _ in range(30):
        ratio = (1 + ratio) ** (1 / (m + 1))
    steps = ratio ** -np.arange(1, m + 1)
    unit = (0.5 + np.outer(np.arange(1, starts + 1), steps)) % 1.0
    spread: FloatArray = chain.lower + unit * (chain.upper - chain.lower)
    return spread
