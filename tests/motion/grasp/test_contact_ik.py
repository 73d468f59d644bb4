import mujoco
import numpy as np

from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.motion.grasp.contact_ik import ContactIkParameters, ContactTargets, solve_contacts
from skillc.runtime.motion.grasp.force_balance import balance_forces, squeeze_targets
from skillc.runtime.motion.kinematics.hand_model import HandModel

WEIGHTS = ContactIkParameters(
    iterations=20, position_m=0.001, pad_cosine=0.5, pad_unit=0.05, hand_position_m=0.02, hand_rotation_rad=0.05,
    joint_rad=1.0, tolerance_m=0.0015,
)  # fmt: skip


def _targets(hand: HandModel, q: np.ndarray) -> ContactTargets:
    """Contacts that the posture q makes exactly, pads flat on the surface."""
    centres, pads = hand.tips(q)
    points = centres + hand.tip_radius[None, :, None] * pads
    return ContactTargets(points=points, normals=-pads, used=np.ones(points.shape[:2], dtype=bool))


def test_contacts_made_by_a_posture_are_found_again(robot_model: mujoco.MjModel, profile: RobotProfile) -> None:
    hand = HandModel.from_model(robot_model, profile)
    rng = np.random.default_rng(0)
    middle = 0.5 * (hand.lower + hand.upper)
    q = middle + 0.2 * (hand.upper - hand.lower) * rng.uniform(-1, 1, size=(20, 16))
    solution = solve_contacts(
        hand, _targets(hand, q), R_object_hand=np.tile(np.eye(3), (20, 1, 1)), p_object_hand=np.zeros((20, 3)),
        q=np.clip(q + rng.normal(0, 0.1, q.shape), hand.lower, hand.upper), parameters=WEIGHTS,
    )  # fmt: skip
    assert solution.solved.mean() > 0.9
    assert np.median(solution.tip_error_m) < 5e-4


def test_a_pregrasp_moves_contacting_fingers_only(robot_model: mujoco.MjModel, profile: RobotProfile) -> None:
    hand = HandModel.from_model(robot_model, profile)
    q = np.clip(0.3 * np.ones((1, 16)), hand.lower, hand.upper)
    made = _targets(hand, q)
    used = np.array([[True, True, False, False]])
    lifted = ContactTargets(points=made.points + 0.01 * made.normals, normals=made.normals, used=used)
    solution = solve_contacts(
        hand, lifted, R_object_hand=np.eye(3)[None], p_object_hand=np.zeros((1, 3)), q=q, parameters=WEIGHTS,
        move_hand=False,
    )  # fmt: skip
    assert np.array_equal(solution.R_object_hand[0], np.eye(3)) and not solution.p_object_hand.any()
    free = np.concatenate([hand.columns[2], hand.columns[3]])
    assert np.allclose(solution.q[0, free], q[0, free])
    assert not np.allclose(solution.q[0, hand.columns[0]], q[0, hand.columns[0]])


def test_opposed_fingers_carry_the_weight_and_one_sided_ones_cannot() -> None:
    normals = np.array([[1.0, 0, 0], [-1.0, 0, 0]])
    points = 0.03 * normals + np.array([0, 0, 0.05])
    weight = {"friction": 0.5, "thumb_force": 8.0, "weight": 2.0, "centre": np.array([0, 0, 0.05]), "lever_m": 0.05}
    good = balance_forces(points, normals, np.ones(2, dtype=bool), **weight)  # type: ignore[arg-type]
    assert good.residual < 0.02
    assert np.allclose(good.forces.sum(axis=0), [0, 0, 2.0], atol=0.15)
    assert good.forces[0, 0] < -7 and good.forces[1, 0] > 7
    bad = balance_forces(points, normals[[0, 0]], np.ones(2, dtype=bool), **weight)  # type: ignore[arg-type]
    assert bad.residual > 0.5


def test_squeezing_targets_produce_the_wanted_torque(robot_model: mujoco.MjModel, profile: RobotProfile) -> None:
    hand = HandModel.from_model(robot_model, profile)
    q = np.clip(0.4 * np.ones(16), hand.lower, hand.upper)
    forces = np.zeros((4, 3))
    forces[1] = [0.0, 0.0, 1.0]
    target = squeeze_targets(hand, q[None], np.eye(3)[None], forces[None], effort_share=1.0)[0]
    _, _, J, _ = hand.tip_motion(q[None])
    torque = J[0, 1].T @ forces[1]
    assert np.allclose(hand.kp * (target - q), torque)
    bound = 0.5 * np.max(np.abs(torque) / hand.effort)
    lighter = squeeze_targets(hand, q[None], np.eye(3)[None], forces[None], effort_share=float(bound))[0]
    assert np.allclose(hand.kp * (lighter - q), 0.5 * torque), "all fingers alike, or the object would be pushed aside"
