"""The compiled body is where the simulator has the robot, and the compiled motion passes its filter untouched."""

from pathlib import Path

import mujoco
import numpy as np
import pytest

from skillc.runtime.formats.contract import Contract
from skillc.runtime.formats.reference import Reference
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.formats.twin import Twin
from skillc.runtime.robot.model import robot_model
from skillc.runtime.safety.body import RobotBody
from skillc.runtime.safety.filter import Feedback, SafetyFilter


@pytest.fixture
def contract(small_build: Path) -> Contract:
    return Contract.load(small_build / "contract.json")


def test_capsules_are_where_the_simulator_has_the_links(small_build: Path, contract: Contract) -> None:
    profile = RobotProfile.load(small_build / "robot" / "profile.json")
    robot = robot_model(profile, small_build / "robot", contract.T_table_robot)
    data = mujoco.MjData(robot.model)
    q = np.array([(j.lower + 2 * j.upper) / 3 for j in contract.joints])
    data.qpos[robot.qpos] = q
    mujoco.mj_kinematics(robot.model, data)
    ends = RobotBody(contract.body).capsule_ends(q[None])[0]
    for capsule, (start, end) in zip(contract.body.capsules, ends):
        body = data.body(contract.body.links[capsule.link].name)
        R = body.xmat.reshape(3, 3)
        np.testing.assert_allclose(start, body.xpos + R @ np.array(capsule.start), atol=1e-9)
        np.testing.assert_allclose(end, body.xpos + R @ np.array(capsule.end), atol=1e-9)


def test_links_that_hang_on_each_other_are_not_watched_and_fingers_of_one_hand_are(contract: Contract) -> None:
    names = [contract.body.links[c.link].name for c in contract.body.capsules]
    watched = {frozenset((names[i], names[j])) for i, j in contract.body.pairs}
    assert frozenset(("shoulder_link", "half_arm_1_link")) not in watched
    assert frozenset(("base_link", "shoulder_link")) not in watched, "the profile excludes it"
    # These are apart in the home posture, and not watched all the same.
    assert not [pair for pair in watched if len(pair) == 1], "of one link"
    assert frozenset(("bracelet_link", "hand")) not in watched, "hand and fingers hang on the last link of the arm"
    assert frozenset(("thumb_dip", "thumb_fingertip")) not in watched
    assert frozenset(("hand", "thumb_pip")) not in watched, "the profile excludes it"
    assert frozenset(("index_fingertip", "thumb_fingertip")) in watched
    assert frozenset(("base_link", "hand")) in watched


def test_boxes_stand_around_what_is_not_touched_on_purpose(small_build: Path, contract: Contract) -> None:
    twin = Twin.load(small_build / "twin" / "twin.json")
    others = [o for o in twin.objects if o.role != "manipulated"]
    assert [box.name for box in contract.body.boxes] == [o.name for o in others]
    for box, thing in zip(contract.body.boxes, others):
        np.testing.assert_allclose(2 * np.array(box.half_m), thing.size_m, atol=2e-3)
        top = thing.T_table_object @ np.array([0, 0, thing.size_m[2], 1])
        assert abs((box.T_table_box[2, 3] + box.half_m[2]) - top[2]) < 2e-3


def test_the_compiled_motion_passes_unchanged_and_one_through_the_table_does_not(
    small_build: Path, contract: Contract
) -> None:
    reference = Reference.load(small_build / "motion" / "reference.npz")
    filter_ = SafetyFilter(contract, reference.qpos[0])
    for tick, q in enumerate(reference.qpos):
        out = filter_.step(q, 0.0, Feedback(qpos=q, age_s=0.0, contact_force_n=0.0), tick)
        assert out.response == "pass" and not out.limited
    q, seen = reference.qpos[0].copy(), set()
    filter_ = SafetyFilter(contract, q)
    for tick in range(400):
        wanted = reference.qpos[0].copy()
        wanted[1] += 0.5 * min(1.0, tick / 60) * tick / 60  # the shoulder leans forward, down onto the table
        out = filter_.step(wanted, 0.0, Feedback(qpos=q, age_s=0.0, contact_force_n=0.0), tick)
        q, seen = out.q, seen | {t.code for t in out.trips}
        if seen:
            break
    assert seen == {"R23"}
