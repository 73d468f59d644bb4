"""Every signal a guard may read is what was measured."""

from dataclasses import replace

import numpy as np
import pytest

from skillc.runtime.formats.machine import SIGNALS
from skillc.runtime.machine.device_watch import SceneSeen
from skillc.runtime.machine.signals import MachineSignals, Now
from skillc.runtime.safety.filter import SafeCommand
from tests.machine.kinematic import KinematicRobot, reference, skill_contract, with_contacts
from tests.safety.four_joints import DT

CONTRACT, REFERENCE = skill_contract(), reference()


def moment() -> Now:
    """Return a tick of which every signal can be computed by hand."""
    now = KinematicRobot(np.array([0.1, 0.2, 0.3, -0.4])).measure()
    pose = np.eye(4)
    pose[:3, 3] = (0.03, 0.0, 0.04)
    now = replace(
        with_contacts(now, hand_object_force=7.0),
        T_table_objects={"cube": pose},
        manip_lowest_z=0.02,
        objects_age_s=0.1,
    )
    safe = SafeCommand(q=np.array([0.1, 0.25, 0.3, -0.4]), response="hold", trips=(), limited=False, resting=True)
    return Now(
        contract=CONTRACT, reference=REFERENCE, measured=now, q_before=now.qpos - np.array([0.0, 0.01, 0.0, -0.02]),
        safe=safe, seen=SceneSeen(T_manip=pose, age_s=0.1), fresh_s=2 / 12, sample=10, phase_remaining=49 * DT,
        time_in_state=0.7, answered=True, distilled=True, adjusted=False, fault_active=True,
    )  # fmt: skip


def test_every_signal_equals_its_hand_computed_value() -> None:
    wanted = {
        "phase_remaining": 49 * DT, "scene_ready": 1.0, "start_error": 0.4, "tracking_error": 0.05, "hand_force": 7.0,
        "object_height": 0.02, "object_error": 0.05, "object_age": 0.1, "fault_active": 1.0, "joint_speed": 0.02 * 60,
        "time_in_state": 0.7, "distilled": 1.0, "adjusted": 0.0, "object_turn": 0.0, "object_tilt": 0.0,
    }  # fmt: skip
    found = MachineSignals(moment())
    assert dict(found) == pytest.approx(wanted) and set(found) == set(SIGNALS)


def test_a_scene_is_ready_when_all_of_it_was_seen_a_moment_ago_and_the_policy_has_answered() -> None:
    now = moment()
    half = np.where(np.arange(16).reshape(4, 4) == 3, np.nan, np.eye(4))
    for wrong in (
        replace(now, measured=replace(now.measured, T_table_objects={})),
        replace(now, measured=replace(now.measured, T_table_objects={"cube": np.eye(4), "cup": half})),
        replace(now, contract=replace(CONTRACT, target="plate")),
        replace(now, seen=replace(now.seen, age_s=0.17)),
        replace(now, seen=replace(now.seen, age_s=-0.1)),
        replace(now, seen=replace(now.seen, age_s=float("nan"))),
        replace(now, answered=False),
    ):
        assert MachineSignals(wrong)["scene_ready"] == 0.0
