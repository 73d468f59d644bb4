"""One finger as a serial chain: batched fingertip position, Jacobian, and damped least squares within joint limits."""

import itertools
from dataclasses import dataclass

import mujoco
import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.robot.model import RobotModel

LARGEST_STEP = 0.6
"""ours: rad per joint and iteration; beyond it the linearised fingertip is far off."""
CONVERGED = 1e-3
"""ours: rad; a posture that moved less is left alone, its next step would be quadratically smaller."""


@dataclass(frozen=True, kw_only=True)
class FingerChain:
    """A chain of m hinges from the hand frame to a fingertip, rewritten so that every hinge turns about its z."""

    rotations: FloatArray
    """(m, 3, 3): hinge frame k in hinge frame k-1 (the hand frame for k = 0) at angle 0."""
    offsets: FloatArray
    """(m, 3) m, origin of hinge frame k in hinge frame k-1."""
    tip: FloatArray
    """(3,) m, fingertip in the last hinge frame."""
    lower: FloatArray
    """(m,) rad, in the order of the chain."""
    upper: FloatArray
    """(m,) rad."""
    joints: tuple[str, ...]
    """(m,) names in the order of the chain, palm to tip."""

    @classmethod
    def from_model(cls, robot: RobotModel, *, joints: tuple[str, ...], tip_site: str) -> "FingerChain":
        """Read the chain of `joints` (any order) that ends at `tip_site`, relative to the profile's hand body."""
        model = robot.model
        data = mujoco.MjData(model)
        mujoco.mj_kinematics(model, data)
        ids = sorted((int(model.joint(name).id) for name in joints), key=lambda j: int(model.jnt_bodyid[j]))
        hand = data.body(robot.profile.manipulator.hand_body)
        frames = [(hand.xmat.reshape(3, 3), hand.xpos.copy())]
        for j in ids:
            frames.append((_frame_with_z(data.xaxis[j]), data.xanchor[j].copy()))
        rotations = [a[0].T @ b[0] for a, b in itertools.pairwise(frames)]
        offsets = [a[0].T @ (b[1] - a[1]) for a, b in itertools.pairwise(frames)]
        names = tuple(model.joint(j).name for j in ids)
        limits = [robot.profile.joint(name) for name in names]
        reference = [float(model.qpos0[model.jnt_qposadr[j]]) for j in ids]
        if any(reference):
            raise ValueError(f"joints {names} have a reference angle other than 0")
        return cls(
            rotations=np.array(rotations),
            offsets=np.array(offsets),
            tip=frames[-1][0].T @ (data.site(tip_site).xpos - frames[-1][1]),
            lower=np.array([limit.lower for limit in limits]),
            upper=np.array([limit.upper for limit in limits]),
            joints=names,
        )

    def position(self, q: FloatArray) -> FloatArray:
        """Return the fingertip (N, 3) m in the hand frame for q (N, m) rad."""
        point = np.broadcast_to(self.tip[:, None], (3, len(q)))
        for k in range(len(self.offsets) - 1, -1, -1):
            c, s = np.cos(q[:, k]), np.sin(q[:, k])
            turned = np.stack([c * point[0] - s * point[1], s * point[0] + c * point[1], point[2]])
            point = self.rotations[k] @ turned + self.offsets[k][:, None]
        return np.ascontiguousarray(point.T)

    def position_and_jacobian(self, q: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the fingertip (N, 3) and its Jacobian (N, 3, m), hand frame."""
        count, m = q.shape
        work = np.empty((m + 1, 3, count))
        work[0] = self.tip[:, None]
        c, s = np.cos(q.T), np.sin(q.T)
        for k in range(m - 1, -1, -1):
            used = work[: m - k]
            x = c[k] * used[:, 0] - s[k] * used[:, 1]
            used[:, 1] = s[k] * used[:, 0] + c[k] * used[:, 1]
            used[:, 0] = x
            work[m - k, 0], work[m - k, 1], work[m - k, 2] = -used[0, 1], used[0, 0], 0.0
            used = work[: m - k + 1]
            used[:] = self.rotations[k] @ used
            used[0] += self.offsets[k][:, None]
        return np.ascontiguousarray(work[0].T), work[:0:-1].transpose(2, 1, 0)

    def solve(
        self, q: FloatArray, goals: FloatArray, *, iterations: int, damping: float
    ) -> tuple[FloatArray, FloatArray]:
        """Move each q (N, m) to bring its fingertip to goals (N, 3), hand frame, within the joint limits.

        Joints that rest on a limit and would leave it are left out of the step (projected gradient), so what is out
        of reach ends at the closest point a descent finds. The damping grows with the squared miss, which keeps far
        goals from making the steps swing.

        Returns:
            q (N, m) rad and the remaining distances (N,) m.
        """
        q = np.array(q)
        active = np.arange(len(q))
        for _ in range(iterations):
            at = q[active]
            tip, J = self.position_and_jacobian(at)
            error = goals[active] - tip
            pull = np.einsum("nij,ni->nj", J, error)
            stuck = ((at <= self.lower) & (pull < 0)) | ((at >= self.upper) & (pull > 0))
            J = np.where(stuck[:, None, :], 0.0, J)
            gram = J @ J.transpose(0, 2, 1)
            cautious = damping + 0.5 * np.sum(error**2, axis=1)
            gram[:, [0, 1, 2], [0, 1, 2]] += cautious[:, None]
            step = np.einsum("nij,ni->nj", J, _solve3(gram, error))
            q[active] = np.clip(at + np.clip(step, -LARGEST_STEP, LARGEST_STEP), self.lower, self.upper)
            active = active[np.abs(step).max(axis=1) > CONVERGED]
            if not len(active):
                break
        return q, np.linalg.norm(goals - self.position(q), axis=1)


def _frame_with_z(axis: FloatArray) -> FloatArray:
    """Return some rotation (3, 3) whose z column is the unit `axis` (3,)."""
    helper = np.eye(3)[int(np.argmin(np.abs(axis)))]
    x = np.cross(helper, axis)
    x /= np.linalg.norm(x)
    return np.stack([x, np.cross(axis, x), axis], axis=1)


def _solve3(A: FloatArray, b: FloatArray) -> FloatArray:
    """Solve symmetric positive 3x3 systems A (N, 3, 3) x = b (N, 3) in closed form."""
    r0 = np.cross(A[:, 1], A[:, 2])
    r1 = np.cross(A[:, 2], A[:, 0])
    r2 = np.cross(A[:, 0], A[:, 1])
    determinant = np.einsum("ni,ni->n", A[:, 0], r0)
    inverse = np.stack([r0, r1, r2], axis=2) / determinant[:, None, None]
    x: FloatArray = np.einsum("nij,nj->ni", inverse, b)
    return x
