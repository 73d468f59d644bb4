"""Every signal a guard may read is what was measured."""

from dataclasses import replace

import numpy as np
import pytest

from skillc.runtime.formats.machine import SIGNALS
from skillc.runtime.formats.motion_limits import MotionLimits
from skillc.runtime.machine.playback import Playback
from skillc.runtime.machine.signals import signals
from skillc.runtime.safety.filter import SafeCommand
from skillc.runtime.safety.trip import Trip
from tests.machine.kinematic import KinematicRobot, machine, reference, skill_contract, with_contacts
from tests.safety.four_joints import DT

CONTRACT, REFERENCE = skill_contract(), reference()


def test_every_signal_equals_its_hand_computed_value() -> None:
    playback = Playback(REFERENCE, DT, MotionLimits.of(CONTRACT.joints))
    playback.enter(machine().state("approach"))
    for _ in range(11):
        playback.command(REFERENCE.qpos[0], at_rest=True)
    now = KinematicRobot(np.array([0.1, 0.2, 0.3, -0.4])).measure()
    pose = np.eye(4)
    pose[:3, 3] = (0.03, 0.0, 0.04)
    now = replace(
        with_contacts(now, hand_object_force=7.0),
        T_table_objects={"cube": pose},
        manip_lowest_z=0.02,
        objects_age_s=0.1,
    )
    before = replace(now, qpos=now.qpos - np.array([0.0, 0.01, 0.0, -0.02]))
    trip = Trip(code="R1", fault="policy_output", tick=3, value=1, limit=0, response="hold", message="")
    safe = SafeCommand(q=np.array([0.1, 0.25, 0.3, -0.4]), response="hold", trips=(trip,), limited=False)
    found = signals(now, before, safe, playback, REFERENCE, CONTRACT)
    wanted = {
        "phase_remaining": 49 * DT, "scene_ready": 1.0, "start_error": 0.4, "tracking_error": 0.05, "hand_force": 7.0,
        "object_height": 0.02, "object_error": 0.05, "object_age": 0.1, "fault_active": 1.0, "joint_speed": 0.02 * 60,
    }  # fmt: skip
    assert found == pytest.approx(wanted) and set(found) == set(SIGNALS) - {"time_in_state"}
