"""A grasp that presses less once its object is lifted."""

import numpy as np

from skillc.runtime.motion.grasp.carry import GraspPose


def test_a_lighter_hold_presses_with_a_share_and_closes_as_before() -> None:
    fingers = np.array([0.5, 0.7, 0.9])
    grasp = GraspPose(
        candidate=2, T_object_hand=np.eye(4), q_open=fingers - 0.3, q_pre=fingers - 0.1, q_grasp=fingers,
        q_squeeze=fingers + 0.04, q_hold=fingers + np.array([0.02, 0.03, -0.01]), approach=np.array([0.0, 0.0, -1.0]),
    )  # fmt: skip
    lighter = grasp.held_with(0.5)
    np.testing.assert_allclose(lighter.q_hold - fingers, [0.01, 0.015, -0.005])
    np.testing.assert_array_equal(lighter.q_squeeze, grasp.q_squeeze)
    np.testing.assert_allclose(grasp.held_with(1.0).q_hold, grasp.q_hold)
