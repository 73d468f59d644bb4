"""Rehearsals: what stands still, what is lifted, what is touched early, what blows up, and how they are varied."""

from dataclasses import replace

import mujoco
import numpy as np
import pytest

from skillc.runtime.formats.reference import PHASES, Reference
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.motion.rehearsal.rehearsal import Spread, _Look, draw_variations, rehearse
from skillc.runtime.sim.world import World
from tests.motion import synthetic

SPREAD = Spread(
    position_m=0.008, yaw_rad=0.1, mass=0.3, friction=0.2, size=0.05, solref=(0.008, 1), solimp=(0.92, 0.98, 0.0008)
)
CLOSE = PHASES.index("close")
NOTHING_FELT = np.zeros((0, 0))


def held(profile: RobotProfile, T_table_robot: np.ndarray, count: int) -> Reference:
    """The robot stands at home; the second half is the phase `close`."""
    return Reference(
        time_s=np.arange(count) / 60, qpos=np.tile(profile.home, (count, 1)), joint_names=profile.joint_names,
        phase=np.repeat([0, CLOSE], [count // 2, count - count // 2]), T_table_robot=T_table_robot,
        anchor_index=np.zeros(0, dtype=np.int64), anchor_name=(), anchor_T_table_hand=np.zeros((0, 4, 4)),
        T_manip_hand=np.full((6, 4, 4), np.nan), T_target_hand=np.full((6, 4, 4), np.nan),
        T_table_manip=np.tile(np.asarray(synthetic.apple().twin.manipulated.T_table_object), (count, 1, 1)),
        demonstrated_frame=np.full(count, np.nan),
    )  # fmt: skip


def states(world: World, profile: RobotProfile, count: int) -> np.ndarray:
    """A made-up trajectory (S, nstate) in which nothing moves, one row per simulator step."""
    full = mujoco.mjtState.mjSTATE_FULLPHYSICS
    data = mujoco.MjData(world.model)
    data.qpos[world.joint_qpos] = profile.home
    rows = np.empty((count, mujoco.mj_stateSize(world.model, full)))
    for k in range(count):
        data.time = (k + 1) * world.model.opt.timestep
        mujoco.mj_getState(world.model, data, rows[k], full)
    return rows


def test_a_robot_that_stands_still_moves_nothing(
    apple_world: World, profile: RobotProfile, T_table_robot: np.ndarray
) -> None:
    result = rehearse(
        [held(profile, T_table_robot, 12)], [apple_world], manipulated="apple", hold_s=0.1, threads=1
    )[0][0]  # fmt: skip
    wanted = np.asarray(synthetic.apple().twin.manipulated.T_table_object)
    assert result.valid and result.hand_force == result.table_depth_m == result.grip_depth_m == 0
    assert np.allclose(result.T_table_manip, wanted, atol=1e-3)
    assert max(result.moved_early_m, result.scene_moved_m, result.lift_m) < 1e-3
    assert result.lowest_m == pytest.approx(0.0, abs=1e-3)


def test_a_rehearsal_does_not_depend_on_what_is_rehearsed_beside_it(
    apple_world: World, profile: RobotProfile, T_table_robot: np.ndarray
) -> None:
    short, long = held(profile, T_table_robot, 6), held(profile, T_table_robot, 18)
    alone, beside = (
        rehearse(group, [apple_world], manipulated="apple", hold_s=0.05, threads=1)[0][0]
        for group in ([short], [short, long])
    )
    assert np.array_equal(alone.T_table_manip, beside.T_table_manip)
    assert alone.moved_early_m == beside.moved_early_m


def test_what_moves_before_closing_counts_as_moved_early(
    apple_world: World, profile: RobotProfile, T_table_robot: np.ndarray
) -> None:
    reference, look = held(profile, T_table_robot, 10), _Look(apple_world, "apple")
    at = 1 + apple_world.object_qpos["apple"]
    for first, early in ((10, 0.02), (21, 0.0)):  # closing begins at step 20
        rows = states(apple_world, profile, 40)
        rows[first:, at] += 0.02
        assert look.judge(rows, NOTHING_FELT, reference, 4).moved_early_m == pytest.approx(early)


def test_lift_is_the_highest_point_and_the_target_counts_as_scene(
    apple_world: World, profile: RobotProfile, T_table_robot: np.ndarray
) -> None:
    rows, look = states(apple_world, profile, 40), _Look(apple_world, "apple")
    rows[20:30, 1 + apple_world.object_qpos["apple"] + 2] += 0.1
    plate = 1 + apple_world.object_qpos["plate"]
    rows[30:, plate : plate + 2] += [0.03, 0.04]
    result = look.judge(rows, NOTHING_FELT, held(profile, T_table_robot, 10), 4)
    assert result.lift_m == pytest.approx(0.1)
    assert result.scene_moved_m == pytest.approx(0.05)
    assert result.lowest_m == pytest.approx(0.0, abs=1e-6)


def test_an_arm_in_the_table_is_as_deep_as_its_geometry(
    apple_world: World, profile: RobotProfile, T_table_robot: np.ndarray
) -> None:
    rows, look = states(apple_world, profile, 40), _Look(apple_world, "apple")
    second = 1 + apple_world.joint_qpos[1]
    assert look.judge(rows, NOTHING_FELT, held(profile, T_table_robot, 10), 4).table_depth_m == 0
    rows[:, second] += 1.2
    assert look.judge(rows, NOTHING_FELT, held(profile, T_table_robot, 10), 4).table_depth_m > 0.01


def test_what_is_held_is_the_mean_of_the_worst_phase_over_what_the_motor_holds_without_end(
    apple_world: World, profile: RobotProfile, T_table_robot: np.ndarray
) -> None:
    reference, look = held(profile, T_table_robot, 96), _Look(apple_world, "apple")
    rows = states(apple_world, profile, 384)
    resting = look.judge(rows, NOTHING_FELT, reference, 4).held_use
    thumb = profile.joint_names.index("thumb_ipl")
    back = 0.03
    pressed = rows.copy()
    pressed[192:, 1 + apple_world.joint_qpos[thumb]] -= back  # all of the second phase
    half = rows.copy()
    half[288:, 1 + apple_world.joint_qpos[thumb]] -= back  # half of it
    motor = profile.motor("thumb_ipl")
    assert motor is not None
    pressing = profile.joint("thumb_ipl").kp * back / motor.continuous_torque
    assert resting < 0.7
    assert look.judge(pressed, NOTHING_FELT, reference, 4).held_use == pytest.approx(pressing, abs=0.3)
    assert look.judge(pressed, NOTHING_FELT, reference, 4).held_use > 0.9
    assert look.judge(half, NOTHING_FELT, reference, 4).held_use < 0.75
    crushed = rows.copy()
    crushed[192:, 1 + apple_world.joint_qpos[thumb]] -= 0.2
    most = profile.joint("thumb_ipl").effort / motor.continuous_torque
    assert look.judge(crushed, NOTHING_FELT, reference, 4).held_use == pytest.approx(most), (
        "a motor gives no more than its limit"
    )


@pytest.mark.parametrize("broken", ["started again early", "started again late", "not a number"])
def test_a_simulation_that_blew_up_is_invalid(
    apple_world: World, profile: RobotProfile, T_table_robot: np.ndarray, broken: str
) -> None:
    """MuJoCo resets a bad state to time 0 and goes on, so time is what tells."""
    rows, look = states(apple_world, profile, 60), _Look(apple_world, "apple")
    assert look.judge(rows, NOTHING_FELT, held(profile, T_table_robot, 15), 4).valid
    if broken == "not a number":
        rows[-1, 1:] = np.nan
    else:
        first = 2 if broken == "started again early" else 50
        rows[first:, 0] -= rows[first, 0]
    assert not look.judge(rows, NOTHING_FELT, held(profile, T_table_robot, 15), 4).valid


def test_the_first_rehearsal_is_the_twin_itself_and_all_stay_inside_the_spread() -> None:
    twin = synthetic.apple().twin
    first, *others = draw_variations(twin, SPREAD, 40, np.random.default_rng(0))
    assert not first.T_table_object and not first.mass_scale and first.solref is None
    for thing in twin.objects:
        nominal = np.asarray(thing.T_table_object)
        poses = np.array([v.T_table_object[thing.name] for v in others])
        off = poses[:, :3, 3] - nominal[:3, 3]
        assert np.abs(off[:, :2]).max() <= SPREAD.position_m and not off[:, 2].any()
        assert np.abs(off[:, :2]).max() > 0.8 * SPREAD.position_m, "the whole range is used"
        turn = poses[:, :3, :3] @ nominal[:3, :3].T
        assert np.allclose(turn[:, :, 2], [0, 0, 1])
        assert np.abs(np.arctan2(turn[:, 1, 0], turn[:, 0, 0])).max() <= SPREAD.yaw_rad
        mass, size = (np.array([getattr(v, f)[thing.name] for v in others]) for f in ("mass_scale", "size_scale"))
        assert 0.7 <= mass.min() < 0.8 and 1.2 < mass.max() <= 1.3
        assert (size.std() > 0) == (thing.role == "manipulated"), "the hand meets only the manipulated one's size"
    assert {v.solref for v in others} == {None, SPREAD.solref}
    again = draw_variations(twin, SPREAD, 40, np.random.default_rng(0))
    assert np.array_equal(again[7].T_table_object["apple"], others[6].T_table_object["apple"])
    none = replace(SPREAD, position_m=0, yaw_rad=0, mass=0, friction=0, size=0)
    still = draw_variations(twin, none, 2, np.random.default_rng(0))[1]
    assert np.allclose(still.T_table_object["apple"], twin.manipulated.T_table_object)


def test_no_rehearsals_are_no_variations() -> None:
    assert draw_variations(synthetic.apple().twin, SPREAD, 0, np.random.default_rng(0)) == []
