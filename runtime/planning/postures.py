"""Arm postures that meet hand poses, and why there are none."""

from dataclasses import dataclass, replace

import numpy as np

from skillc.runtime.formats.arrays import FloatArray, IntArray
from skillc.runtime.motion.cell.cell import Cell
from skillc.runtime.motion.kinematics.arm_ik import LIMIT_INSET_RAD, arm_seeds, solve_arm
from skillc.runtime.planning.impasse import Impasse

SEEDS = 8
"""ours: elbow and wrist branches of the Gen3, each met about twice."""
SAME_RAD = 0.05
"""ours: postures nearer than this are one."""
ANCHOR_M, ANCHOR_RAD = 0.0005, float(np.deg2rad(0.5))
"""How exactly contact is met: ours, where the paper's planner missed by 1 to 2 cm (A.4, G.2)."""


@dataclass(frozen=True, kw_only=True)
class Reached:
    """Postures for some of several hand poses, the soonest reached first."""

    pose: IntArray
    """(P,) which pose."""
    q: FloatArray
    """(P, n) rad."""


def reached(cell: Cell, Ts_table_hand: FloatArray, q_near: FloatArray) -> Reached:
    """Return postures that meet hand poses (N, 4, 4), those nearest to `q_near` (n,) first."""
    arm = cell.arm
    targets = np.linalg.inv(cell.T_table_robot) @ Ts_table_hand
    starts = np.concatenate([q_near[None], arm_seeds(arm, SEEDS)])
    q0 = np.repeat(starts[None], len(targets), axis=0)
    q0[:, 1:, 0] += np.arctan2(targets[:, 1, 3], targets[:, 0, 3])[:, None]
    found = solve_arm(arm, np.repeat(targets, len(starts), axis=0), q0.reshape(-1, arm.chain.n), iterations=40)
    turned = found.q - 2 * np.pi * np.round((found.q - q_near) / (2 * np.pi))
    q = np.where((turned >= arm.lower) & (turned <= arm.upper), turned, found.q)
    pose = np.repeat(np.arange(len(targets)), len(starts))
    good = np.flatnonzero(found.reached)
    order = good[np.argsort(np.max(np.abs(q[good] - q_near), axis=1), kind="stable")]
    kept: list[int] = []
    for k in order.tolist():
        if all(pose[k] != pose[j] or np.max(np.abs(q[k] - q[j])) > SAME_RAD for j in kept):
            kept.append(k)
    return Reached(pose=pose[kept], q=q[kept])


def out_of_reach(cell: Cell, Ts_table_hand: FloatArray, at: str, progress: int) -> Impasse:
    """Say what keeps the arm from hand poses (N, 4, 4) that it does not meet: a joint's limit, or its length."""
    arm = cell.arm
    targets = np.linalg.inv(cell.T_table_robot) @ Ts_table_hand
    seeds = np.repeat(arm_seeds(arm, SEEDS)[None], len(targets), axis=0)
    seeds[:, :, 0] += np.arctan2(targets[:, 1, 3], targets[:, 0, 3])[:, None]
    wanted, q0 = np.repeat(targets, SEEDS, axis=0), seeds.reshape(-1, arm.chain.n)
    unbounded = replace(arm, lower=np.full_like(arm.lower, -np.inf), upper=np.full_like(arm.upper, np.inf))
    free = solve_arm(unbounded, wanted, q0, iterations=60)
    if free.reached.any():
        q = free.q[free.reached]
        q = q - 2 * np.pi * np.round(q / (2 * np.pi))
        beyond = np.maximum(arm.lower - q, q - arm.upper)
        best = int(beyond.max(axis=1).argmin())
        joint = int(beyond[best].argmax())
        name = cell.profile.manipulator.arm_joints[joint]
        over = np.rad2deg(beyond[best, joint])
        inset = np.rad2deg(LIMIT_INSET_RAD)
        what = f"{name} would have to turn {over:.0f} deg beyond its limit (kept {inset:.0f} deg inside it)"
        return Impasse(constraint="limit", at=at, what=what, progress=progress)
    near = solve_arm(arm, wanted, q0, iterations=60)
    best = int((near.position_error_m + 0.1 * near.rotation_error_rad).argmin())
    short, turned = 1e3 * near.position_error_m[best], np.rad2deg(near.rotation_error_rad[best])
    what = f"the hand stays {short:.0f} mm and {turned:.0f} deg from its pose"
    q = np.concatenate([near.q[best], cell.hand_start])
    return Impasse(constraint="reach", at=at, what=what, progress=progress, q=q)
