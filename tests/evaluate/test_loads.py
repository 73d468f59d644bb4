"""Torques are told per joint and phase, beside what the motors hold."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from skillc.runtime.evaluate.loads import JointLoad, PhaseLoad, hottest, joint_loads, phase_loads
from skillc.runtime.formats.reference import PHASES
from skillc.runtime.robot.profile import load_profile
from tests.evaluate.test_success import carried
from tests.safety.four_joints import contract

APPROACH, TRACK = PHASES.index("approach"), PHASES.index("track")


def load(joint: str, mean: float, phase: str = "track", group: str = "hand") -> JointLoad:
    return JointLoad(phase=phase, group=group, joint=joint, mean_nm=mean, peak_nm=mean, continuous_nm=0.2, limit_nm=0.3)


def test_a_phase_has_the_mean_magnitude_and_the_largest_peak_of_each_joint() -> None:
    log = carried((0.0, 0.0, 0.0), ticks=4)
    mean = np.array([[1.0, 0, 0, 0, 0], [-3.0, 0, 0, 0, 0], [0, 5.0, 0, 0, 0], [0, 7.0, 0, 0, 0]])
    phase = np.array([APPROACH, APPROACH, TRACK, TRACK])
    first, second = phase_loads(replace(log, phase=phase, torque_mean=mean, torque_peak=np.abs(mean) + 0.5))
    assert (first.phase, second.phase) == ("approach", "track")
    assert first.mean_nm == (2.0, 0.0, 0.0, 0.0, 0.0) and first.peak_nm == (3.5, 0.5, 0.5, 0.5, 0.5)
    assert second.mean_nm[1] == 6.0 and second.peak_nm[1] == 7.5


def test_nothing_is_told_where_torque_was_not_measured() -> None:
    log = carried((0.0, 0.0, 0.0), ticks=4)
    assert phase_loads(replace(log, torque_mean=np.full((4, 5), np.nan))) == ()


def test_rollouts_are_summed_up_beside_what_each_motor_holds(project: Path) -> None:
    gen3 = load_profile(project / "specs/hardware/kinova_gen3_leap")
    *arm, hand = gen3.motors
    gen3 = replace(gen3, motors=(*arm, replace(hand, joints=("thumb_mcp",))))  # nothing is said of the index finger's
    names = ("joint_1", "joint_7", "thumb_mcp", "index_mcp")
    joints = tuple(replace(j, name=n) for j, n in zip(contract().joints, names))
    named = replace(contract(), joints=joints)
    rollouts = [[PhaseLoad(phase="track", mean_nm=(1, 2, 3, k), peak_nm=(4, 5, 6, 10 * k))] for k in (1.0, 2.0)]
    loads = joint_loads(rollouts, named, gen3)
    assert [row.joint for row in loads] == list(names)
    assert (loads[3].mean_nm, loads[3].peak_nm) == (1.5, 20.0)
    assert [row.continuous_nm for row in loads] == [39.0, 9.0, pytest.approx(0.186), gen3.joint("index_mcp").effort]
    assert joint_loads([[], []], named, gen3) == ()


def test_the_joint_nearest_to_what_it_can_hold_stands_for_its_group() -> None:
    loads = [load("a", 0.1), load("b", 0.19), load("c", 0.15), load("d", 0.05, group="arm"), load("e", 0.3, "close")]
    assert [row.joint for row in hottest(loads)] == ["b", "d", "e"]
    assert load("b", 0.4).hold_use == pytest.approx(2.0)
