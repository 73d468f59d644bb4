"""Put a human hand's motion on the robot: Eq. 1 in every frame, limits and collisions kept, then smoothed (A.1.2)."""

from collections.abc import Callable
from dataclasses import dataclass

import mujoco
import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.hands import HandMotion
from skillc.runtime.formats.joint_motion import JointMotion
from skillc.runtime.motion.kinematics.finger_chain import FingerChain
from skillc.runtime.motion.kinematics.ik import HandIk, IkParameters
from skillc.runtime.motion.retarget.branches import branch_path
from skillc.runtime.motion.retarget.hand_goals import HandGoals, hand_goals
from skillc.runtime.motion.retarget.path_parameters import FingerPathParameters
from skillc.runtime.motion.retarget.robust_path import calm_paths
from skillc.runtime.motion.retarget.smoothing import gaussian_smoothing
from skillc.runtime.robot.model import RobotModel

FREE_STARTS = 3
"""ours: rounds of four programs that lean nowhere and avoid collisions, before the postures tried are compared."""


@dataclass(frozen=True, kw_only=True)
class RetargetParameters:
    """How a whole motion is solved."""

    ik: IkParameters
    fingers: FingerPathParameters
    arm_iterations: int
    """Quadratic programs per frame in which the arm alone follows the wrist."""
    iterations: int
    """Quadratic programs per frame of the whole robot."""
    starts: int
    """Random postures tried for the anchor frame."""
    start_iterations: int
    """Quadratic programs per random posture, leaning towards home and blind to collisions."""
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
    anchor: int = 0,
) -> JointMotion:
    """Return the robot's motion for every frame of the recording.

    Args:
        hand: human joints in the table frame.
        robot: compiled at `T_table_robot`.
        T_table_robot: (4, 4), kept in the result.
        time_s: (T,) times of the frames.
        parameters: see there.
        rng: draws the postures tried for the anchor frame.
        anchor: frame solved first, without a speed limit; the others follow from it forwards and backwards, so that
            where the hand outruns the robot the lag falls far from this frame. The contact keyframe.
    """
    goals = hand_goals(hand, robot_reach_m=hand_reach(robot))
    solver = HandIk(robot, parameters.ik)
    rate_hz = (len(time_s) - 1) / float(time_s[-1] - time_s[0])
    step = np.array([j.speed for j in robot.profile.joints]) / rate_hz
    first = _first_posture(solver, robot, goals, anchor, parameters, rng)
    prior = _arm_path(solver, goals, first, step, anchor, parameters)
    fingers = finger_paths(robot, goals.tips_table_m, prior, parameters.fingers)
    prior[:, len(robot.profile.manipulator.arm_joints) :] = fingers
    qpos = _whole_path(solver, goals, prior, step, anchor, parameters)
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


def finger_paths(
    robot: RobotModel, tips_table: FloatArray, qpos: FloatArray, parameters: FingerPathParameters
) -> FloatArray:
    """Return hand joints (T, m) rad that bring the fingertips (T, 4, 3) to their goals, given the arm in qpos (T, n).

    Fingers do not share joints, so each is solved alone: branches first, then calm motion (see `branches` and
    `robust_path`). Collisions are not seen here.
    """
    profile, own = robot.profile, robot.profile.manipulator
    chains = [FingerChain.from_model(robot, joints=f.joints, tip_site=f.tip_site) for f in own.fingers]
    goals = np.empty_like(tips_table)
    data = mujoco.MjData(robot.model)
    for k, q in enumerate(qpos):
        data.qpos[robot.qpos] = q
        mujoco.mj_kinematics(robot.model, data)
        hand = data.body(own.hand_body)
        goals[k] = (tips_table[k] - hand.xpos) @ hand.xmat.reshape(3, 3)
    rests = [np.array([profile.joint(name).home for name in chain.joints]) for chain in chains]
    paths = calm_paths(
        chains,
        [branch_path(c, goals[:, k], rest=rests[k], parameters=parameters) for k, c in enumerate(chains)],
        goals,
        parameters,
    )
    hand_joints = np.tile([profile.joint(name).home for name in own.hand_joints], (len(qpos), 1))
    for chain, path in zip(chains, paths):
        for j, name in enumerate(chain.joints):
            hand_joints[:, own.hand_joints.index(name)] = path[:, j]
    return hand_joints


def _arm_path(
    solver: HandIk,
    goals: HandGoals,
    first: FloatArray,
    step: FloatArray,
    anchor: int,
    parameters: RetargetParameters,
) -> FloatArray:
    """Follow the wrist with the arm alone."""

    def follow(q: FloatArray, k: int, limit: FloatArray | None) -> FloatArray:
        tips, wrist = goals.tips_table_m[k], goals.T_table_wrist[k]
        return solver.solve(
            q, tips, wrist, step=limit, iterations=parameters.arm_iterations, use_tips=False, avoid=False
        )

    return _outwards(follow, first, len(goals.seen), step, anchor)


def _whole_path(
    solver: HandIk,
    goals: HandGoals,
    prior: FloatArray,
    step: FloatArray,
    anchor: int,
    parameters: RetargetParameters,
) -> FloatArray:
    """Solve Eq. 1 with limits and collisions in every frame, near the prior path and within reach of the last frame."""

    def follow(q: FloatArray, k: int, limit: FloatArray | None) -> FloatArray:
        tips, wrist = goals.tips_table_m[k], goals.T_table_wrist[k]
        return solver.solve(q, tips, wrist, posture=prior[k], step=limit, iterations=parameters.iterations)

    return _outwards(follow, prior[anchor], len(prior), step, anchor)


def _outwards(
    follow: Callable[[FloatArray, int, FloatArray | None], FloatArray],
    first: FloatArray,
    count: int,
    step: FloatArray,
    anchor: int,
) -> FloatArray:
    """Return (count, n) rad: the anchor frame from `first`, then each frame from its solved neighbour."""
    path = np.empty((count, len(first)))
    path[anchor] = follow(first, anchor, None)
    for k in range(anchor + 1, count):
        path[k] = follow(path[k - 1], k, step)
    for k in range(anchor - 1, -1, -1):
        path[k] = follow(path[k + 1], k, step)
    return path


def hand_reach(robot: RobotModel) -> float:
    """Return the distance (m) along the wrist frame's x to the middle fingertip with the hand open (home posture)."""
    data = mujoco.MjData(robot.model)
    data.qpos[robot.qpos] = robot.profile.home
    mujoco.mj_kinematics(robot.model, data)
    wrist = data.site(robot.profile.manipulator.wrist_site)
    middle = next(f.tip_site for f in robot.profile.fingers if f.name == "middle")
    return float((data.site(middle).xpos - wrist.xpos) @ wrist.xmat.reshape(3, 3)[:, 0])


def _first_posture(
    solver: HandIk,
    robot: RobotModel,
    goals: HandGoals,
    anchor: int,
    parameters: RetargetParameters,
    rng: np.random.Generator,
) -> FloatArray:
    """Try home and random arm postures; keep the one with the smallest error of Eq. 1 and little travel."""
    profile = robot.profile
    lower = np.array([j.lower for j in profile.joints])
    upper = np.array([j.upper for j in profile.joints])
    arm = len(profile.manipulator.arm_joints)
    best, best_score = profile.home, np.inf
    for k in range(parameters.starts + 1):
        q = profile.home.copy()
        if k:
            q[:arm] = rng.uniform(np.maximum(lower, -np.pi)[:arm], np.minimum(upper, np.pi)[:arm])
        tips, wrist = goals.tips_table_m[anchor], goals.T_table_wrist[anchor]
        q = solver.solve(q, tips, wrist, posture=profile.home, iterations=parameters.start_iterations, avoid=False)
        for _ in range(FREE_STARTS):
            q = solver.solve(q, tips, wrist, iterations=4)
        found = solver.result(q, tips, wrist)
        spare = np.minimum(q - lower, upper - q)[:arm].min()
        score = (
            found.wrist_error_m
            + 0.1 * found.wrist_error_rad
            + found.tip_error_m.mean()
            + 0.02 * float(np.abs(q - profile.home)[:arm].max())
            + 0.1 * max(0.0, 0.2 - float(spare))
        )
        if score < best_score:
            best, best_score = q, score
    return best
