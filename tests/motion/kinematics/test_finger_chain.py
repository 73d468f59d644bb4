"""Fingers as serial chains: kinematics agree with MuJoCo, Jacobians with differences, solutions with targets."""

from pathlib import Path

import mujoco
import numpy as np
import pytest

from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.motion.kinematics.finger_chain import FingerChain
from skillc.runtime.motion.retarget.branches import branch_path, shortest_path, spread_postures
from skillc.runtime.motion.retarget.path_parameters import FingerPathParameters
from skillc.runtime.motion.retarget.robust_path import calm_paths
from skillc.runtime.robot.model import RobotModel, hand_model

PARAMETERS = FingerPathParameters(
    starts=8,
    solve_iterations=8,
    damping=1e-6,
    branch_weight=3e-4,
    motion_weight=2.5e-3,
    jump_scale=0.6,
    rounds=8,
)


@pytest.fixture(scope="module")
def hand(profile: RobotProfile, robot_folder: Path) -> RobotModel:
    return hand_model(profile, robot_folder)


@pytest.fixture(scope="module")
def chains(hand: RobotModel) -> list[FingerChain]:
    return [FingerChain.from_model(hand, joints=f.joints, tip_site=f.tip_site) for f in hand.profile.fingers]


def test_hand_model_has_only_hand_joints_and_the_hand_at_the_origin(hand: RobotModel) -> None:
    assert hand.model.nv == 16
    data = mujoco.MjData(hand.model)
    mujoco.mj_kinematics(hand.model, data)
    np.testing.assert_allclose(data.body("hand").xpos, 0, atol=1e-9)
    np.testing.assert_allclose(data.body("hand").xmat.reshape(3, 3), np.eye(3), atol=1e-9)


def test_fingertips_agree_with_mujoco(hand: RobotModel, chains: list[FingerChain]) -> None:
    rng = np.random.default_rng(0)
    data = mujoco.MjData(hand.model)
    for chain, finger in zip(chains, hand.profile.fingers):
        q = rng.uniform(chain.lower, chain.upper, (10, 4))
        tips = chain.position(q)
        for row, tip in zip(q, tips):
            for name, angle in zip(chain.joints, row):
                data.qpos[hand.model.joint(name).qposadr[0]] = angle
            mujoco.mj_kinematics(hand.model, data)
            np.testing.assert_allclose(tip, data.site(finger.tip_site).xpos, atol=1e-9)


def test_jacobian_agrees_with_differences(chains: list[FingerChain]) -> None:
    rng = np.random.default_rng(1)
    for chain in chains:
        q = rng.uniform(chain.lower, chain.upper, (20, 4))
        tip, J = chain.position_and_jacobian(q)
        np.testing.assert_allclose(tip, chain.position(q), atol=1e-12)
        for j in range(4):
            step = np.zeros(4)
            step[j] = 1e-6
            difference = (chain.position(q + step) - chain.position(q - step)) / 2e-6
            np.testing.assert_allclose(J[:, :, j], difference, atol=1e-7)


def test_every_reachable_point_is_reached_from_some_start_within_limits(chains: list[FingerChain]) -> None:
    rng = np.random.default_rng(2)
    for chain in chains:
        goals = chain.position(rng.uniform(chain.lower, chain.upper, (200, 4)))
        first = np.tile(spread_postures(chain, 8), (200, 1))
        q, miss = chain.solve(first, np.repeat(goals, 8, axis=0), iterations=16, damping=1e-6)
        assert (q >= chain.lower).all()
        assert (q <= chain.upper).all()
        assert np.percentile(miss.reshape(200, 8).min(axis=1), 99) < 1e-4


def test_a_point_out_of_reach_ends_at_the_stretched_finger(chains: list[FingerChain]) -> None:
    chain = chains[1]
    straight = chain.position(np.zeros((1, 4)))[0]
    _, miss = chain.solve(np.full((1, 4), 0.3), straight[None] + [0, 0, 0.1], iterations=100, damping=1e-6)
    assert miss[0] == pytest.approx(0.1, abs=0.002)


def test_shortest_path_agrees_with_trying_everything() -> None:
    rng = np.random.default_rng(3)
    q, price = rng.normal(size=(5, 3, 2)), rng.uniform(size=(5, 3))
    best = min(
        (sum(price[t, c] for t, c in enumerate(choice)) + _travel(q, choice), choice)
        for choice in np.ndindex(3, 3, 3, 3, 3)
    )
    assert tuple(shortest_path(q, price)) == best[1]


def _travel(q: np.ndarray, choice: tuple[int, ...]) -> float:
    path = q[np.arange(len(choice)), choice]
    return float(np.sum(np.diff(path, axis=0) ** 2))


def test_a_smooth_motion_is_followed_without_changing_branch(chains: list[FingerChain]) -> None:
    t = np.linspace(0, 2 * np.pi, 60)[:, None]
    for chain in chains:
        middle, swing = (chain.lower + chain.upper) / 2, (chain.upper - chain.lower) / 5
        truth = middle + swing * np.sin(t + np.arange(4))
        goals = chain.position(truth)
        path = branch_path(chain, goals, rest=middle, parameters=PARAMETERS)
        calm = calm_paths([chain], [path], goals[:, None], PARAMETERS)[0]
        assert np.abs(np.diff(calm, axis=0)).max() < 0.3
        assert np.linalg.norm(chain.position(calm) - goals, axis=1).max() < 0.008


def test_calm_paths_smooth_noise_but_keep_a_jump(chains: list[FingerChain]) -> None:
    rng = np.random.default_rng(4)
    chain = chains[2]
    low, high = np.array([0.2, 0.0, 0.4, 0.4]), np.array([1.6, 0.0, 1.2, 1.2])
    steady = np.where(np.arange(80)[:, None] < 40, low, high)
    goals = chain.position(steady) + rng.normal(scale=0.002, size=(80, 3))
    path = branch_path(chain, goals, rest=low, parameters=PARAMETERS)
    calm = calm_paths([chain], [path], goals[:, None], PARAMETERS)[0]
    steps = np.linalg.norm(np.diff(calm, axis=0), axis=1)
    assert steps.argmax() == 39
    assert steps[39] > 1.0
    assert np.percentile(steps, 90) < 0.5 * np.percentile(np.linalg.norm(np.diff(path, axis=0), axis=1), 90)


def test_real_fingertip_targets_are_reached_calmly(recordings: Path, hand: RobotModel) -> None:
    """Set C: 621 frames of a real hand, each exactly reachable at the vendor's fingertip frames."""
    goals = np.load(recordings / "hand_only/leap_targets.npz")["C"][:300]
    fingers = hand.profile.fingers
    chains = [FingerChain.from_model(hand, joints=f.joints, tip_site=f"{f.name}_tip_head") for f in fingers]
    rest = np.zeros(4)
    first = [branch_path(c, goals[:, k], rest=rest, parameters=PARAMETERS) for k, c in enumerate(chains)]
    paths = calm_paths(chains, first, goals, PARAMETERS)
    tips = np.stack([c.position(p) for c, p in zip(chains, paths)], axis=1)
    miss = np.linalg.norm(tips - goals, axis=2)
    step = np.max([np.abs(np.diff(p, axis=0)).max(axis=1) for p in paths], axis=0)
    assert np.percentile(miss, 95) < 0.005
    assert np.percentile(step, 90) < 0.3
