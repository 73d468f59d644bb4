"""Put a human hand's motion on the robot: Eq. 1 in every frame, limits and collisions kept, then smoothed (A.1.2)."""

from dataclasses import dataclass

import mujoco
import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.hands import HandMotion
from skillc.runtime.formats.joint_motion import JointMotion
from skillc.runtime.motion.hand_goals import HandGoals, hand_goals
from skillc.runtime.motion.ik import HandIk, IkParameters, IkResult
from skillc.runtime.motion.smoothing import gaussian_smoothing
from skillc.runtime.robot.model import RobotModel


@dataclass(frozen=True, kw_only=True)
class RetargetParameters:
    """How a whole motion is solved."""

    ik: IkParameters
    iterations: int
    """Quadratic programs per frame."""
    starts: int
    """Random postures tried for the first frame."""
    start_iterations: int
    """Quadratic programs per random posture."""
    smoothing_sigma: float
    """s, of the Gaussian filter."""


def retarget(
    hand: HandMotion,
    robot: RobotModel,
    T_table_robot: FloatArray,
    *,
    time_s: FloatArray,
    parameters: RetargetParameters,
    rng: np.random.Generator,
) -> JointMotion:
    """Return the robot's motion for every frame of the recording.

    Args:
        hand: human joints in the table frame.
        robot: compiled at `T_table_robot`.
        T_table_robot: (4, 4), kept in the result.
        time_s: (T,) times of the frames.
        parameters: see there.
        rng: draws the postures tried for the first frame.
    """
    goals = hand_goals(hand, robot_reach_m=hand_reach(robot))
    solver = HandIk(robot, parameters.ik)
    rate_hz = (len(time_s) - 1) / float(time_s[-1] - time_s[0])
    speed = np.array([j.speed for j in robot.profile.joints])
    q = _first_posture(solver, robot, goals, parameters, rng).q
    qpos = np.empty((len(time_s), len(q)))
    for k in range(len(time_s)):
        step = speed / rate_hz if k else None
        q = solver.solve(
            q, goals.tips_table_m[k], goals.T_table_wrist[k], step=step, iterations=parameters.iterations
        ).q
        qpos[k] = q
    qpos = gaussian_smoothing(qpos, sigma_s=parameters.smoothing_sigma, rate_hz=rate_hz)
    results = [solver.result(qpos[k], goals.tips_table_m[k], goals.T_table_wrist[k]) for k in range(len(qpos))]
    return JointMotion(
        time_s=time_s,
        qpos=qpos,
        joint_names=robot.profile.joint_names,
        T_table_robot=T_table_robot,
        tip_error_m=np.array([r.tip_error_m for r in results]),
        wrist_error_m=np.array([r.wrist_error_m for r in results]),
        wrist_error_rad=np.array([r.wrist_error_rad for r in results]),
    )


def hand_reach(robot: RobotModel) -> float:
    """Return the distance (m) along the wrist frame's x to the middle fingertip with the hand open (home posture)."""
    data = mujoco.MjData(robot.model)
    data.qpos[robot.qpos] = robot.profile.home
    mujoco.mj_kinematics(robot.model, data)
    wrist = data.site(robot.profile.wrist_site)
    middle = next(f.tip_site for f in robot.profile.fingers if f.name == "middle")
    return float((data.site(middle).xpos - wrist.xpos) @ wrist.xmat.reshape(3, 3)[:, 0])


def _first_posture(
    solver: HandIk, robot: RobotModel, goals: HandGoals, parameters: RetargetParameters, rng: np.random.Generator
) -> IkResult:
    """Try home and random arm postures; keep the one with the smallest error of Eq. 1 and little travel."""
    profile = robot.profile
    lower = np.array([j.lower for j in profile.joints])
    upper = np.array([j.upper for j in profile.joints])
    arm = len(profile.arm_joints)
    best, best_score = None, np.inf
    for k in range(parameters.starts + 1):
        q = profile.home.copy()
        if k:
            q[:arm] = rng.uniform(np.maximum(lower, -np.pi)[:arm], np.minimum(upper, np.pi)[:arm])
        tips, wrist = goals.tips_table_m[0], goals.T_table_wrist[0]
        found = solver.solve(q, tips, wrist, posture=profile.home, iterations=parameters.start_iterations)
        spare = np.minimum(found.q - lower, upper - found.q)[:arm].min()
        score = (
            found.wrist_error_m
            + 0.1 * found.wrist_error_rad
            + found.tip_error_m.mean()
            + 0.02 * float(np.abs(found.q - profile.home)[:arm].max())
            + 0.1 * max(0.0, 0.2 - float(spare))
        )
        if score < best_score:
            best, best_score = found, score
    assert best is not None
    return best
