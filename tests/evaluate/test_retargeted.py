"""The baseline starts from rest at home, keeps every limit and shows the retargeted poses, however fast they came."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from skillc.runtime.evaluate.evaluate import built_scene, roll_out
from skillc.runtime.evaluate.motions import with_motion
from skillc.runtime.evaluate.protocol import Trial
from skillc.runtime.evaluate.retargeted import retargeted
from skillc.runtime.evaluate.skill import Skill
from skillc.runtime.formats.reference import PHASES


@pytest.fixture(scope="module")
def skill(small_build: Path) -> Skill:
    """A skill whose retargeted motion begins at full speed, away from home, faster than the robot may move."""
    plain = Skill.load(small_build)
    ticks = len(plain.retargeted.time_s)
    swing = np.linspace(0, 1, ticks)[:, None] * np.linspace(0.4, 0.9, plain.retargeted.qpos.shape[1])
    away = np.clip(plain.retargeted.qpos + 0.2 + swing, plain.profile.home - 1.0, plain.profile.home + 1.0)
    upper = np.array([j.upper for j in plain.contract.joints])
    fast = plain.retargeted.time_s / 5.0
    return replace(plain, retargeted=replace(plain.retargeted, qpos=np.minimum(away, upper - 0.01), time_s=fast))


def test_it_starts_at_home_and_keeps_all_limits_from_rest_to_rest(skill: Skill) -> None:
    q, joints = retargeted(skill).reference.qpos, skill.contract.joints
    np.testing.assert_allclose(q[0], skill.profile.home, atol=1e-9)
    still = np.vstack([q[:1]] * 3 + [q] + [q[-1:]] * 3)
    for order, name in ((1, "speed"), (2, "acceleration"), (3, "jerk")):
        limit = np.array([getattr(j, name) for j in joints])
        assert np.max(np.abs(np.diff(still, n=order, axis=0)) * 60.0**order / limit) <= 1.0 + 1e-6


def test_every_demonstrated_pose_is_passed(skill: Skill) -> None:
    q = retargeted(skill).reference.qpos
    for shown in skill.retargeted.qpos[::7]:
        assert np.min(np.max(np.abs(q - shown), axis=1)) < 0.05


def test_phases_follow_the_keyframes_in_order(skill: Skill) -> None:
    phase = retargeted(skill).reference.phase
    played = {PHASES.index(p) for state in skill.machine.states for p in state.phases}
    assert np.all(np.diff(phase) >= 0) and set(phase) == {PHASES.index(p) for p in ("approach", "close", "track")}
    assert set(phase) <= played, "no part of it is left out by the machine"


def test_its_replay_moves_and_is_not_stopped_by_the_filter(skill: Skill) -> None:
    moving = with_motion(skill, "retargeted")
    run = roll_out(moving, built_scene(skill), Trial())
    assert run.limited_ticks == 0 and "R3" not in {trip.code for trip in run.trips}
    assert np.max(np.ptp(run.log.q_measured, axis=0)) > 0.3


def test_its_machine_waits_for_a_motion_slower_than_the_reference(skill: Skill) -> None:
    hasty = tuple(replace(state, timeout_s=0.5) for state in skill.machine.states)
    moving = retargeted(replace(skill, machine=replace(skill.machine, states=hasty)))
    seconds = np.sum(moving.reference.phase == PHASES.index("approach")) / 60
    assert moving.machine.state("approach").timeout_s >= 2 * seconds > 1.0
