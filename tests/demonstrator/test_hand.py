import numpy as np
import pytest

from skillc.runtime.demonstrator.hand_skeleton import (
    BONES,
    Skeleton,
    bone_poses,
    joint_positions,
    make_skeleton,
    posture_limits,
    relaxed_posture,
    rest_posture,
)
from skillc.runtime.demonstrator.hand_skin import HandSkin
from skillc.runtime.geometry import se3

pytestmark = pytest.mark.slow


def test_bones_keep_their_length_in_every_posture() -> None:
    skeleton = make_skeleton(1.0)
    lower, upper = posture_limits()
    rng = np.random.default_rng(0)
    for _ in range(20):
        joints = joint_positions(skeleton, bone_poses(skeleton, rng.uniform(lower, upper)))
        for finger in range(5):
            chain = joints[1 + 4 * finger : 5 + 4 * finger]
            lengths = np.linalg.norm(np.diff(chain, axis=0), axis=1)
            assert lengths[:2] == pytest.approx(skeleton.lengths[finger, :2])


def test_the_hand_has_human_proportions() -> None:
    skeleton = make_skeleton(1.0)
    joints = joint_positions(skeleton, bone_poses(skeleton, np.zeros(21)))
    assert 0.18 < np.linalg.norm(joints[12] - joints[0]) + 0.005 < 0.20  # hand length 189 mm (DIN 33402-2)
    assert 0.055 < np.linalg.norm(joints[5] - joints[17]) < 0.07
    assert joints[4, 1] > joints[8, 1] > joints[12, 1] > joints[16, 1] > joints[20, 1]  # a right hand


def test_bending_moves_tips_towards_the_palm() -> None:
    skeleton = make_skeleton(1.0)
    straight = joint_positions(skeleton, bone_poses(skeleton, np.zeros(21)))
    bent_posture = np.zeros(21)
    bent_posture[6::4] = 0.5
    bent = joint_positions(skeleton, bone_poses(skeleton, bent_posture))
    assert (bent[[8, 12, 16, 20], 2] < straight[[8, 12, 16, 20], 2] - 0.02).all()


def test_scale_scales_everything() -> None:
    a = joint_positions(make_skeleton(1.0), bone_poses(make_skeleton(1.0), relaxed_posture()), tip_inset=0.0)
    b = joint_positions(make_skeleton(1.1), bone_poses(make_skeleton(1.1), relaxed_posture()), tip_inset=0.0)
    assert b == pytest.approx(1.1 * a)


def test_skin_rests_where_it_was_modelled_and_follows_rigidly(hand: tuple[Skeleton, HandSkin]) -> None:
    skeleton, skin = hand
    Ts = np.concatenate([[np.eye(4), np.eye(4)], bone_poses(skeleton, rest_posture())])
    assert skin.posed(Ts) == pytest.approx(skin.vertices, abs=1e-9)
    T = se3.exp(np.array([0.3, 0.1, 0.2, 0.4, -0.5, 0.6]))
    assert skin.posed(T @ Ts) == pytest.approx(se3.apply(T, skin.vertices), abs=1e-9)


def test_every_vertex_belongs_to_bones_and_no_finger_pulls_its_neighbour(hand: tuple[Skeleton, HandSkin]) -> None:
    _, skin = hand
    assert skin.weights.sum(axis=1) == pytest.approx(np.ones(len(skin.weights)))
    assert (skin.weights >= 0).all() and skin.weights.shape[1] == len(BONES)
    tips = skin.weights[:, [4 + 3 * f for f in range(5)]]
    assert ((tips > 0.3).sum(axis=1) <= 1).all()


def test_joints_lie_inside_the_flesh(hand: tuple[Skeleton, HandSkin]) -> None:
    import trimesh

    skeleton, skin = hand
    joints = joint_positions(skeleton, bone_poses(skeleton, rest_posture()))
    nearest = trimesh.proximity.ProximityQuery(trimesh.Trimesh(skin.vertices, skin.faces)).vertex(joints)[0]
    assert (nearest > 0.004).all() and (nearest < 0.03).all()
