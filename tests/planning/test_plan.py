from dataclasses import replace

import numpy as np
import pytest

from skillc.runtime.formats.motion_limits import MotionLimits
from skillc.runtime.formats.reference import PHASES, Reference
from skillc.runtime.geometry import se3
from skillc.runtime.motion.path.time_scaling import limit_use
from skillc.runtime.planning.arrangement import Arrangement, box_obstacle, standing_at
from skillc.runtime.planning.impasse import Impasse, NoPlan
from skillc.runtime.planning.nearest import nearest_feasible
from skillc.runtime.planning.plan import MotionPlanner
from skillc.runtime.planning.prove import touched, unproved


def refused(planner: MotionPlanner, arrangement: Arrangement) -> Impasse:
    with pytest.raises(NoPlan) as failed:
        planner.plan(arrangement)
    return failed.value.impasse


def elsewhere(planner: MotionPlanner) -> Arrangement:
    """The apple and its plate turned, 8 cm and 5 cm away."""
    asked = Arrangement.of(planner.cell.twin)
    return replace(
        asked,
        T_table_manip=standing_at(asked.T_table_manip, 0.24, 0.34, 0.5),
        T_table_target=standing_at(asked.T_table_target, 0.24, 0.12, 1.0),
    )


def drawn(planner: MotionPlanner, dx: float, dy: float) -> Arrangement:
    """The tray as it stands, to be pulled by so much."""
    asked = Arrangement.of(planner.cell.twin)
    return replace(asked, end_xy=asked.T_table_manip[:2, 3] + np.array([dx, dy]))


def hand_at(planner: MotionPlanner, reference: Reference, anchor: str) -> np.ndarray:
    """The hand pose that the joints make at an anchor."""
    q = reference.qpos[reference.anchor_index[reference.anchor_name.index(anchor)], :7]
    return np.asarray(planner.cell.T_table_robot @ planner.cell.arm.hand_pose(q[None])[0])


def test_contact_is_the_demonstrated_one_to_half_a_millimetre_and_half_a_degree(place: MotionPlanner) -> None:
    asked = elsewhere(place)
    reference = place.plan(asked).reference
    T = se3.inverse(asked.T_table_manip) @ hand_at(place, reference, "contact")
    shown = place.shown.T_manip_hand
    # The apple looks alike all round: the hand may come from another side.
    np.testing.assert_allclose(np.hypot(*T[:2, 3]), np.hypot(*shown[:2, 3]), atol=5e-4)
    np.testing.assert_allclose(T[2, 3], shown[2, 3], atol=5e-4)
    np.testing.assert_allclose(T[2, :3], shown[2, :3], atol=np.deg2rad(0.5))


def test_a_planned_motion_touches_nothing_at_five_times_its_rate_and_keeps_all_limits(place: MotionPlanner) -> None:
    asked = elsewhere(place)
    planned, task = place.plan(asked), place.task(asked)
    assert touched(task, planned.reference, finer=5) == 0
    limits = MotionLimits.of(place.cell.profile.joints)
    assert limit_use(planned.reference.qpos, limits, place.paths.timing.rate_hz).inside


def test_the_object_goes_over_an_elevated_midpoint_to_its_place_at_the_target(place: MotionPlanner) -> None:
    asked = elsewhere(place)
    T = place.plan(asked).reference.T_table_manip
    assert T[:, 2, 3].max() > T[0, 2, 3] + 0.05
    offset = np.linalg.norm(T[-1, :2, 3] - asked.T_table_target[:2, 3])
    stood = Arrangement.of(place.cell.twin)
    end = stood.T_table_target @ place.shown.T_target_hand @ se3.inverse(place.shown.T_manip_hand)
    np.testing.assert_allclose(offset, np.linalg.norm(end[:2, 3] - stood.T_table_target[:2, 3]), atol=1e-3)


def test_a_motion_into_an_obstacle_is_not_proved_and_its_touches_are_counted(place: MotionPlanner) -> None:
    asked = elsewhere(place)
    reference = place.plan(asked).reference
    middle = reference.T_table_manip[np.flatnonzero(reference.phase == PHASES.index("track"))]
    x, y = middle[len(middle) // 2, :2, 3]
    post = box_obstacle("post", standing_at(np.eye(4), x, y, 0.0), (0.03, 0.03, 0.3))
    blocked = place.task(replace(asked, obstacles=(post,)))
    why = unproved(blocked, reference)
    assert why is not None and why.constraint == "collision" and "post" in why.between
    assert touched(blocked, reference, finer=1) > 0


def test_an_obstacle_on_the_way_is_planned_around(place: MotionPlanner) -> None:
    pytest.importorskip("ompl")
    asked = elsewhere(place)
    way = place.plan(asked).reference
    middle = way.T_table_manip[np.flatnonzero(way.phase == PHASES.index("track"))]
    x, y = middle[len(middle) // 2, :2, 3]
    post = box_obstacle("post", standing_at(np.eye(4), x, y, 0.0), (0.03, 0.03, 0.12))
    around = replace(asked, obstacles=(post,))
    planned = place.plan(around)
    assert touched(place.task(around), planned.reference, finer=5) == 0


def test_a_slide_is_straight_at_constant_height_and_ends_where_it_was_asked_for(pull: MotionPlanner) -> None:
    asked = drawn(pull, 0.1, 0.02)
    reference = pull.plan(asked).reference
    np.testing.assert_allclose(reference.T_table_manip[-1, :2, 3], asked.end_xy, atol=1e-6)
    track = reference.qpos[reference.phase == PHASES.index("track"), :7]
    hand = (pull.cell.T_table_robot @ pull.cell.arm.hand_pose(track))[:, :3, 3]
    assert np.ptp(hand[:, 2]) < 2e-3
    along = np.array([0.1, 0.02]) / np.hypot(0.1, 0.02)
    off = (hand[:, :2] - hand[0, :2]) @ np.array([-along[1], along[0]])
    assert np.abs(off).max() < 2e-3
    assert touched(pull.task(asked), reference, finer=5) == 0


def test_out_of_reach_is_said_with_the_distance(place: MotionPlanner) -> None:
    why = refused(place, Arrangement.of(place.cell.twin).shifted(-0.75, -0.75))
    assert str(why).startswith("SK540: contact: ") and " mm " in why.what


def test_a_joint_that_would_have_to_turn_too_far_is_named(pull: MotionPlanner) -> None:
    arm = replace(pull.cell.arm, lower=pull.cell.arm.lower * 0.2, upper=pull.cell.arm.upper * 0.2)
    tight = replace(pull, cell=replace(pull.cell, arm=arm))
    why = refused(tight, drawn(pull, 0.1, 0.0))
    assert str(why).startswith("SK541: ") and why.what.startswith("joint_")


def test_things_that_stand_inside_each_other_are_named(place: MotionPlanner) -> None:
    asked = Arrangement.of(place.cell.twin)
    why = refused(place, replace(asked, T_table_manip=asked.T_table_target))
    assert why.constraint == "collision" and set(why.between) == {"apple", "plate"}


def test_a_hand_that_has_no_room_at_the_object_says_what_is_in_its_way(place: MotionPlanner) -> None:
    x, y = Arrangement.of(place.cell.twin).T_table_manip[:2, 3]
    cage = tuple(
        box_obstacle(f"wall_{k}", standing_at(np.eye(4), x + dx, y + dy, 0.0), size)
        for k, (dx, dy, size) in enumerate(
            [(0.06, 0, (0.02, 0.14, 0.4)), (-0.06, 0, (0.02, 0.14, 0.4)),
             (0, 0.06, (0.1, 0.02, 0.4)), (0, -0.06, (0.1, 0.02, 0.4))]
        )
    )  # fmt: skip
    why = refused(place, replace(Arrangement.of(place.cell.twin), obstacles=cage))
    assert str(why).startswith("SK542: ") and why.between[1].startswith("wall_") and why.q is not None


def test_a_slide_in_another_direction_is_refused_with_the_turn_it_needs(pull: MotionPlanner) -> None:
    why = refused(pull, drawn(pull, 0.0, 0.1))
    assert str(why).startswith("SK543: ") and "90 deg" in why.what


def test_what_would_fall_off_the_table_is_refused(pull: MotionPlanner, place: MotionPlanner) -> None:
    edge = pull.cell.twin.table_center_m[0] + pull.cell.twin.table_half_size_m[0]
    x = float(Arrangement.of(pull.cell.twin).T_table_manip[0, 3])
    why = refused(pull, drawn(pull, edge - x - 0.005, 0.0))
    assert str(why).startswith("SK970: push: tray would end at") and "5 mm away" in why.what
    stood = Arrangement.of(place.cell.twin)
    aside = replace(stood, T_table_target=standing_at(stood.T_table_target, edge + 0.02, 0.3, 0.0))
    assert str(refused(place, aside)).startswith("SK970: start: plate would stand at")


def test_a_search_that_finds_no_way_says_so(place: MotionPlanner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skillc.runtime.planning.task.route", lambda *search: None)
    why = refused(replace(place, patience_s=0.5), elsewhere(place))
    assert str(why).startswith("SK544: approach: ") and "0.5 s" in why.what


def test_the_nearest_place_has_a_motion_and_is_nearer_than_where_it_was_shown(place: MotionPlanner) -> None:
    asked = Arrangement.of(place.cell.twin).shifted(0.25, 0.25)
    near = nearest_feasible(place, asked, patience_s=20.0)
    assert near is not None
    stood = Arrangement.of(place.cell.twin).T_table_manip
    moved = np.linalg.norm(near.arrangement.T_table_manip[:2, 3] - asked.T_table_manip[:2, 3])
    assert moved <= np.linalg.norm(stood[:2, 3] - asked.T_table_manip[:2, 3])


def test_far_from_every_place_the_demonstrated_one_is_named(place: MotionPlanner) -> None:
    stood = Arrangement.of(place.cell.twin)
    near = nearest_feasible(place, stood.shifted(5.0, 5.0), patience_s=30.0)
    assert near is not None
    np.testing.assert_array_equal(near.arrangement.T_table_manip, stood.T_table_manip)
