"""The reference as a whole: anchors exact, limits kept, phases in order, at rest at both ends."""

from dataclasses import replace

import mujoco
import numpy as np
import pytest

from skillc.runtime.evaluate.metrics import jerk_rms
from skillc.runtime.formats.motion_limits import MotionLimits
from skillc.runtime.formats.reference import PHASES, Reference
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.geometry import se3
from skillc.runtime.motion.cell.cell import raised, straight
from skillc.runtime.motion.kinematics.arm_ik import Arm
from skillc.runtime.motion.kinematics.hand_model import HandModel
from skillc.runtime.motion.path.assemble import (
    Anchor,
    JerkBounds,
    Segment,
    Timing,
    assemble,
    unhurried,
)
from skillc.runtime.motion.path.interpolation import smoothstep
from skillc.runtime.motion.path.joint_path import follow, timed
from skillc.runtime.motion.path.time_scaling import limit_use

TIMING = Timing(
    rate_hz=60.0, limit_share=0.95, joint_speed=np.deg2rad(60), calm_speed=0.7, arm_acceleration=2.0,
    arm_tolerance_rad=0.005, finger_tolerance_rad=0.05,
)  # fmt: skip
T_TABLE_ROBOT = np.array([[0.0, 1, 0, 0.29], [-1, 0, 0, 0.75], [0, 0, 1, 0], [0, 0, 0, 1]])
NOTHING = np.full(8, np.nan)
"""No frame of a demonstration."""
T_TARGET = se3.from_parts(np.eye(3), np.array([0.2, 0.1, 0.0]))


@pytest.fixture(scope="module")
def arm(robot_model: mujoco.MjModel, profile: RobotProfile) -> Arm:
    return Arm.from_model(robot_model, profile)


@pytest.fixture(scope="module")
def hand(robot_model: mujoco.MjModel, profile: RobotProfile) -> HandModel:
    return HandModel.from_model(robot_model, profile)


def _segments(arm: Arm, hand: HandModel) -> list[Segment]:
    """Down 10 cm, close, across 12 cm with the object."""
    T_start = (T_TABLE_ROBOT @ arm.hand_pose(arm.home[None]))[0]
    T_contact = raised(T_start, np.array([0.0, 0.0, -0.1]))
    T_end = raised(T_contact, np.array([-0.12, 0.0, 0.05]))
    T_object = raised(T_contact, np.array([0.0, 0.0, -0.1]))
    down = follow(arm, T_TABLE_ROBOT, straight(T_start, T_contact, 4), arm.home).q
    across = follow(arm, T_TABLE_ROBOT, straight(T_contact, T_end, 6), down[-1]).q
    closed = hand.open_posture + 0.4 * (hand.upper - hand.open_posture)
    still = T_object[None]
    return [
        Segment(phase="approach", arm=down, hand=hand.open_posture, T_table_manip=still,
                frame=NOTHING[:4], at_least_s=1.0,
                anchors=(Anchor(knot=3, name="contact", T_table_hand=T_contact),)),
        Segment(phase="close", arm=down[-1:], hand=closed, T_table_manip=still, frame=NOTHING[:1],
                at_least_s=0.1,
                anchors=(Anchor(knot=0, name="grasp", T_table_hand=T_contact),)),
        Segment(phase="track", arm=np.concatenate([down[-1:], across[1:]]), hand=closed,
                T_table_manip=straight(T_object, raised(T_object, np.array([-0.12, 0.0, 0.05])), 6),
                frame=np.arange(6.0), at_least_s=0.5,
                anchors=(Anchor(knot=5, name="interaction", T_table_hand=T_end),)),
    ]  # fmt: skip


LAX = JerkBounds(arm=1e3, hand=1e3)
"""No bound that any of these motions meets."""


def test_what_comes_after_the_object_rests_makes_up_for_no_jerk_before(
    arm: Arm, hand: HandModel, profile: RobotProfile
) -> None:
    segments = _segments(arm, hand)
    last = segments[-1]
    away = Segment(phase="retreat", arm=last.arm[-1:], hand=last.hand, T_table_manip=last.T_table_manip[-1:],
                   frame=NOTHING[:1], at_least_s=20.0)  # fmt: skip
    made = _assembled([*segments, away], profile, hand, JerkBounds(arm=0.3, hand=1e3))
    moving = made.qpos[made.phase <= PHASES.index("track"), : arm.chain.n]
    assert jerk_rms(moving, 1 / 60) <= 0.3 * 1.02


def _assembled(segments: list[Segment], profile: RobotProfile, hand: HandModel, jerk: JerkBounds = LAX) -> Reference:
    return assemble(
        segments, profile=profile, timing=TIMING, jerk=jerk, hand_start=hand.open_posture, T_table_robot=T_TABLE_ROBOT,
        T_table_target=T_TARGET,
    )  # fmt: skip


@pytest.fixture(scope="module")
def reference(arm: Arm, hand: HandModel, profile: RobotProfile) -> Reference:
    return _assembled(_segments(arm, hand), profile, hand)


def test_anchors_are_met_by_the_commanded_posture_itself(reference: Reference, arm: Arm) -> None:
    assert reference.anchor_name == ("contact", "grasp", "interaction")
    at = T_TABLE_ROBOT @ arm.hand_pose(reference.qpos[reference.anchor_index][:, : arm.chain.n])
    for T, wanted in zip(at, reference.anchor_T_table_hand):
        assert np.linalg.norm(T[:3, 3] - wanted[:3, 3]) <= 1e-4
        assert se3.rotation_angle(T, wanted) <= np.deg2rad(0.1)


def test_every_limit_holds_over_the_whole_motion(reference: Reference, profile: RobotProfile) -> None:
    held = np.concatenate([np.repeat(q[None], 4, axis=0) for q in reference.qpos[[0, -1]]])
    whole = np.concatenate([held[:4], reference.qpos, held[4:]])
    use = limit_use(whole, MotionLimits.of(profile.joints, at_most_speed=TIMING.calm_speed), 60.0)
    assert use.inside
    assert use.speed <= TIMING.limit_share + 1e-6


def test_phases_never_go_back_and_the_motion_starts_and_ends_at_rest(reference: Reference) -> None:
    assert np.all(np.diff(reference.phase) >= 0)
    assert {PHASES[k] for k in reference.phase} == {"approach", "close", "track"}
    assert np.allclose(np.diff(reference.time_s), 1 / 60)
    steps = np.abs(np.diff(reference.qpos, axis=0)).max(axis=1)
    assert max(steps[0], steps[-1]) < 0.01 * steps.max()


def test_each_phase_ends_with_its_anchor_seen_from_object_and_target(reference: Reference) -> None:
    for name, anchor in (("approach", 0), ("close", 1), ("track", 2)):
        k = PHASES.index(name)  # type: ignore[arg-type]
        last = int(np.flatnonzero(reference.phase == k)[-1])
        T_hand = reference.anchor_T_table_hand[anchor]
        assert np.allclose(reference.T_table_manip[last] @ reference.T_manip_hand[k], T_hand)
        assert np.allclose(T_TARGET @ reference.T_target_hand[k], T_hand)
    assert np.isnan(reference.T_manip_hand[PHASES.index("release")]).all()


def test_a_carried_object_moves_as_the_hand_does(reference: Reference, arm: Arm) -> None:
    """The hand passes beside its knots, the object's pose is interpolated between them: they differ by little."""
    track = reference.phase == PHASES.index("track")
    T_hand = T_TABLE_ROBOT @ arm.hand_pose(reference.qpos[track][:, : arm.chain.n])
    offset = T_hand[:, :3, 3] - reference.T_table_manip[track][:, :3, 3]
    assert np.abs(offset - offset[-1]).max() < 5e-3


def test_every_sample_says_which_frame_it_replays(reference: Reference) -> None:
    frame, track = reference.demonstrated_frame, reference.phase == PHASES.index("track")
    assert np.isnan(frame[~track]).all()
    assert np.all(np.diff(frame[track]) > 0) and frame[track][0] < 0.1 and frame[track][-1] == 5.0


def test_two_anchors_of_one_name_stay_two(arm: Arm, hand: HandModel, profile: RobotProfile) -> None:
    first, *rest = _segments(arm, hand)
    twice = replace(first, anchors=(*first.anchors, *first.anchors))
    made = _assembled([twice, *rest], profile, hand)
    assert len(made.anchor_name) == len(made.anchor_index) == len(made.anchor_T_table_hand) == 4


def test_phases_that_go_back_or_do_not_join_are_refused(arm: Arm, hand: HandModel, profile: RobotProfile) -> None:
    first, close, track = _segments(arm, hand)
    with pytest.raises(ValueError, match="approach"):
        _assembled([replace(first, arm=first.arm[-1:]), close, replace(close, phase="approach")], profile, hand)
    with pytest.raises(ValueError, match="does not continue"):
        _assembled([first, replace(close, arm=close.arm + 0.01), track], profile, hand)


def test_fingers_alone_take_as_long_as_their_limits_ask_for(hand: HandModel, profile: RobotProfile, arm: Arm) -> None:
    """A standing arm, fingers over their whole range: whole control periods, rounded up."""
    still = arm.home[None]
    for share in np.linspace(0.2, 1.0, 9):
        end = hand.open_posture + share * (hand.upper - hand.open_posture)
        segment = Segment(phase="close", arm=still, hand=end, T_table_manip=np.eye(4)[None], frame=NOTHING[:1],
                          at_least_s=0.0)  # fmt: skip
        made = _assembled([segment], profile, hand)
        limits = MotionLimits.of(profile.joints, share=0.95, at_most_speed=TIMING.calm_speed)
        assert limit_use(made.qpos, limits, 60.0).inside


def test_fingers_may_go_through_knots_with_the_arm(arm: Arm, hand: HandModel, profile: RobotProfile) -> None:
    first, close, track = _segments(arm, hand)
    postures = close.hand + np.array([0.0, 0.1, 0.2, 0.1, 0.05, 0.0])[:, None] * np.ones(len(close.hand))
    made = _assembled([first, close, replace(track, hand=postures)], profile, hand)
    moving = made.qpos[made.phase == PHASES.index("track"), arm.chain.n :]
    assert np.allclose(moving[-1], close.hand, atol=1e-9)
    assert np.max(moving - close.hand) == pytest.approx(0.2, abs=TIMING.finger_tolerance_rad + 0.01)
    assert limit_use(made.qpos, TIMING.limits(profile, profile.joint_names), 60.0).inside
    with pytest.raises(ValueError, match="fingers"):
        _assembled([first, close, replace(track, hand=postures + 0.1)], profile, hand)


def test_speed_and_acceleration_have_no_step_where_phases_meet(reference: Reference) -> None:
    """Every piece is at rest at both ends, acceleration included: no third difference stands out at a join."""
    held = np.concatenate([np.repeat(reference.qpos[:1], 3, axis=0), reference.qpos])
    acceleration = np.diff(held, 2, axis=0) * 3600
    joins = np.flatnonzero(np.diff(reference.phase)) + 3
    assert np.abs(acceleration[joins - 1]).max() < 0.05 * np.abs(acceleration).max()


@pytest.mark.parametrize("seed", range(4))
def test_uneven_knots_inside_the_limits_give_a_path_inside_the_limits(profile: RobotProfile, seed: int) -> None:
    """Wide and narrow gaps between knots, some next to a limit: where a plain quintic swings out."""
    limits = TIMING.limits(profile, profile.manipulator.arm_joints)
    rng = np.random.default_rng(seed)
    low, high = np.maximum(limits.lower, -3.2) + 0.1, np.minimum(limits.upper, 3.2) - 0.1
    for _ in range(4):
        a, b = rng.uniform(low, high, size=(2, 7))
        share = np.sort(np.concatenate([[0.0], rng.uniform(size=5), [1.0]]))
        knots = np.clip(a + 1.3 * share[:, None] * (b - a), low, high)
        path = timed(knots, limits, tolerance=TIMING.tolerance(7), rate_hz=60.0, at_least_s=1.0, aim_acceleration=2.0)
        assert limit_use(np.concatenate([knots[:1], path.q]), limits, 60.0).inside
        assert np.array_equal(path.q[-1], knots[-1])


def test_time_is_added_where_it_saves_most_jerk() -> None:
    """Two pieces of equal length, one with twice the travel: its share grows by the sixth root of 4; none shrinks."""
    blend = smoothstep(np.arange(1, 101) / 100)[:, None]
    pieces = [blend * np.array([[0.5, 0.0]]), blend * np.array([[1.0, 0.0]]), np.zeros((50, 2))]
    taken = unhurried(pieces, 1, JerkBounds(arm=0.5, hand=0.5), 60.0)
    assert taken[2] == 50 and taken[1] / taken[0] == pytest.approx(4 ** (1 / 6), rel=0.02)
    assert unhurried(pieces, 1, LAX, 60.0).tolist() == [100, 100, 50]


@pytest.mark.parametrize("bound", [0.2, 1.0])
def test_a_motion_takes_the_time_that_its_jerk_asks_for(
    arm: Arm, hand: HandModel, profile: RobotProfile, bound: float
) -> None:
    segments = _segments(arm, hand)
    hasty = _assembled(segments, profile, hand)
    calm = _assembled(segments, profile, hand, JerkBounds(arm=bound, hand=1e3))
    assert jerk_rms(calm.qpos[:, : arm.chain.n], 1 / 60) <= bound * 1.02 < jerk_rms(hasty.qpos[:, :7], 1 / 60)
    assert calm.time_s[-1] < 1.6 * hasty.time_s[-1] * (jerk_rms(hasty.qpos[:, :7], 1 / 60) / bound) ** (1 / 3)
    assert np.allclose(calm.qpos[-1], hasty.qpos[-1], atol=1e-9)
    fingers = _assembled(segments, profile, hand, JerkBounds(arm=1e3, hand=bound))
    assert jerk_rms(fingers.qpos[:, arm.chain.n :], 1 / 60) <= bound * 1.02
