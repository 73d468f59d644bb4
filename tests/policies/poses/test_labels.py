from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.twin import TwinObject
from skillc.runtime.geometry import se3
from skillc.runtime.policies.poses.labels import Label
from tests.learn.tiny import T_HAND, pose_reference, pose_twin


def at(x: float, y: float, yaw_deg: float = 0.0) -> FloatArray:
    return se3.from_parts(Rotation.from_euler("z", yaw_deg, degrees=True).as_matrix(), np.array([x, y, 0.0]))


def thing(name: str, symmetry: str = "none") -> TwinObject:
    twin = pose_twin()
    return replace(twin.named(name), symmetry=symmetry, T_table_object=at(0.0, 0.0))  # type: ignore[arg-type]


def label(keyframe: str, symmetry: str = "none", **changed: object) -> Label:
    T_object_hand = at(0.1, 0.02)
    T_object_hand[2, 3] = 0.3
    name = "box" if keyframe == "contact" else "tub"
    return Label(keyframe=keyframe, thing=thing(name, symmetry), T_object_hand=T_object_hand, **changed)  # type: ignore[arg-type]


def test_the_contact_pose_moves_with_the_object_and_not_with_its_size() -> None:
    for scale in (0.8, 1.2):
        np.testing.assert_allclose(label("contact").hand_pose(at(1.0, 2.0, 90.0), scale)[:3, 3], [0.98, 2.1, 0.3])


def test_a_hand_that_keeps_to_the_place_of_contact_moves_out_with_it_and_is_never_lowered() -> None:
    followed = label("contact", followed_m=(0.05, 0.0, 0.04))
    plain = label("contact").hand_pose(at(1.0, 2.0), 1.0)[:3, 3]
    np.testing.assert_allclose(followed.hand_pose(at(1.0, 2.0), 1.2)[:3, 3] - plain, [0.01, 0.0, 0.008], atol=1e-12)
    np.testing.assert_allclose(followed.hand_pose(at(1.0, 2.0), 0.8)[:3, 3] - plain, [-0.01, 0.0, 0.0], atol=1e-12)
    np.testing.assert_allclose(followed.hand_pose(at(1.0, 2.0), 1.0)[:3, 3], plain)


def test_the_interaction_pose_scales_in_the_plane_and_keeps_its_height() -> None:
    T = label("interaction").hand_pose(at(1.0, 2.0, 90.0), 1.5)
    np.testing.assert_allclose(T[:3, 3], [1.0 - 0.03, 2.0 + 0.15, 0.3])


def test_of_an_object_that_looks_alike_all_round_the_yaw_is_not_followed() -> None:
    T = label("contact", "z").hand_pose(at(1.0, 2.0, 90.0), 1.0)
    np.testing.assert_allclose(T[:3, 3], [1.1, 2.02, 0.3])
    np.testing.assert_allclose(T[:3, :3], np.eye(3), atol=1e-12)


def test_an_object_of_unknown_symmetry_is_followed() -> None:
    T = label("contact", "unknown").hand_pose(at(0.0, 0.0, 90.0), 1.0)
    np.testing.assert_allclose(T[:3, 3], [-0.02, 0.1, 0.3], atol=1e-12)


def test_a_label_is_the_anchor_of_the_refined_motion_in_the_frame_of_its_object() -> None:
    twin = pose_twin()
    found = Label.of("interaction", pose_reference(), twin)
    assert found.thing.name == "tub"
    np.testing.assert_allclose(
        np.asarray(twin.named("tub").T_table_object) @ found.T_object_hand, T_HAND["interaction"]
    )


def test_without_a_target_there_is_no_interaction_pose() -> None:
    alone = replace(pose_twin(), objects=pose_twin().objects[:1])
    with pytest.raises(ValueError, match="the twin has none"):
        Label.of("interaction", pose_reference(), alone)


def test_a_motion_without_the_anchor_is_told_with_those_it_has() -> None:
    bare = replace(pose_reference(), anchor_name=("lift", "interaction"))
    with pytest.raises(ValueError, match="no anchor 'contact', only lift, interaction"):
        Label.of("contact", bare, pose_twin())
