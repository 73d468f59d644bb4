"""Commands of the reference: once each, joined to from rest inside the limits."""

from dataclasses import replace

import numpy as np
import pytest

from skillc.runtime.formats.motion_limits import MotionLimits
from skillc.runtime.machine.playback import Playback
from tests.machine.kinematic import machine, reference, skill_contract
from tests.safety.four_joints import DT

LIMITS = MotionLimits.of(skill_contract().joints)


class Playing:
    """A playback and where it is."""

    def __init__(self, state: str) -> None:
        self.playback = Playback(reference(), DT, LIMITS)
        self.place = self.playback.start()
        self.enter(state)

    def enter(self, state: str) -> None:
        self.place = self.playback.enter(self.place, machine().state(state))

    def command(self, q: np.ndarray, *, at_rest: bool) -> np.ndarray | None:
        self.place, sent = self.playback.next(self.place, q, at_rest=at_rest)
        return sent

    @property
    def remaining_s(self) -> float:
        return self.playback.remaining_s(self.place)


@pytest.mark.parametrize("away", [0.003, 0.1, 0.8])
@pytest.mark.parametrize("state", ["approach", "track"])
def test_from_elsewhere_the_reference_is_joined_inside_all_limits(away: float, state: str) -> None:
    playback, q = Playing(state), np.full(4, away)
    sent = [q] * 4
    while playback.remaining_s > 0:
        sent.append(playback.command(sent[-1], at_rest=True))
    for order, limit in ((1, LIMITS.speed), (2, LIMITS.acceleration), (3, LIMITS.jerk)):
        assert np.max(np.abs(np.diff(sent, n=order, axis=0)) / DT**order / limit) <= 1.0
    assert playback.place.sample == (59 if state == "approach" else 179)
    np.testing.assert_allclose(sent[-1], reference().qpos[playback.place.sample], atol=1e-12)


def test_what_an_encoder_errs_by_at_the_start_is_made_up_for_without_a_jerk() -> None:
    playback, q = Playing("approach"), np.full(4, 3e-4)
    sent = [q] * 4
    for _ in range(12):
        sent.append(playback.command(sent[-1], at_rest=True))
    assert np.max(np.abs(np.diff(sent, n=3, axis=0))) / DT**3 < 1.0, (
        "60 x / T^3 at most; at full speed it is 40 and more"
    )


def test_nothing_is_commanded_before_the_robot_rests() -> None:
    playback = Playing("track")
    assert playback.command(np.zeros(4), at_rest=False) is None
    assert playback.command(np.zeros(4), at_rest=True) is not None


def test_a_state_that_goes_back_starts_its_phases_again() -> None:
    playback = Playing("approach")
    for _ in range(30):
        playback.command(np.zeros(4), at_rest=True)
    playback.enter("approach")
    assert playback.command(np.zeros(4), at_rest=False) is None, "from rest"
    playback.command(reference().qpos[29], at_rest=True)
    assert playback.remaining_s > 59 * DT


def test_backing_off_plays_the_way_here_the_other_way_round_inside_all_limits() -> None:
    playback = Playing("approach")
    for _ in range(45):
        playback.command(np.zeros(4), at_rest=True)
    here = reference().qpos[44]
    playback.place = playback.playback.enter(playback.place, replace(machine().state("approach"), controller="reverse"))
    assert playback.command(here, at_rest=False) is None, "from rest"
    sent, samples = [here] * 4, []
    while playback.remaining_s > 0:
        sent.append(playback.command(sent[-1], at_rest=True))
        samples.append(playback.place.sample)
    for order, limit in ((1, LIMITS.speed), (2, LIMITS.acceleration), (3, LIMITS.jerk)):
        assert np.max(np.abs(np.diff(sent, n=order, axis=0)) / DT**order / limit) <= 1.0001
    assert np.all(np.diff(samples) <= 0) and samples[-1] == 0
    np.testing.assert_allclose(sent[-1], reference().qpos[0], atol=1e-12)
    assert playback.place.at == -1, "the robot stands where the motion begins"
    playback.enter("approach")
    again = [playback.command(reference().qpos[0], at_rest=True) for _ in range(60)]
    np.testing.assert_allclose(again, reference().qpos[:60], atol=1e-12)


def test_when_its_phases_are_over_the_last_sample_is_sent_again() -> None:
    playback = Playing("approach")
    sent = [playback.command(np.zeros(4), at_rest=True) for _ in range(70)]
    np.testing.assert_array_equal(sent[-1], reference().qpos[59])
    assert playback.remaining_s == 0
