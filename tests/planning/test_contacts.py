"""Hands turned about the point where they touch."""

import numpy as np

from skillc.runtime.geometry import se3
from skillc.runtime.planning.contacts import GAP_M, WANDER_M, nearness
from skillc.runtime.planning.plan import MotionPlanner


def test_every_turned_hand_is_as_near_to_the_object_at_the_same_place(pull: MotionPlanner) -> None:
    gap, point = nearness(pull.cell, pull.shown, pull.shown.T_manip_hand)
    assert len(pull.contacts) > 5
    for contact in pull.contacts:
        here, at = nearness(pull.cell, pull.shown, contact.T_manip_hand)
        assert abs(here - gap) <= GAP_M and np.linalg.norm(at - point) <= WANDER_M


def test_the_demonstrated_hand_comes_first_and_the_least_turned_next(pull: MotionPlanner) -> None:
    turns = [contact.turn_rad for contact in pull.contacts]
    assert turns[0] == 0.0 and turns == sorted(turns)
    np.testing.assert_array_equal(pull.contacts[0].T_manip_hand, pull.shown.T_manip_hand)
    for contact in pull.contacts:
        turned = se3.rotation_angle(contact.T_manip_hand, pull.shown.T_manip_hand)
        np.testing.assert_allclose(turned, contact.turn_rad, atol=1e-6)


def test_a_grasp_keeps_the_demonstrated_hand(place: MotionPlanner) -> None:
    assert [contact.turn_rad for contact in place.contacts] == [0.0]
