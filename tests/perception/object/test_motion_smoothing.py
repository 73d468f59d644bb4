import numpy as np

from skillc.runtime.perception.object.motion_smoothing import smooth_positions

TIME = np.arange(30) / 30.0
LINE = np.outer(TIME, [0.3, -0.1, 0.05])
NO_STEPS, NO_INFORMATION = np.zeros((30, 3)), np.zeros((30, 3, 3))


def test_a_gap_in_straight_motion_is_bridged_straight_with_a_larger_sigma() -> None:
    information = np.tile(np.eye(3) / 0.002**2, (30, 1, 1))
    information[10:20] = 0.0
    wrong = LINE.copy()
    wrong[10:20] = 9.0
    found = smooth_positions(wrong, information, NO_STEPS, NO_INFORMATION, TIME, 5.0)
    assert np.allclose(found.positions, LINE, atol=1e-3)
    assert found.sigma[15] > 3 * found.sigma[3]


def test_only_the_uncertain_direction_is_smoothed() -> None:
    noise = np.random.default_rng(1).normal(0, 0.01, (30, 3))
    information = np.tile(np.diag([1e10, 1.0, 1e10]), (30, 1, 1))
    found = smooth_positions(LINE + noise, information, NO_STEPS, NO_INFORMATION, TIME, 5.0)
    assert np.allclose(found.positions[:, [0, 2]], (LINE + noise)[:, [0, 2]], atol=1e-5)
    assert np.std(np.diff(found.positions[:, 1], 2)) < 0.1 * np.std(np.diff(noise[:, 1], 2))


def test_known_steps_carry_through_frames_without_evidence() -> None:
    information = np.zeros((30, 3, 3))
    information[0] = np.eye(3) * 1e10
    steps = np.concatenate([np.zeros((1, 3)), np.diff(LINE, axis=0)])
    certain = np.tile(np.eye(3) / 0.001**2, (30, 1, 1))
    found = smooth_positions(np.zeros((30, 3)), information, steps, certain, TIME, 5.0)
    assert np.allclose(found.positions, LINE, atol=2e-3)
