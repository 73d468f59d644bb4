"""A box below the fingertips: the hand keeps to the place above it whatever the size of the box."""

from dataclasses import replace
from pathlib import Path

import mujoco
import numpy as np
import pytest

from skillc.runtime.env.definition import Definition
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.motion.path.check import PathChecker
from skillc.runtime.policies.poses.contact_place import NEAR_M, contact_place
from skillc.runtime.policies.poses.labels import Label
from skillc.runtime.sim.variation import WorldVariation

GAP_M = 0.003
HEIGHT_M = 0.08
LAST = 39
"""Sample of the small build at which the hand has closed."""


def hovering(definition: Definition, gap: float) -> Definition:
    """Return the small build with its box `gap` below the lowest point of the hand, and an anchor there."""
    world, reference, thing = definition.world(), definition.reference, definition.twin.manipulated
    data = mujoco.MjData(world.model)
    data.qpos[world.joint_qpos] = reference.qpos[LAST]
    mujoco.mj_kinematics(world.model, data)
    tip = data.site_xpos[world.tip_sites][data.site_xpos[world.tip_sites][:, 2].argmin()]
    low, high = 0.0, 0.3
    for _ in range(30):  # the exact gap, whatever the fingertip's shape
        middle = 0.5 * (low + high)
        near = _clearance(_standing(definition, tip, middle), 1.0, np.zeros(3)) < gap
        low, high = (middle, high) if near else (low, middle)
    there = _standing(definition, tip, high)
    anchored = replace(
        reference, anchor_index=np.array([20]), anchor_name=("contact",),
        anchor_T_table_hand=np.asarray(thing.T_table_object)[None],
    )  # fmt: skip
    return replace(there, reference=anchored)


def _standing(definition: Definition, tip: FloatArray, below: float) -> Definition:
    T = np.eye(4)
    T[:3, 3] = tip - [0.0, 0.0, below + HEIGHT_M]
    first, *others = definition.twin.objects
    return replace(definition, twin=replace(definition.twin, objects=(replace(first, T_table_object=T), *others)))


def _clearance(definition: Definition, scale: float, hand_moved: FloatArray) -> float:
    """Return how far the hand is from a box of another size, when it is moved against where it stood."""
    name, T = definition.twin.manipulated.name, np.array(definition.twin.manipulated.T_table_object)
    world = definition.world(WorldVariation(size_scale={name: scale}))
    T[:3, 3] -= hand_moved
    checker = PathChecker(world, name, margin_m=0.2)
    return float(checker.check(definition.reference.qpos[LAST][None], T).robot_manipulated[0])


@pytest.fixture(scope="module")
def above(small_build: Path) -> Definition:
    return hovering(Definition.load(small_build), GAP_M)


def test_the_place_is_where_the_closed_hand_is_next_to_the_object(above: Definition) -> None:
    place = contact_place(above.world(), "box", above.reference)
    assert place is not None
    assert HEIGHT_M - 1e-3 < place[2] < HEIGHT_M + GAP_M + 1e-3
    assert np.abs(place[:2]).max() < 0.04


def test_a_larger_object_is_not_hit_by_a_hand_that_keeps_to_the_place(above: Definition) -> None:
    label = Label.of("contact", above.reference, above.twin)
    T = np.asarray(above.twin.manipulated.T_table_object)
    moved = {
        share: (kept.hand_pose(T, 1.2) - kept.hand_pose(T, 1.0))[:3, 3]
        for share in (0.0, 1.0)
        for kept in [label.following(share, above.world(), above.reference)]
    }
    assert _clearance(above, 1.2, moved[0.0]) < -0.01
    assert _clearance(above, 1.2, moved[1.0]) == pytest.approx(GAP_M, abs=1e-3)


def test_a_hand_that_is_nowhere_near_keeps_to_no_place(small_build: Path) -> None:
    far = hovering(Definition.load(small_build), NEAR_M + 0.01)
    assert contact_place(far.world(), "box", far.reference) is None
    label = Label.of("contact", far.reference, far.twin)
    assert label.following(1.0, far.world(), far.reference) == label
