"""Exact inverse kinematics of the arm for many hand poses at once (anchors, placement, feasibility)."""

from dataclasses import dataclass

import mujoco
import numpy as np
from scipy.spatial.transform import Rotation

from skillc.runtime.formats.arrays import BoolArray, FloatArray
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.geometry.chain import Chain
from skillc.runtime.geometry.se3 import from_parts
from skillc.runtime.robot.chain import read_chain

POSITION_TOLERANCE_M = 1e-5
ROTATION_TOLERANCE_RAD = 1e-4
LIMIT_INSET_RAD = 0.1
"""ours: knots keep this far inside the joint limits; splines between them swing, and the safety filter brakes there."""


@dataclass(frozen=True, kw_only=True)
class Arm:
    """The arm from its base body to the hand body."""

    chain: Chain
    hand: int
    """Body index of the hand in the chain."""
    lower: FloatArray
    """(n,) rad, inside the profile's limit by LIMIT_INSET_RAD."""
    upper: FloatArray
    """(n,) rad, likewise."""
    home: FloatArray
    """(n,) rad."""

    @classmethod
    def from_model(cls, model: mujoco.MjModel, profile: RobotProfile) -> "Arm":
        """Read the arm from any compiled model that holds the robot."""
        own = profile.manipulator
        found = [profile.joint(name) for name in own.arm_joints]
        chain = read_chain(model, root=profile.base_body, joints=own.arm_joints, to=own.hand_body)
        return cls(
            chain=chain,
            hand=chain.body(own.hand_body),
            lower=np.array([j.lower for j in found]) + LIMIT_INSET_RAD,
            upper=np.array([j.upper for j in found]) - LIMIT_INSET_RAD,
            home=np.array([j.home for j in found]),
        )

    def hand_pose(self, q: FloatArray) -> FloatArray:
        """Return T_robot_hand (N, 4, 4) for arm postures (N, n)."""
        R, p = self.chain.forward(q, np.eye(4))
        return from_parts(R[:, self.hand], p[:, self.hand])

    def jacobian(self, q: FloatArray) -> FloatArray:
        """Return (N, 6, n): linear then angular velocity of the hand frame, robot frame."""
        R, p = self.chain.forward(q, np.eye(4))
        return np.concatenate(self.chain.jacobian(R, p, self.hand, p[:, self.hand]), axis=1)

    def manipulability(self, q: FloatArray) -> FloatArray:
        """Return sqrt(det(J J^T)) (N,), Yoshikawa's measure."""
        J = self.jacobian(q)
        return np.asarray(np.sqrt(np.maximum(np.linalg.det(J @ np.swapaxes(J, 1, 2)), 0.0)))

    def limit_margin(self, q: FloatArray) -> FloatArray:
        """Return the smallest distance (N,) rad to a position limit of the profile."""
        return np.asarray(np.min(np.minimum(q - self.lower, self.upper - q), axis=1) + LIMIT_INSET_RAD)


@dataclass(frozen=True, kw_only=True)
class ArmSolution:
    """One posture per target."""

    q: FloatArray
    """(N, n) rad."""
    position_error_m: FloatArray
    """(N,)."""
    rotation_error_rad: FloatArray
    """(N,)."""

    @property
    def reached(self) -> BoolArray:
        """(N,) whether the pose is met to 0.01 mm and 0.1 mrad."""
        return np.asarray(
            (self.position_error_m <= POSITION_TOLERANCE_M) & (self.rotation_error_rad <= ROTATION_TOLERANCE_RAD)
        )


def solve_arm(
    arm: Arm,
    Ts_robot_hand: FloatArray,
    q_seed: FloatArray,
    *,
    q_rest: FloatArray | None = None,
    rest_weight: float = 0.0,
    iterations: int = 60,
    step_rad: float = 0.4,
) -> ArmSolution:
    """Solve damped least squares from `q_seed` until every pose is met or `iterations` are used.

    Damping falls with the error, so a reachable pose converges to round-off while a singular one stays bounded.

    Args:
        arm: the arm.
        Ts_robot_hand: (N, 4, 4) wanted hand poses.
        q_seed: (N, n) or (n,) starting postures; the solution nearest to it is found.
        q_rest: (n,) or (N, n) posture the null space is drawn to.
        rest_weight: gain of that pull per iteration (0 = none).
        iterations: at most this many.
        step_rad: largest joint step per iteration.
    """
    q = np.array(np.broadcast_to(q_seed, (len(Ts_robot_hand), arm.chain.n)), dtype=np.float64)
    n = arm.chain.n
    identity = np.eye(n)
    for k in range(iterations):
        R, p = arm.chain.forward(q, np.eye(4))
        error = pose_error(Ts_robot_hand, R[:, arm.hand], p[:, arm.hand])
        size = np.linalg.norm(error, axis=1)
        if np.all(size < 1e-9):
            break
        J = np.concatenate(arm.chain.jacobian(R, p, arm.hand, p[:, arm.hand]), axis=1)
        Jt = np.swapaxes(J, 1, 2)
        damping = np.minimum(1e-2 * size**2 + 1e-10, 1e-3)
        A = Jt @ J + damping[:, None, None] * identity
        step = np.linalg.solve(A, (Jt @ error[:, :, None]))[..., 0]
        if rest_weight > 0 and q_rest is not None and k < 0.6 * iterations:
            pull = rest_weight * (q_rest - q)
            step = step + pull - np.linalg.solve(A, Jt @ (J @ pull[:, :, None]))[..., 0]
        step *= np.minimum(1.0, step_rad / np.maximum(np.abs(step).max(axis=1), 1e-12))[:, None]
        q = np.clip(q + step, arm.lower, arm.upper)
    R, p = arm.chain.forward(q, np.eye(4))
    error = pose_error(Ts_robot_hand, R[:, arm.hand], p[:, arm.hand])
    return ArmSolution(
        q=q,
        position_error_m=np.linalg.norm(error[:, :3], axis=1),
        rotation_error_rad=np.linalg.norm(error[:, 3:], axis=1),
    )


def pose_error(Ts_wanted: FloatArray, R: FloatArray, p: FloatArray) -> FloatArray:
    """Return (N, 6): position error, then axis-angle of R* R^T (A.2.2)."""
    turn = Ts_wanted[:, :3, :3] @ np.swapaxes(R, 1, 2)
    return np.concatenate([Ts_wanted[:, :3, 3] - p, Rotation.from_matrix(turn).as_rotvec()], axis=1)


def arm_seeds(arm: Arm, count: int) -> FloatArray:
    """Return (count, n) seeds: home, then postures spread over elbow and wrist choices (always the same ones)."""
    rng = np.random.default_rng(20)
    span = np.minimum(arm.upper - arm.lower, 2 * np.pi)
    spread = np.clip(arm.home + 0.35 * span * rng.uniform(-1, 1, size=(max(count - 1, 0), len(arm.home))),
                     arm.lower, arm.upper)  # fmt: skip
    return np.concatenate([arm.home[None], spread])[:count]
