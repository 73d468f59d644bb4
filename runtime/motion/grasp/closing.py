"""A grasp without a search: the fingers close from where they are until they touch, and press.

What refinement has to be better than. The fingertips go straight towards the middle of thumb and fingers as the
retargeted hand holds them, each until it meets the object; then they press along that way, as hard as a refined grasp.
"""

from dataclasses import dataclass

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.geometry import se3
from skillc.runtime.motion.cell.surface import Surface
from skillc.runtime.motion.grasp.force_balance import squeeze_targets
from skillc.runtime.motion.kinematics.hand_model import HandModel

STEP_M = 0.001
"""ours: of a fingertip's way; a tenth of its radius."""
DAMPING = 1e-4
"""ours: m^2; keeps steps short where a finger is stretched out."""


@dataclass(frozen=True, kw_only=True)
class ClosedHand:
    """Fingers at an object, thumb first."""

    q_open: FloatArray
    """(m,) rad, backed off along the way they close."""
    q_grasp: FloatArray
    """(m,) touching, or met in the middle where there is nothing between them."""
    q_squeeze: FloatArray
    """(m,) targets that press."""
    touching: int
    """How many fingertips meet the object."""


def close_hand(
    hand: HandModel,
    surface: Surface,
    T_object_hand: FloatArray,
    q: FloatArray,
    *,
    open_m: float,
    grip_n: float,
    effort_share: float,
) -> ClosedHand:
    """Close the fingers on an object.

    Args:
        hand: kinematics and gains.
        surface: the object.
        T_object_hand: (4, 4), stays.
        q: (m,) fingers as retargeted.
        open_m: how far each fingertip is first moved back from the middle.
        grip_n: N, by the thumb, and by all others together.
        effort_share: 0..1 of the motors' effort that pressing may use.
    """
    tips = hand.tips(q[None])[0][0]
    middle = 0.5 * (tips[0] + tips[1:].mean(axis=0))
    outward = (tips - middle) / np.maximum(np.linalg.norm(tips - middle, axis=1, keepdims=True), 1e-9)
    q_open = _moved(hand, q, tips + open_m * outward)
    q_grasp, met = q_open.copy(), np.zeros(len(tips), dtype=np.bool_)
    for _ in range(int(2.0 * (open_m + np.linalg.norm(tips - middle, axis=1).max()) / STEP_M)):
        now = hand.tips(q_grasp[None])[0][0]
        met |= surface.distance(se3.apply(T_object_hand, now)) <= hand.tip_radius
        left = np.linalg.norm(middle - now, axis=1)
        going = ~met & (left > hand.tip_radius)
        if not going.any():
            break
        step = np.where(going[:, None], (middle - now) / left[:, None] * np.minimum(left, STEP_M)[:, None], 0.0)
        q_grasp = _stepped(hand, q_grasp, step)
    press = np.zeros_like(tips)
    now = hand.tips(q_grasp[None])[0][0]
    inward = (middle - now) / np.maximum(np.linalg.norm(middle - now, axis=1, keepdims=True), 1e-9)
    others = max(int(met[1:].sum()), 1)
    press[met] = inward[met] * np.where(np.arange(len(tips)) == 0, grip_n, grip_n / others)[met, None]
    forces = press @ T_object_hand[:3, :3].T
    targets = squeeze_targets(hand, q_grasp[None], T_object_hand[None, :3, :3], forces[None], effort_share=effort_share)
    return ClosedHand(q_open=q_open, q_grasp=q_grasp, q_squeeze=targets[0], touching=int(met.sum()))


def _moved(hand: HandModel, q: FloatArray, goal: FloatArray) -> FloatArray:
    """Return the fingers (m,) with their tips as near to `goal` (F, 3) as small steps bring them."""
    for _ in range(2 * int(np.linalg.norm(goal - hand.tips(q[None])[0][0], axis=1).max() / STEP_M) + 1):
        off = goal - hand.tips(q[None])[0][0]
        length = np.maximum(np.linalg.norm(off, axis=1, keepdims=True), 1e-9)
        q = _stepped(hand, q, off * np.minimum(1.0, STEP_M / length))
    return q


def _stepped(hand: HandModel, q: FloatArray, step: FloatArray) -> FloatArray:
    """Return the fingers (m,) after one damped step of their tips by `step` (F, 3) m."""
    _, _, J, _ = hand.tip_motion(q[None])
    moved = q.copy()
    for f, columns in enumerate(hand.columns):
        own = J[0, f][:, columns]
        moved[columns] += own.T @ np.linalg.solve(own @ own.T + DAMPING * np.eye(3), step[f])
    return np.asarray(np.clip(moved, hand.lower, hand.upper))
