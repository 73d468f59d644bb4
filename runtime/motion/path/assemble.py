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

START_SHARES = (0.0, 0.2, 0.4, 0.55, 0.7, 0.8, 0.88)
"""ours: how far along the first piece of the way in the motion may begin; the rest is the machine's own slow move."""

HURRIES = (1.0, 1.6, 2.5)
"""ours: how far the wished arm acceleration may be exceeded where the way is too long; the arm's own limits hold."""


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
    hand_end: FloatArray
    """(m,) finger targets at the segment's end, reached by a smoothstep from those before."""
    T_table_manip: FloatArray
    """(K, 4, 4) expected object pose at the knots."""
    frame: FloatArray
    """(K,) frame of the demonstration at each knot; NaN where the knot replays none."""
    at_least_s: float
    anchors: tuple[Anchor, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Timing:
    """How fast the reference may be."""

    rate_hz: float
    """Control rate."""
    limit_share: float
    """Share of each speed, acceleration and jerk limit that may be used."""
    joint_speed: float
    """rad/s, the skill's own bound on every joint (deploy.limits)."""
    arm_acceleration: float
    """rad/s^2; smaller is smoother and slower."""

    def limits(self, profile: RobotProfile, joints: tuple[str, ...]) -> MotionLimits:
        """Return what the reference may use of the joints' limits."""
        found = [profile.joint(name) for name in joints]
        return MotionLimits.of(found, share=self.limit_share, at_most_speed=self.joint_speed)


def assemble(
    segments: Sequence[Segment],
    *,
    profile: RobotProfile,
    timing: Timing,
    hand_start: FloatArray,
    T_table_robot: FloatArray,
    T_table_target: FloatArray | None,
) -> Reference:
    """Sample all segments in order.

    Args:
        segments: phases in order of PHASES; a phase may have several segments.
        profile: joint names and limits.
        timing: see there.
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
    for segment, (q, progress) in zip(segments, _sampled(segments, profile, timing, hand_start)):
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


def assemble_within(
    segments: Sequence[Segment],
    duration_max_s: float,
    *,
    profile: RobotProfile,
    timing: Timing,
    hand_start: FloatArray,
    T_table_robot: FloatArray,
    T_table_target: FloatArray | None,
) -> Reference:
    """Assemble; if that takes longer than `duration_max_s`, begin nearer to the object on the same way in, then hurry.

    The first knot moves towards the second along the straight joint-space line between them, so the way stays as
    clear as it was. What the limits still force beyond the wanted duration is kept; what they leave of it is spent on
    less jerk.
    """
    first, *rest = segments
    nearer = list(segments)
    for hurry in HURRIES:
        brisk = replace(timing, arm_acceleration=hurry * timing.arm_acceleration)
        after = [q for q, _ in _sampled(rest, profile, brisk, first.hand_end)]
        for share in START_SHARES:
            knots = first.arm.copy()
            knots[0] = (1.0 - share) * knots[0] + share * knots[1]
            nearer = [replace(first, arm=knots), *rest]
            taken = [_sampled(nearer[:1], profile, brisk, hand_start)[0][0], *after]
            if sum(map(len, taken)) / timing.rate_hz <= duration_max_s:
                break
        else:
            continue
        counts = unhurried(taken, len(profile.manipulator.arm_joints), round(duration_max_s * timing.rate_hz))
        nearer = [replace(s, at_least_s=n / timing.rate_hz) for s, n in zip(nearer, counts)]
        break
    return assemble(
        nearer,
        profile=profile,
        timing=brisk,
        hand_start=hand_start,
        T_table_robot=T_table_robot,
        T_table_target=T_table_target,
    )


def unhurried(pieces: Sequence[FloatArray], n_arm: int, budget: int) -> IntArray:
    """Return the samples (N,) that each rest-to-rest piece should take for the least jerk within `budget` samples.

    Stretching a piece of n samples to m divides the integral of its squared jerk by (m / n)^5, so the sum is least
    where the pieces that are stretched share m^6 in proportion to integral * n^5.

    Args:
        pieces: (n_i, joints) rad each, n_i at least 1.
        n_arm: the first columns; arm and hand count alike, as their jerk is reported apart (D.2.3).
        budget: samples in all; none is taken away from a piece where that is too few.
    """
    least = np.array([len(q) for q in pieces], dtype=np.int64)
    cost = np.zeros(len(pieces))
    for i, q in enumerate(pieces):
        squared = np.diff(q, n=3, axis=0) ** 2
        cost[i] = sum(
            float(part.sum()) / part.shape[1] for part in (squared[:, :n_arm], squared[:, n_arm:]) if part.size
        )
    wish = (cost * least.astype(np.float64) ** 5) ** (1.0 / 6.0)
    if budget <= least.sum() or not wish.any():
        return least
    low, high = 0.0, budget / wish.max()
    for _ in range(60):
        scale = 0.5 * (low + high)
        fits = np.maximum(np.floor(scale * wish), least).sum() <= budget
        low, high = (scale, high) if fits else (low, scale)
    return np.maximum(np.floor(low * wish), least).astype(np.int64)


def _sampled(
    segments: Sequence[Segment], profile: RobotProfile, timing: Timing, hand_start: FloatArray
) -> list[tuple[FloatArray, FloatArray]]:
    """Return per segment the joints (T, n) at the control rate and the progress (T,) along its knots."""
    own = profile.manipulator
    arm_limits, hand_limits = (timing.limits(profile, joints) for joints in (own.arm_joints, own.hand_joints))
    sampled, hand = [], hand_start
    for segment in segments:
        run = timed(
            segment.arm,
            arm_limits,
            rate_hz=timing.rate_hz,
            at_least_s=max(segment.at_least_s, rest_to_rest_duration(segment.hand_end - hand, hand_limits)),
            aim_acceleration=timing.arm_acceleration,
        )
        blend = smoothstep(np.arange(1, len(run.q) + 1) / len(run.q))[:, None]
        sampled.append((np.concatenate([run.q, hand + blend * (segment.hand_end - hand)], axis=1), run.progress))
        hand = segment.hand_end
    return sampled
