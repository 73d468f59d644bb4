"""Inverse kinematics of arm and hand through Mink: Eq. 1 as a sequence of quadratic programs solved by DAQP."""

from dataclasses import dataclass
from typing import Any

import mink
import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.motion.kinematics.clearance_limit import ClearanceLimit
from skillc.runtime.robot.model import RobotModel

REPAIRS, OVERLAP_M = 3, 0.001
"""ours: programs spent on what overlaps by more than a millimetre; most frames need none."""


@dataclass(frozen=True, kw_only=True)
class IkParameters:
    """Weights of Eq. 1 and how its quadratic programs are limited. The paper prints none of these numbers."""

    tip_weight: float
    """lambda_p, 1/m^2."""
    wrist_position_weight: float
    """lambda_wp, 1/m^2."""
    wrist_rotation_weight: float
    """lambda_wR, 1/rad^2 (the squared geodesic distance)."""
    arm_posture_weight: float
    """1/rad^2, of the arm's joints towards the posture asked for; resolves the null space."""
    posture_weight: float
    """1/rad^2, of the hand's joints; also keeps the fingers' path calm."""
    damping: float
    """1/rad^2, towards the present posture."""
    clearance: float
    """m kept between links, and between links and the table."""
    detection_distance: float
    """m below which a pair of geoms becomes a constraint."""


@dataclass(frozen=True, kw_only=True)
class IkResult:
    """How well one posture meets its goals."""

    q: FloatArray
    """(n,) rad, driver order."""
    tip_error_m: FloatArray
    """(4,)."""
    wrist_error_m: float
    wrist_error_rad: float


class HandIk:
    """Solves Eq. 1 for one robot; owns Mink's tasks and limits, holds no state between calls."""

    def __init__(self, robot: RobotModel, parameters: IkParameters) -> None:
        """Prepare tasks, joint limits and collision pairs of `robot`."""
        self._robot = robot
        self._order = robot.qpos
        model, profile = robot.model, robot.profile
        self._configuration = mink.Configuration(model)
        self._tips = [
            mink.FrameTask(site, "site", position_cost=np.sqrt(parameters.tip_weight), orientation_cost=0.0)
            for site in robot.tip_sites
        ]
        self._wrist = mink.FrameTask(
            profile.manipulator.wrist_site,
            "site",
            position_cost=np.sqrt(parameters.wrist_position_weight),
            orientation_cost=np.sqrt(parameters.wrist_rotation_weight),
        )
        leaning = np.full(model.nv, np.sqrt(parameters.posture_weight))
        leaning[self._order[: len(profile.manipulator.arm_joints)]] = np.sqrt(parameters.arm_posture_weight)
        self._posture = mink.PostureTask(model, cost=leaning)
        self._damping = parameters.damping
        self._limit = mink.ConfigurationLimit(model, gain=1.0)
        self._lower, self._upper = self._limit.lower.copy(), self._limit.upper.copy()
        self._clearance = ClearanceLimit(
            model, clearance_m=parameters.clearance, detection_m=parameters.detection_distance
        )
        self._limits: list[Any] = [self._limit, self._clearance]

    def solve(
        self,
        q: FloatArray,
        tips: FloatArray,
        T_table_wrist: FloatArray,
        *,
        posture: FloatArray | None = None,
        step: FloatArray | None = None,
        iterations: int,
        use_tips: bool = True,
        avoid: bool = True,
        tolerance: float = 1e-4,
    ) -> FloatArray:
        """Return the posture (n,) near `q` that solves Eq. 1 within the limits.

        Args:
            q: (n,) rad where the search starts.
            tips: (4, 3) m, fingertip goals in the table frame.
            T_table_wrist: (4, 4) wrist goal.
            posture: (n,) rad the null space leans to; `q` when None.
            step: (n,) rad that each joint may move away from `q` at most; unbounded when None.
            iterations: quadratic programs at most.
            use_tips: False leaves the fingertips out: the arm alone follows the wrist.
            avoid: False ignores collisions.
            tolerance: rad; stops when no joint moves more.
        """
        for task, goal in zip(self._tips, tips):
            task.set_target(mink.SE3.from_translation(goal))
        self._wrist.set_target(mink.SE3.from_matrix(T_table_wrist))
        self._set(q)
        full = self._configuration.q.copy()
        if posture is not None:
            full[self._order] = posture
        self._posture.set_target(full)
        self._limit.lower, self._limit.upper = self._lower, self._upper
        if step is not None:
            self._limit.lower, self._limit.upper = self._lower.copy(), self._upper.copy()
            at = self._order
            self._limit.lower[at] = np.maximum(self._lower[at], q - step)
            self._limit.upper[at] = np.minimum(self._upper[at], q + step)
        tasks = [*self._tips, self._wrist, self._posture] if use_tips else [self._wrist, self._posture]
        limits = self._limits if avoid else [self._limit]
        for _ in range(iterations):
            move = self._program(tasks, limits)
            if move is None:
                break
            self._configuration.update(np.clip(self._configuration.q + move, self._limit.lower, self._limit.upper))
            if not (np.abs(move).max() > tolerance):
                break
        if avoid:
            self._separate()
        solved: FloatArray = self._configuration.q[self._order]
        return solved.copy()

    def result(self, q: FloatArray, tips: FloatArray, T_table_wrist: FloatArray) -> IkResult:
        """Return the errors of posture `q` (n,)."""
        self._set(q)
        data = self._configuration.data
        reached = np.array([data.site(site).xpos for site in self._robot.tip_sites])
        wrist = data.site(self._robot.profile.manipulator.wrist_site)
        R = wrist.xmat.reshape(3, 3).T @ T_table_wrist[:3, :3]
        return IkResult(
            q=q,
            tip_error_m=np.linalg.norm(reached - tips, axis=1),
            wrist_error_m=float(np.linalg.norm(wrist.xpos - T_table_wrist[:3, 3])),
            wrist_error_rad=float(np.arccos(np.clip((np.trace(R) - 1) / 2, -1.0, 1.0))),
        )

    def _separate(self) -> None:
        """Part what still overlaps, because links turned within the last program, with the least motion."""
        for _ in range(REPAIRS):
            if self._clearance.overlap(self._configuration) < OVERLAP_M:
                break
            self._posture.set_target(self._configuration.q)
            move = self._program([self._posture], self._limits)
            if move is None:
                break
            self._configuration.update(np.clip(self._configuration.q + move, self._limit.lower, self._limit.upper))

    def _program(self, tasks: list[Any], limits: list[Any]) -> FloatArray | None:
        """Solve one quadratic program; without pushing close pairs apart if that is infeasible; None if it still is."""
        for separate in (True, False):
            self._clearance.separate = separate
            try:
                move: FloatArray = mink.solve_ik(
                    self._configuration, tasks, 1.0, "daqp", damping=self._damping, limits=limits
                )
                return move
            except mink.NoSolutionFound:
                continue
        return None

    def _set(self, q: FloatArray) -> None:
        full = self._configuration.q.copy()
        full[self._order] = q
        self._configuration.update(full)
