"""Pushes and pulls where the demonstrated hand has no room or does not reach."""

from dataclasses import replace

import numpy as np
import pytest

from skillc.runtime.planning.arrangement import Arrangement, box_obstacle, standing_at
from skillc.runtime.planning.impasse import NoPlan
from skillc.runtime.planning.plan import MotionPlanner
from skillc.runtime.planning.postures import reached
from skillc.runtime.planning.prove import touched


def turned_tray(planner: MotionPlanner, yaw_deg: float) -> Arrangement:
    asked = Arrangement.of(planner.cell.twin)
    x, y = asked.T_table_manip[:2, 3].tolist()
    return asked.standing(standing_at(asked.T_table_manip, x, y, np.deg2rad(yaw_deg)))


def test_where_the_demonstrated_hand_is_out_of_reach_a_turned_one_slides_the_object(pull: MotionPlanner) -> None:
    asked = turned_tray(pull, 90.0)
    wanted = (asked.T_table_manip @ pull.shown.T_manip_hand)[None]
    assert not len(reached(pull.cell, wanted, pull.cell.q_start).pose)
    planned = pull.plan(asked)
    assert planned.hand_turn_rad in [pytest.approx(contact.turn_rad, abs=1e-3) for contact in pull.contacts[1:]]
    assert touched(pull.task(asked), planned.reference, finer=5) == 0


def test_what_the_object_would_run_into_is_named_however_the_hand_is_turned(pull: MotionPlanner) -> None:
    asked = Arrangement.of(pull.cell.twin)
    x, y = asked.T_table_manip[:2, 3] + pull.shown.end_direction
    wall = box_obstacle("wall", standing_at(np.eye(4), float(x), float(y), 0.0), (0.02, 0.3, 0.02))
    with pytest.raises(NoPlan) as failed:
        pull.plan(replace(asked, obstacles=(wall,)))
    why = failed.value.impasse
    assert why.constraint == "collision" and why.at == "push" and set(why.between) == {"wall", "tray"}


def test_an_end_that_no_hand_reaches_is_told_as_that(pull: MotionPlanner) -> None:
    asked = Arrangement.of(pull.cell.twin)
    far = replace(asked, end_xy=asked.T_table_manip[:2, 3] + np.array([0.95, 0.0]))
    with pytest.raises(NoPlan, match="SK540: end of the push: the hand stays"):
        pull.plan(far)
