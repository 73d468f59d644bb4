"""The simulated robot follows commands as late, as loosely and as unreliably as it is told to, and no worse."""

from dataclasses import replace

import mujoco
import numpy as np
import pytest

from skillc.runtime.drivers import simulated
from skillc.runtime.drivers.imperfections import Imperfections
from skillc.runtime.drivers.simulated import SimulatedRobot
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.sim.contact_summary import NOTHING
from skillc.runtime.sim.world import World
from tests.drivers.conftest import RATE_HZ, Drive

WRIST, FINGER = 6, 8
"""The arm's last joint, and the index finger's first flexion."""


def stepped(q: np.ndarray, joint: int, angle: float) -> np.ndarray:
    moved = q.copy()
    moved[joint] += angle
    return moved


def pull(robot: SimulatedRobot, joint: int) -> float:
    """Return the torque (Nm) with which a servo pulls."""
    return float(robot.data.actuator_force[robot.world.actuator[joint]])


def pulls_from(robot: SimulatedRobot, command: np.ndarray, joint: int) -> int:
    """Send a command every millisecond and return in which one the joint's servo first pulls."""
    for step in range(100):
        robot.send(command)
        robot.advance()
        if abs(pull(robot, joint)) > 1e-3:
            return step
    raise AssertionError("the servo never pulled")


@pytest.mark.parametrize("latency_ms", [0, 1, 7, 33, 50])
def test_a_command_acts_exactly_as_late_as_it_is_told(drive: Drive, profile: RobotProfile, latency_ms: int) -> None:
    robot = drive(Imperfections(latency_s=latency_ms / 1e3))
    assert pulls_from(robot, stepped(profile.home, WRIST, 0.01), WRIST) == latency_ms


def test_inside_the_play_of_its_gears_a_joint_stays_where_it_was_put(drive: Drive, profile: RobotProfile) -> None:
    play = 0.02
    robot = drive(Imperfections(backlash_rad={"hand": play}))
    at = robot.world.joint_qpos[FINGER]
    for offset in (0.49 * play, -0.49 * play):
        robot.data.qpos[at], robot.data.qvel[:] = profile.home[FINGER] + offset, 0.0
        robot.send(profile.home)
        robot.advance()
        assert abs(pull(robot, FINGER)) < 1e-3


def test_outside_the_play_of_its_gears_a_servo_pulls_with_what_is_left_of_the_error(
    drive: Drive, profile: RobotProfile
) -> None:
    play = 0.02
    robot = drive(Imperfections(backlash_rad={"hand": play}))
    at = robot.world.joint_qpos[FINGER]
    for error in (0.03, -0.03):
        robot.data.qpos[at], robot.data.qvel[:] = profile.home[FINGER] - error, 0.0
        robot.send(profile.home)
        robot.advance()
        # kp (error - play / 2), measured after one step of 1 ms in which the joint has hardly moved.
        expected = profile.joints[FINGER].kp * np.sign(error) * (abs(error) - play / 2)
        assert pull(robot, FINGER) == pytest.approx(expected, rel=0.05)
    assert abs(pull(robot, WRIST)) < 1e-3, "the arm has no play"


def test_readings_scatter_by_the_groups_noise_and_the_joints_do_not(drive: Drive, profile: RobotProfile) -> None:
    robot = drive(Imperfections(encoder_noise_rad={"hand": 0.01}, seed=3))
    read = []
    for _ in range(200):
        robot.send(profile.home)
        read.append(robot.advance().qpos)
    error = np.array(read) - profile.home
    assert np.std(error[:, 7:]) == pytest.approx(0.01, rel=0.05)
    assert np.abs(error[:, :7]).max() < 1e-6
    assert np.abs(robot.data.qpos[robot.world.joint_qpos] - profile.home).max() < 1e-6
    assert np.array_equal(robot.measure().qpos, read[-1]), "asking twice reads once"


def test_commands_are_dropped_at_the_share_told_and_their_age_is_reported(drive: Drive, profile: RobotProfile) -> None:
    robot = drive(Imperfections(dropped_share=0.25, seed=1))
    ages = []
    for _ in range(400):
        robot.send(profile.home)
        ages.append(robot.advance().command_age_s)
    assert np.mean(np.array(ages) > 0) == pytest.approx(0.25, abs=0.07)
    assert max(ages) >= 2 / RATE_HZ, "several in a row add up"
    none = drive(Imperfections(dropped_share=1.0))
    for _ in range(5):
        none.send(stepped(profile.home, WRIST, 0.01))
        aged = none.advance()
    assert aged.command_age_s == pytest.approx(5 / RATE_HZ)
    assert abs(pull(none, WRIST)) < 1e-3


def test_equal_records_give_equal_runs_and_another_seed_another(drive: Drive, profile: RobotProfile) -> None:
    def run(seed: int) -> np.ndarray:
        robot = drive(Imperfections(encoder_noise_rad={"arm": 0.001}, dropped_share=0.3, seed=seed))
        seen = []
        for step in range(30):
            robot.send(stepped(profile.home, WRIST, 0.001 * step))
            seen.append(robot.advance().qpos)
        return np.array(seen)

    assert np.array_equal(run(5), run(5))
    assert not np.array_equal(run(5), run(6))


def test_without_imperfections_nothing_is_changed(drive: Drive, profile: RobotProfile) -> None:
    robot = drive(Imperfections())
    goal = stepped(profile.home, FINGER, 0.05)
    for _ in range(500):
        robot.send(goal)
        measured = robot.advance()
    assert measured.command_age_s == 0.0
    assert np.array_equal(measured.qpos, robot.data.qpos[robot.world.joint_qpos])
    assert measured.qpos[FINGER] == pytest.approx(goal[FINGER], abs=1e-3)


def test_the_motors_of_a_robot_at_rest_carry_its_weight(drive: Drive, profile: RobotProfile) -> None:
    robot = drive(Imperfections())
    robot.send(profile.home)
    torque = robot.advance().torque
    assert torque is not None
    data = mujoco.MjData(robot.world.model)
    data.qpos[robot.world.joint_qpos] = profile.home
    mujoco.mj_inverse(robot.world.model, data)
    # What inverse dynamics asks for at rest, which the model's own compensation gives through the motors.
    assert np.allclose(torque.mean, data.qfrc_bias[robot.world.joint_dof], atol=0.02)
    assert np.abs(torque.mean[:7]).max() > 3.0


def test_a_finger_far_from_its_target_gives_its_motors_torque_and_no_more(drive: Drive, profile: RobotProfile) -> None:
    robot = drive(Imperfections())
    peaks = []
    for _ in range(20):
        robot.send(stepped(profile.home, FINGER, 1.0))
        measured = robot.advance()
        assert measured.torque is not None
        peaks.append(measured.torque.peak)
    limits = np.array([joint.effort for joint in profile.joints])
    assert (np.array(peaks) <= limits + 1e-9).all()
    assert np.max(peaks, axis=0)[FINGER] == pytest.approx(0.284, rel=1e-3), "0.93 Nm / 1.80 A x 0.55 A"


def test_the_largest_force_of_a_tick_counts_wherever_in_it_it_was(
    world: World, profile: RobotProfile, monkeypatch: pytest.MonkeyPatch
) -> None:
    pressed = replace(NOTHING, unsafe_force=25.0)
    felt = iter([NOTHING, pressed, NOTHING, NOTHING])
    robot = SimulatedRobot(world, profile, qpos=profile.home, manipulated="ball", rate_hz=RATE_HZ / 4)
    monkeypatch.setattr(simulated, "summarize_contacts", lambda *_: next(felt))
    robot.send(profile.home)
    assert robot.advance().contacts.unsafe_force == 25.0


@pytest.mark.parametrize(("part", "told"), [("qpos", "BADQPOS"), ("qvel", "BADQVEL")])
def test_a_simulation_that_diverged_says_so(drive: Drive, profile: RobotProfile, part: str, told: str) -> None:
    robot = drive(Imperfections())
    robot.send(profile.home)
    robot.advance()
    assert robot.bad_state == ""
    getattr(robot.data, part)[3] = np.nan
    robot.advance()
    assert robot.bad_state == f"{told} (index 3)"


def test_a_reading_says_how_old_it_is(drive: Drive) -> None:
    robot = drive(Imperfections())
    assert [robot.advance().age_s for _ in range(3)] == [0.0] * 3
    mujoco.mj_step(robot.world.model, robot.data)
    assert robot.measure().age_s == pytest.approx(robot.world.model.opt.timestep)
