"""Commands become targets at the rate and in the way that each joint is commanded in; servos then follow physics."""

import mujoco
import numpy as np
import pytest

from skillc.runtime.formats.motors import CommandMode
from skillc.runtime.sim.servo import ServoTargets, servo_targets
from skillc.runtime.sim.world import World

RATE_HZ = 60.0
SPEED = 0.5
INERTIA, KP, TIMESTEP_S = 0.1, 40.0, 1 / 6000
OMEGA = np.sqrt(KP / INERTIA)
KV = 2 * np.sqrt(KP * INERTIA)
"""Critically damped, so that responses are short formulas."""

LOW = CommandMode(name="low", rate_hz=1000.0, between="linear")
HIGH = CommandMode(name="high", rate_hz=40.0, between="linear")
STEPPED = CommandMode(name="stepped", rate_hz=40.0, between="hold")


def one_joint(mode: CommandMode) -> World:
    """Return a world of one wheel on a servo, without gravity."""
    spec = mujoco.MjSpec()
    spec.option.timestep, spec.option.gravity = TIMESTEP_S, [0, 0, 0]
    spec.option.integrator = mujoco.mjtIntegrator.mjINT_IMPLICITFAST
    body = spec.worldbody.add_body(name="wheel", mass=1.0, inertia=[INERTIA] * 3, explicitinertial=True)
    body.add_joint(name="axle", axis=[0, 0, 1])
    servo = spec.add_actuator(name="axle", target="axle", trntype=mujoco.mjtTrn.mjTRN_JOINT)
    servo.set_to_position(kp=KP, kv=KV)
    none = np.zeros(0, dtype=np.int64)
    one = np.zeros(1, dtype=np.int64)
    return World(
        model=spec.compile(), joint_qpos=one, joint_dof=one, actuator=one, command_modes=(mode,),
        continuous_torque=np.ones(1), object_body={}, object_qpos={}, object_dof={}, table_geom=-1, base_qpos=None,
        tip_sites=none, tip_geoms=none, arm_geoms=(), hand_geoms=(), object_geoms={}, target=None,
    )  # fmt: skip


def follow(mode: CommandMode, seconds: float) -> tuple[np.ndarray, np.ndarray]:
    """Command a steady speed from rest and return times and angles after every simulation step."""
    world = one_joint(mode)
    commands = SPEED * np.arange(0, round(seconds * RATE_HZ) + 1)[:, None] / RATE_HZ
    # The first command is where the joint is; each says where to be at the end of its interval.
    told = servo_targets(world, commands, 1 / RATE_HZ)
    data, seen = mujoco.MjData(world.model), []
    for target in told:
        data.ctrl[:] = target
        mujoco.mj_step(world.model, data)
        seen.append((data.time, data.qpos[0]))
    times, q = np.array(seen).T
    return times, q


def newest(time_s: float) -> float:
    """Return the command there is at an instant."""
    return SPEED * np.floor(time_s * RATE_HZ + 1e-6) / RATE_HZ


def falling_behind(t: np.ndarray) -> np.ndarray:
    """Return the lag behind a target that starts to move with unit speed at 0, its speed told to the servo."""
    return np.where(t > 0, t * np.exp(-OMEGA * np.maximum(t, 0.0)), 0.0)


def risen(t: np.ndarray) -> np.ndarray:
    """Return the response to a unit step of what the servo is told at 0."""
    late = np.maximum(t, 0.0)
    return 1 - (1 + OMEGA * late) * np.exp(-OMEGA * late)


def test_at_a_kilohertz_a_joint_follows_the_straight_line_between_commands() -> None:
    t, q = follow(LOW, 0.5)
    start = 1 / RATE_HZ  # the first command asks for no motion
    line = SPEED * np.maximum(t - start, 0.0)
    expected = line - SPEED * falling_behind(t - start)
    # Its own clock takes commands up to a millisecond late; nothing else is left of their steps.
    assert np.abs(q - expected).max() < SPEED * 1e-3


def test_at_40_hz_the_base_moves_in_a_straight_line_to_what_it_took_last() -> None:
    t, q = follow(HIGH, 0.5)
    own = 1 / 40
    expected, at, before = np.zeros_like(t), 0.0, 0.0
    for k in range(21):
        goal = newest(k * own)
        speed, at = (goal - at) / own, goal
        since = t - k * own
        # A change of speed adds a line and the servo's lag behind it; both superpose.
        expected += (speed - before) * (np.maximum(since, 0.0) - falling_behind(since))
        before = speed
    assert np.abs(q - expected).max() < 2e-4
    behind = SPEED * (t - 1 / RATE_HZ) - q
    assert 0.0 < behind[t > 0.3].mean() < SPEED * 2 * own, "it lags, by less than two of its periods"


def test_what_is_held_moves_in_steps_with_the_speed_between_them() -> None:
    t, q = follow(STEPPED, 0.5)
    own = 1 / 40
    expected, at, before = np.zeros_like(t), 0.0, 0.0
    for k in range(21):
        goal = newest(k * own)
        speed = (goal - at) / own
        since = t - k * own
        expected += (goal - at + KV / KP * (speed - before)) * risen(since)
        at, before = goal, speed
    assert np.abs(q - expected).max() < 2e-4


@pytest.mark.parametrize("mode", [LOW, HIGH, STEPPED])
def test_commands_that_end_are_reached_and_the_speed_told_ends_with_them(mode: CommandMode) -> None:
    targets = ServoTargets(one_joint(mode), np.zeros(1), 1 / RATE_HZ)
    targets.receive(np.array([0.1]))
    told = [targets.at(k * TIMESTEP_S)[0] for k in range(round(0.05 / TIMESTEP_S))]
    assert max(told) > 0.1 + 0.9 * KV / KP * 0.1 / (1 / 40), "on its way the servo is told the speed, too"
    assert told[-1] == 0.1


def test_a_command_between_two_ticks_waits_for_the_next() -> None:
    targets = ServoTargets(one_joint(STEPPED), np.zeros(1), 1 / RATE_HZ)
    targets.at(0.0)
    targets.receive(np.array([0.1]))
    waited = [targets.at(k * 0.001)[0] for k in range(1, 26)]
    assert waited[:-1] == [0.0] * 24 and waited[-1] > 0.1


def test_a_command_whose_array_is_used_again_is_still_a_new_command() -> None:
    targets, command = ServoTargets(one_joint(STEPPED), np.zeros(1), 1 / RATE_HZ), np.zeros(1)
    for k in range(1, 4):
        command[:] = 0.1 * k
        targets.receive(command)
        told = targets.at(k / RATE_HZ)
    assert told[0] > 0.25
