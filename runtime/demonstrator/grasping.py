"""Inverse kinematics of a touch: bring chosen finger pads onto a surface without pushing anything through it.

Nonlinear least squares over the wrist pose (6) and the 21 joint angles: pads at zero distance with their normals
facing the surface, every other part of the hand outside, a natural posture otherwise (weights ours).
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares
from scipy.spatial.transform import Rotation

from skillc.runtime.demonstrator.hand_skeleton import Skeleton, bone_poses, posture_limits
from skillc.runtime.demonstrator.hand_skin import HandSkin
from skillc.runtime.demonstrator.solids import Solid
from skillc.runtime.formats.arrays import FloatArray, IntArray
from skillc.runtime.geometry import se3


class GraspError(RuntimeError):
    """No posture touches the surface well enough; the message says which finger misses by how much."""


@dataclass(frozen=True, kw_only=True)
class Touch:
    """One spot of the hand that shall touch."""

    finger: int
    """0 thumb .. 4 little."""
    bone: int = 2
    """0..2 from the palm."""
    along: float = 0.62
    """Share of the bone's length."""
    side: float = 1.0
    """1 the palm's side, -1 the back of the finger."""


@dataclass(frozen=True, kw_only=True)
class HandPose:
    """Where the hand is and how it is bent."""

    T_table_hand: FloatArray
    """(4, 4)."""
    posture: FloatArray
    """(21,) rad."""


def hand_frame(x_toward: tuple[float, float, float], z_toward: tuple[float, float, float]) -> FloatArray:
    """Return R_table_hand (3, 3) with the fingers along `x_toward` and the back of the hand nearest `z_toward`."""
    x = np.array(x_toward) / np.linalg.norm(x_toward)
    z = np.array(z_toward) - np.dot(z_toward, x) * x
    z /= np.linalg.norm(z)
    return np.stack([x, np.cross(z, x), z], axis=-1)


def solve_touch(
    *,
    skeleton: Skeleton,
    skin: HandSkin,
    guess: HandPose,
    solid: Solid,
    touches: tuple[Touch, ...],
    aims: FloatArray | None = None,
    wrist_sigma: tuple[float, float] = (0.03, 0.35),
    tolerance: float = 0.0015,
) -> HandPose:
    """Return a hand pose whose `touches` lie on `solid` (table frame), near `guess`, above the table z = 0.

    `aims` (n, 3), table frame, are where the middle of each touching bone would best be; `wrist_sigma` says how far
    the wrist may move (m, rad) before it costs as much as a millimetre of gap.

    Raises:
        GraspError: a touch misses by more than `tolerance` metres after the skin's own thickness is corrected.
    """
    lower, upper = posture_limits()
    problem = _TouchProblem.of(skeleton, skin, guess, solid, touches, aims, wrist_sigma)
    bounds = (np.concatenate([np.full(6, -1.0), lower]), np.concatenate([np.full(6, 1.0), upper]))
    x = np.concatenate([np.zeros(6), np.clip(guess.posture, lower + 1e-3, upper - 1e-3)])
    offset = np.zeros(len(touches))
    gap = np.zeros(len(touches))
    for round_ in range(2):
        x = least_squares(problem.residuals, x, bounds=bounds, args=(offset,), max_nfev=50 if round_ == 0 else 12).x
        gap = skin_gaps(skeleton, skin, problem.pose(x), solid, touches)
        offset = offset - gap
    if np.abs(gap).max() > tolerance:
        worst = int(np.argmax(np.abs(gap)))
        raise GraspError(f"finger {touches[worst].finger} is {1e3 * gap[worst]:+.1f} mm from the surface")
    return problem.pose(x)


@dataclass(frozen=True, kw_only=True)
class _TouchProblem:
    """The least squares behind a touch; its unknowns are the wrist's shift and turn (6) and the posture (21)."""

    skeleton: Skeleton
    guess: HandPose
    solid: Solid
    aims: FloatArray | None
    wrist_sigma: tuple[float, float]
    bone: IntArray
    """(n,) row of each touching bone among the 15."""
    reach: FloatArray
    """(n,) m along it."""
    side: FloatArray
    """(n,)."""
    owner: IntArray
    """(k,) touch that each point of touched flesh belongs to."""
    first: IntArray
    """(n,) first point of each."""
    flesh: FloatArray
    """(k, 3) in the bone's frame."""
    probe_bone: IntArray
    """(p,) row of the spheres that stand for the hand, 0 = hand."""
    probe: FloatArray
    """(p, 3) their centres in the bone's frame."""
    probe_radius: FloatArray
    """(p,)."""

    @classmethod
    def of(
        cls,
        skeleton: Skeleton,
        skin: HandSkin,
        guess: HandPose,
        solid: Solid,
        touches: tuple[Touch, ...],
        aims: FloatArray | None,
        wrist_sigma: tuple[float, float],
    ) -> "_TouchProblem":
        """Gather what stays the same while the hand moves."""
        flesh = [_touched_flesh(skin, t) for t in touches]
        (probe_bone, probe), probe_radius = _probes(skeleton, skin, touches)
        return cls(
            skeleton=skeleton,
            guess=guess,
            solid=solid,
            aims=aims,
            wrist_sigma=wrist_sigma,
            bone=np.array([3 * t.finger + t.bone for t in touches]),
            reach=np.array([skeleton.lengths[t.finger, t.bone] * t.along for t in touches]),
            side=np.array([t.side for t in touches]),
            owner=np.repeat(np.arange(len(touches)), [len(f) for f in flesh]),
            first=np.concatenate([[0], np.cumsum([len(f) for f in flesh])[:-1]]),
            flesh=np.concatenate(flesh),
            probe_bone=probe_bone,
            probe=probe,
            probe_radius=probe_radius,
        )

    def pose(self, x: FloatArray) -> HandPose:
        """Return the pose of unknowns (27,)."""
        R = Rotation.from_rotvec(x[3:6]).as_matrix() @ self.guess.T_table_hand[:3, :3]
        T = se3.from_parts(R, self.guess.T_table_hand[:3, 3] + x[:3])
        return HandPose(T_table_hand=T, posture=x[6:])

    def residuals(self, x: FloatArray, offset: FloatArray) -> FloatArray:
        """Return everything that should be zero; `offset` (n,) m is the gap wanted at each touch."""
        pose = self.pose(x)
        Ts = np.concatenate([pose.T_table_hand[None], pose.T_table_hand @ bone_poses(self.skeleton, pose.posture)])
        at = Ts[1 + self.bone]
        spots = at[:, :3, 3] + at[:, :3, 0] * self.reach[:, None]
        pads = at[self.owner, :3, 3] + np.einsum("nij,nj->ni", at[self.owner, :3, :3], self.flesh)
        q = Ts[self.probe_bone, :3, 3] + np.einsum("nij,nj->ni", Ts[self.probe_bone, :3, :3], self.probe)
        n, k = len(self.bone), len(pads)
        step = 4e-4 * np.eye(3)
        around = [spots + sign * shift for shift in step for sign in (1, -1)]
        distance = self.solid.distance(np.concatenate([pads, q, *around]))
        slope = distance[k + len(q) :].reshape(3, 2, n)
        outward = (slope[:, 0] - slope[:, 1]).T
        outward /= np.maximum(np.linalg.norm(outward, axis=1, keepdims=True), 1e-9)
        return np.concatenate([
            (np.minimum.reduceat(distance[:k], self.first) - offset) / 0.0006,
            1.2 * (self.side[:, None] * at[:, :3, 2] - outward).ravel(),
            np.minimum(distance[k : k + len(q)] - self.probe_radius, 0.0) / 0.001,
            np.minimum(q[:, 2] - self.probe_radius - 0.002, 0.0) / 0.001,
            np.zeros(0) if self.aims is None else (spots - self.aims).ravel() / 0.006,
            *self._natural(x, pose, Ts),
        ])  # fmt: skip

    def _natural(self, x: FloatArray, pose: HandPose, Ts: FloatArray) -> tuple[FloatArray, ...]:
        """Return how unlike a hand at ease near the guess this is."""
        tips = Ts[[6, 9, 12, 15], :3, 3] + Ts[[6, 9, 12, 15], :3, 0] * 0.012
        gaps = np.linalg.norm(np.diff(tips, axis=0), axis=1)
        flex = pose.posture[5:].reshape(4, 4)
        return (
            np.minimum(gaps - 0.0165 * self.skeleton.scale, 0.0) / 0.001,
            (pose.posture - self.guess.posture) / 0.8,
            (flex[:, 3] - 0.6 * flex[:, 2]) / 0.25,
            np.diff(flex[:, 1:3], axis=0).ravel() / 0.5,
            x[:3] / self.wrist_sigma[0],
            x[3:6] / self.wrist_sigma[1],
        )


def all_bones(skeleton: Skeleton, pose: HandPose, T_table_forearm: FloatArray | None = None) -> FloatArray:
    """Return T_table_bone (17, 4, 4) in the order of BONES; the forearm continues the hand unless given."""
    T = pose.T_table_hand
    forearm = T if T_table_forearm is None else T_table_forearm
    return np.concatenate([[forearm, T], T @ bone_poses(skeleton, pose.posture)])


def skin_gaps(
    skeleton: Skeleton, skin: HandSkin, pose: HandPose, solid: Solid, touches: tuple[Touch, ...]
) -> FloatArray:
    """Return each touched bone's distance (m) between skin and solid: its lowest vertex, negative when inside."""
    posed = skin.posed(all_bones(skeleton, pose))
    gaps = []
    for touch in touches:
        mine = skin.weights[:, 2 + 3 * touch.finger + touch.bone] > 0.5
        gaps.append(float(solid.distance(posed[mine]).min()))
    return np.array(gaps)


def _touched_flesh(skin: HandSkin, touch: Touch) -> FloatArray:
    """Return about 80 skin points (N, 3) of a touched bone, in the bone's frame."""
    bone = 2 + 3 * touch.finger + touch.bone
    mine = skin.vertices[skin.weights[:, bone] > 0.5]
    local = se3.apply(se3.inverse(skin.Ts_rest[bone]), mine)
    return local[:: max(1, len(local) // 80)]


def _probes(
    skeleton: Skeleton, skin: HandSkin, touches: tuple[Touch, ...]
) -> tuple[tuple[IntArray, FloatArray], FloatArray]:
    """Return spheres that stand for the hand: (bone row with 0 = hand, centre in the bone's frame), radius."""
    bones, centers, radii = [], [], []
    touched = {(t.finger, t.bone) for t in touches}
    for f in range(5):
        for i in range(3):
            for share in (0.1, 0.5, 0.9) if (f, i) not in touched else ():
                bones.append(1 + 3 * f + i)
                length = skeleton.lengths[f, i] - (skin.finger_radii[f, 3] if i == 2 else 0.0)
                centers.append([share * length, 0.0, 0.0])
                ends = skin.finger_radii[f, i : i + 2]
                radii.append(ends[0] + (ends[1] - ends[0]) * share)
    for x in (0.02, 0.05, 0.08):
        for y in (-0.028, -0.008, 0.012):
            bones.append(0)
            centers.append([x * skeleton.scale, y * skeleton.scale, -0.006 * skeleton.scale])
            radii.append(0.0165 * skeleton.scale)
    return (np.array(bones), np.array(centers)), np.array(radii)
