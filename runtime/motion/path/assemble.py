"""Put phases together into the reference: every sample at the control rate, anchors exact, limits kept (A.2.2)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from skillc.runtime.formats.arrays import FloatArray, IntArray
from skillc.runtime.formats.motion_limits import MotionLimits
from skillc.runtime.formats.reference import PHASES, Phase, Reference
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.geometry import se3
from skillc.runtime.motion.path.demonstrated import poses_at
from skillc.runtime.motion.path.interpolation import smoothstep
from skillc.runtime.motion.path.joint_path import timed
from skillc.runtime.motion.path.time_scaling import rest_to_rest_duration

AT_REST: tuple[Phase, ...] = ("release", "retreat")
"""Phases in which the object lies where it was brought."""


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """A hand pose met exactly at one knot."""

    knot: int
    name: str
    T_table_hand: FloatArray
    """(4, 4)."""


@dataclass(frozen=True, kw_only=True)
class Segment:
    """One rest-to-rest piece of a phase."""

    phase: Phase
    arm: FloatArray
    """(K, n_arm) knots; the first equals the last of the segment before. One knot: the arm stands still."""
    hand: FloatArray
    """(m,) finger targets at the segment's end, reached by a smoothstep from those before; or (K, m) knots that the
    fingers go through with the arm, the first equal to the targets before."""
    T_table_manip: FloatArray
    """(K, 4, 4) expected object pose at the knots."""
    frame: FloatArray
    """(K,) frame of the demonstration at each knot; NaN where the knot replays none."""
    at_least_s: float
    anchors: tuple[Anchor, ...] = ()
    hand_by: float = 1.0
    """Share of the segment's duration after which finger targets (m,) are reached."""


@dataclass(frozen=True, kw_only=True)
class JerkBounds:
    """Largest root mean square over samples and joints (D.2.3), rad/s^3."""

    arm: float
    hand: float


@dataclass(frozen=True, kw_only=True)
class Timing:
    """How fast the reference may be."""

    rate_hz: float
    """Control rate."""
    limit_share: float
    """Share of each speed, acceleration and jerk limit that may be used."""
    joint_speed: float
    """rad/s, the skill's own bound on every joint (deploy.limits)."""
    calm_speed: float
    """rad/s, at which a robot that acts late still trails by less than the safety filter lets it."""
    arm_acceleration: float
    """rad/s^2; smaller is smoother and slower."""
    arm_tolerance_rad: float
    """By which the arm may pass beside the postures it is led through, the ends of a piece excepted."""
    finger_tolerance_rad: float
    """The same of fingers that are led."""

    def limits(self, profile: RobotProfile, joints: tuple[str, ...]) -> MotionLimits:
        """Return what the reference may use of the joints' limits."""
        found = [profile.joint(name) for name in joints]
        return MotionLimits.of(found, share=self.limit_share, at_most_speed=min(self.joint_speed, self.calm_speed))

    def tolerance(self, arm: int, fingers: int = 0) -> FloatArray:
        """Return the tolerances (arm + fingers,) of so many joints."""
        return np.repeat([self.arm_tolerance_rad, self.finger_tolerance_rad], [arm, fingers])


def assemble(
    segments: Sequence[Segment],
    *,
    profile: RobotProfile,
    timing: Timing,
    jerk: JerkBounds,
    hand_start: FloatArray,
    T_table_robot: FloatArray,
    T_table_target: FloatArray | None,
) -> Reference:
    """Sample all segments in order, slowed down until their jerk is small enough.

    Args:
        segments: phases in order of PHASES; a phase may have several segments.
        profile: joint names and limits.
        timing: see there.
        jerk: see there.
        hand_start: (m,) finger joints at the first sample.
        T_table_robot: (4, 4).
        T_table_target: (4, 4) or None.

    Raises:
        ValueError: phases go backwards or knots do not join.
    """
    qpos = [np.concatenate([segments[0].arm[0], hand_start])[None]]
    phase, manip = [np.array([PHASES.index(segments[0].phase)])], [segments[0].T_table_manip[:1]]
    frame = [segments[0].frame[:1]]
    anchor_index: list[int] = []
    anchors: list[Anchor] = []
    done, count = -1, 1
    for segment, (q, progress) in zip(segments, _slowed(segments, profile, timing, jerk, hand_start)):
        k = PHASES.index(segment.phase)
        if k < done or not np.allclose(segment.arm[0], qpos[-1][-1, : len(segment.arm[0])]):
            raise ValueError(f"segment of phase {segment.phase!r} does not continue the one before")
        done = k
        qpos.append(q)
        phase.append(np.full(len(q), k))
        manip.append(poses_at(segment.T_table_manip, progress))
        frame.append(np.interp(progress, np.arange(len(segment.frame)), segment.frame))
        for anchor in segment.anchors:
            anchor_index.append(count + int(np.argmin(np.abs(progress - anchor.knot))))
            anchors.append(anchor)
        count += len(q)
    T_manip = np.concatenate(manip)
    phases = np.concatenate(phase)
    T_manip_hand, T_target_hand = np.full((len(PHASES), 4, 4), np.nan), np.full((len(PHASES), 4, 4), np.nan)
    for k, name in enumerate(PHASES):
        ends = [s.anchors[-1].T_table_hand for s in segments if s.phase == name and s.anchors]
        if ends and np.any(phases == k):
            last = int(np.flatnonzero(phases == k)[-1])
            T_manip_hand[k] = se3.inverse(T_manip[last]) @ ends[-1]
            if T_table_target is not None:
                T_target_hand[k] = se3.inverse(T_table_target) @ ends[-1]
    all_q = np.concatenate(qpos)
    return Reference(
        time_s=np.arange(len(all_q)) / timing.rate_hz,
        qpos=all_q,
        joint_names=profile.joint_names,
        phase=phases.astype(np.int64),
        T_table_robot=T_table_robot,
        anchor_index=np.array(anchor_index, dtype=np.int64),
        anchor_name=tuple(a.name for a in anchors),
        anchor_T_table_hand=np.array([a.T_table_hand for a in anchors]),
        T_manip_hand=T_manip_hand,
        T_target_hand=T_target_hand,
        T_table_manip=T_manip,
        demonstrated_frame=np.concatenate(frame),
    )


def _slowed(
    segments: Sequence[Segment], profile: RobotProfile, timing: Timing, jerk: JerkBounds, hand_start: FloatArray
) -> list[tuple[FloatArray, FloatArray]]:
    """Sample all segments, as long as limits and jerk ask for.

    Jerk is measured until the object rests (D.2.3): what comes after may not make up for what came before.
    """
    sampled = _sampled(segments, profile, timing, hand_start)
    moving = sum(s.phase not in AT_REST for s in segments)
    for _ in range(3):
        pieces, arm = [q for q, _ in sampled], len(profile.manipulator.arm_joints)
        parts = [part for part in (pieces[:moving], pieces[moving:]) if part]
        counts = np.concatenate([unhurried(part, arm, jerk, timing.rate_hz) for part in parts])
        if np.array_equal(counts, [len(q) for q in pieces]):
            break
        longer = [replace(s, at_least_s=float(n) / timing.rate_hz) for s, n in zip(segments, counts)]
        sampled = _sampled(longer, profile, timing, hand_start)
    return sampled


def unhurried(pieces: Sequence[FloatArray], n_arm: int, jerk: JerkBounds, rate_hz: float) -> IntArray:
    """Return the samples (N,) that each rest-to-rest piece should take for all jerk to be within its bounds.

    Stretching a piece of n samples to m divides the integral of its squared jerk by (m / n)^5, so the time added is
    least where the pieces that are stretched share m^6 in proportion to integral * n^5.

    Args:
        pieces: (n_i, joints) rad each, n_i at least 1.
        n_arm: the first columns.
        jerk: bounds.
        rate_hz: of the samples.
    """
    least = np.array([len(q) for q in pieces], dtype=np.int64)
    cost = rate_hz**6 * np.array([_squared_jerk(q, n_arm) for q in pieces]) / np.array([jerk.arm, jerk.hand]) ** 2
    wish = (cost.sum(axis=1) * least.astype(np.float64) ** 5) ** (1.0 / 6.0)

    def counts(scale: float) -> IntArray:
        taken: IntArray = np.maximum(np.ceil(scale * wish), least).astype(np.int64)
        return taken

    def smooth(scale: float) -> bool:
        taken = counts(scale)
        return bool(np.all((least / taken) ** 5 @ cost <= np.sum(taken)))

    low, high = 0.0, 1.0
    while not smooth(high):
        low, high = high, 2.0 * high
    for _ in range(40):
        scale = 0.5 * (low + high)
        low, high = (low, scale) if smooth(scale) else (scale, high)
    return counts(high if not smooth(0.0) else 0.0)


def _squared_jerk(q: FloatArray, n_arm: int) -> tuple[float, float]:
    """Return the sums of squared third differences of q (T, n) from rest to rest, per arm and per hand joint."""
    squared = np.diff(np.concatenate([q[:1], q[:1], q, q[-1:], q[-1:]]), n=3, axis=0) ** 2
    arm, hand = squared[:, :n_arm], squared[:, n_arm:]
    return float(arm.sum()) / max(arm.shape[1], 1), float(hand.sum()) / max(hand.shape[1], 1)


def _sampled(
    segments: Sequence[Segment], profile: RobotProfile, timing: Timing, hand_start: FloatArray
) -> list[tuple[FloatArray, FloatArray]]:
    """Return per segment the joints (T, n) at the control rate and the progress (T,) along its knots."""
    own = profile.manipulator
    arm_limits, hand_limits = (timing.limits(profile, joints) for joints in (own.arm_joints, own.hand_joints))
    whole_limits = timing.limits(profile, (*own.arm_joints, *own.hand_joints))
    sampled, hand = [], hand_start
    for segment in segments:
        if segment.hand.ndim == 2:
            if not np.allclose(segment.hand[0], hand):
                raise ValueError(f"the fingers of a segment of phase {segment.phase!r} do not go on from those before")
            run = timed(
                np.concatenate([segment.arm, segment.hand], axis=1), whole_limits,
                tolerance=timing.tolerance(len(own.arm_joints), len(own.hand_joints)), rate_hz=timing.rate_hz,
                at_least_s=segment.at_least_s, aim_acceleration=timing.arm_acceleration,
            )  # fmt: skip
            sampled.append((run.q, run.progress))
            hand = segment.hand[-1]
            continue
        run = timed(
            segment.arm,
            arm_limits,
            tolerance=timing.tolerance(len(own.arm_joints)),
            rate_hz=timing.rate_hz,
            at_least_s=max(
                segment.at_least_s, rest_to_rest_duration(segment.hand - hand, hand_limits) / segment.hand_by
            ),
            aim_acceleration=timing.arm_acceleration,
        )
        blend = smoothstep(np.arange(1, len(run.q) + 1) / len(run.q) / segment.hand_by)[:, None]
        sampled.append((np.concatenate([run.q, hand + blend * (segment.hand - hand)], axis=1), run.progress))
        hand = segment.hand
    return sampled
