"""All hand poses of a recording at once: the most probable joints given pixels, bone lengths, smoothness and anchors.

One sparse least-squares problem over all frames for the 21 joints per frame in the camera frame. The hand's length is
given: with smoothness in metres, a free one would shrink (a small near hand accelerates less). Its uncertainty enters
the standard deviations.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_solve_banded, cholesky_banded, solveh_banded

from skillc.runtime.formats.arrays import BoolArray, FloatArray, IntArray
from skillc.runtime.formats.recording import Camera
from skillc.runtime.geometry.projection import rays
from skillc.runtime.perception.hand.bones import BONE_SHARES, KNUCKLES, PALM_PAIRS, PALM_SHARES, PARENT

JOINTS = 21
SIZE = 3 * JOINTS
BAND = 2 * SIZE
"""Upper diagonals kept: second differences couple a frame with the next two."""
STEP_M = 5e-4
"""A step whose root mean square is shorter changes nothing that anyone could measure."""


@dataclass(frozen=True, kw_only=True)
class BundleParameters:
    """Standard deviations of every kind of evidence."""

    landmark_sigma: float
    """Of a landmark, as a share of the hand's size in the picture."""
    bone_sigma: float
    """Relative, of one bone in one frame."""
    palm_sigma: float
    """Relative, of a distance between two joints of the palm."""
    relative_depth_sigma: float
    """Of the estimator's depth difference along a bone, as a share of the bone."""
    acceleration: float
    """Of a joint, m/s^2."""
    correlation_s: float
    """Errors of an estimator last this long; evidence within it counts once."""
    iterations: int


@dataclass(frozen=True, kw_only=True)
class JointTerms:
    """Scalar observations of single joints, linearised: value + gradient . dX should be 0 up to sigma."""

    frame: IntArray
    """(K,)."""
    joint: IntArray
    """(K,)."""
    value: FloatArray
    """(K,) m."""
    gradient: FloatArray
    """(K, 3) per metre in camera axes."""
    sigma: FloatArray
    """(K,) m."""

    @staticmethod
    def join(parts: "list[JointTerms]") -> "JointTerms":
        """Return all terms as one."""
        return JointTerms(
            frame=np.concatenate([p.frame for p in parts]),
            joint=np.concatenate([p.joint for p in parts]),
            value=np.concatenate([p.value for p in parts]),
            gradient=np.concatenate([p.gradient for p in parts]),
            sigma=np.concatenate([p.sigma for p in parts]),
        )


Anchors = Callable[[FloatArray], JointTerms]
"""Joints (T, 21, 3) in the camera frame -> what ties them to the world there."""


@dataclass(frozen=True, kw_only=True)
class BundleResult:
    """The solved hand."""

    joints_camera_m: FloatArray
    """(T, 21, 3)."""
    position_sigma_m: FloatArray
    """(T,) one standard deviation of the palm's place along the ray."""
    reprojection_rms_px: float
    converged: bool


@dataclass(frozen=True, kw_only=True)
class HandSize:
    """Wrist to middle fingertip along the bones."""

    length_m: float
    sigma: float
    """Relative one standard deviation."""


@dataclass(frozen=True, kw_only=True)
class SeenHand:
    """What is known about the hand's joints over the recording."""

    joints_px: FloatArray
    """(T, 21, 2) px; ignored where not `seen`."""
    seen: BoolArray
    """(T,) frames with landmarks."""
    camera: Camera
    step_s: float
    """Time between frames."""
    size: HandSize
    anchors: Anchors
    """Further evidence, asked again at every step."""


def solve_bundle(start: FloatArray, hand: SeenHand, parameters: BundleParameters) -> BundleResult:
    """Return the most probable joints.

    Args:
        start: (T, 21, 3) m, camera frame, a first guess for every frame (also the unseen ones).
        hand: what is known about it.
        parameters: standard deviations.
    """
    system = _System(start, hand, parameters)
    X = start.copy()
    converged = False
    for iteration in range(parameters.iterations):
        band, right, _, _ = system.linearise(X)
        step = solveh_banded(band, right, check_finite=False).reshape(X.shape)
        # A step longer than a fifth of the hand leaves the region where the linearisation means anything; later
        # steps are shortened so that reweighted terms cannot swing.
        longest = float(np.abs(step).max())
        bound = min(1.0, 4.0 / (iteration + 1))
        X = X + min(bound, 0.2 * hand.size.length_m / max(longest, 1e-12)) * step
        if np.sqrt(np.mean(step**2)) < STEP_M:
            converged = True
            break
    return BundleResult(
        joints_camera_m=X,
        position_sigma_m=system.depth_sigma(X),
        reprojection_rms_px=system.reprojection_rms(X),
        converged=converged,
    )


class _System:
    """The normal equations around a guess."""

    def __init__(self, start: FloatArray, hand: SeenHand, parameters: BundleParameters) -> None:
        camera, joints_px = hand.camera, hand.joints_px
        self._size, self._p, self._camera, self._anchors = hand.size, parameters, camera, hand.anchors
        self._seen = np.flatnonzero(hand.seen)
        self._frames = len(start)
        normal = rays(camera, joints_px[self._seen].reshape(-1, 2)).reshape(-1, JOINTS, 3)[..., :2]
        self._xy = normal
        extent = (joints_px[self._seen].max(axis=1) - joints_px[self._seen].min(axis=1)).max(axis=1)
        self._xy_sigma = np.maximum(parameters.landmark_sigma * extent, 1.0) / camera.fx
        bones = start[:, 1:] - start[:, PARENT[1:]]
        self._bone_depth = bones[..., 2]
        # Evidence that repeats within the correlation time counts once.
        self._weight = min(1.0, hand.step_s / parameters.correlation_s)
        self._acceleration = parameters.acceleration * hand.step_s**2
        self._pairs = np.array([(PARENT[j], j) for j in range(1, JOINTS)] + list(PALM_PAIRS))
        self._shares = np.concatenate([BONE_SHARES, PALM_SHARES])
        self._pair_sigma = np.concatenate(
            [np.full(20, parameters.bone_sigma), np.full(len(PALM_PAIRS), parameters.palm_sigma)]
        )

    def linearise(self, X: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, float]:
        """Return the banded normal matrix, right side, and the border (n,), diagonal of the hand's log length."""
        H = np.zeros((self._frames, JOINTS, 3, JOINTS, 3))
        g = np.zeros((self._frames, JOINTS, 3))
        self._add_pixels(X, H, g)
        self._add_relative_depth(X, H, g)
        self._add_anchors(X, H, g)
        border, border_diagonal = self._add_lengths(X, H, g)
        band = self._banded(H)
        self._add_smoothness(X, band, g)
        return band, g.reshape(-1), border.reshape(-1), border_diagonal

    def _add_pixels(self, X: FloatArray, H: FloatArray, g: FloatArray) -> None:
        x = X[self._seen]
        z = np.maximum(x[..., 2], 0.05)
        residual = (x[..., :2] / z[..., None] - self._xy) / self._xy_sigma[:, None, None]
        weight = self._weight / (1 + (residual**2).sum(axis=-1) / 4)
        for axis in (0, 1):
            J = np.zeros((*z.shape, 3))
            J[..., axis] = 1 / z
            J[..., 2] = -x[..., axis] / z**2
            J /= self._xy_sigma[:, None, None]
            self._add_single(H, g, self._seen, J, residual[..., axis], weight)

    @staticmethod
    def _add_single(
        H: FloatArray, g: FloatArray, frames: IntArray, J: FloatArray, residual: FloatArray, weight: FloatArray
    ) -> None:
        """Add residuals (F, 21) with Jacobians (F, 21, 3) of the joint itself."""
        block = weight[..., None, None] * J[..., :, None] * J[..., None, :]
        for joint in range(JOINTS):
            H[frames, joint, :, joint, :] += block[:, joint]
        g[frames] -= (weight * residual)[..., None] * J

    def _add_relative_depth(self, X: FloatArray, H: FloatArray, g: FloatArray) -> None:
        for joint in range(1, JOINTS):
            parent = PARENT[joint]
            sigma = self._p.relative_depth_sigma * BONE_SHARES[joint - 1] * self._size.length_m
            weight = self._weight / sigma**2
            residual = X[self._seen, joint, 2] - X[self._seen, parent, 2] - self._bone_depth[self._seen, joint - 1]
            for a, sign in ((joint, 1.0), (parent, -1.0)):
                g[self._seen, a, 2] -= weight * residual * sign
                for b, other in ((joint, 1.0), (parent, -1.0)):
                    H[self._seen, a, 2, b, 2] += weight * sign * other

    def _add_lengths(self, X: FloatArray, H: FloatArray, g: FloatArray) -> tuple[FloatArray, float]:
        border = np.zeros_like(g)
        diagonal = 1 / self._size.sigma**2
        for (a, b), share, relative in zip(self._pairs, self._shares, self._pair_sigma, strict=True):
            wanted = share * self._size.length_m
            between = X[:, b] - X[:, a]
            length = np.maximum(np.linalg.norm(between, axis=1), 1e-6)
            sigma = relative * wanted
            residual = (length - wanted) / sigma
            weight = self._weight / (1 + residual**2 / 9)
            J = between / length[:, None] / sigma
            block = weight[:, None, None] * J[:, :, None] * J[:, None, :]
            H[:, a, :, a, :] += block
            H[:, b, :, b, :] += block
            H[:, a, :, b, :] -= block
            H[:, b, :, a, :] -= block
            pull = (weight * residual)[:, None] * J
            g[:, b] -= pull
            g[:, a] += pull
            # d residual / d log length = -1 / relative, to first order.
            border[:, b] -= weight[:, None] * J / relative
            border[:, a] += weight[:, None] * J / relative
            diagonal += float(weight.sum()) / relative**2
        return border, diagonal

    def _add_anchors(self, X: FloatArray, H: FloatArray, g: FloatArray) -> None:
        terms = self._anchors(X)
        J = terms.gradient / terms.sigma[:, None]
        residual = terms.value / terms.sigma
        weight = self._weight / (1 + residual**2 / 4)
        block = weight[:, None, None] * J[:, :, None] * J[:, None, :]
        flat = H.reshape(self._frames * JOINTS, 3, JOINTS, 3)
        for axis in range(3):
            np.add.at(flat[:, axis], (terms.frame * JOINTS + terms.joint, terms.joint), block[:, axis])
        np.add.at(g, (terms.frame, terms.joint), -(weight * residual)[:, None] * J)

    @staticmethod
    def _banded(H: FloatArray) -> FloatArray:
        """Return the block-diagonal matrix in LAPACK's upper banded storage (BAND + 1, n)."""
        frames = len(H)
        blocks = H.reshape(frames, SIZE, SIZE)
        band = np.zeros((BAND + 1, frames * SIZE))
        for offset in range(SIZE):
            diagonal = np.diagonal(blocks, offset=offset, axis1=1, axis2=2)
            padded = np.zeros((frames, SIZE))
            padded[:, offset:] = diagonal
            band[BAND - offset] = padded.reshape(-1)
        return band

    def _add_smoothness(self, X: FloatArray, band: FloatArray, g: FloatArray) -> None:
        weight = 1 / self._acceleration**2
        second = X[:-2] - 2 * X[1:-1] + X[2:]
        residual = second * weight
        g[:-2] -= residual
        g[1:-1] += 2 * residual
        g[2:] -= residual
        count = self._frames - 2
        diagonal = np.zeros(self._frames)
        next_one, next_two = np.zeros(self._frames), np.zeros(self._frames)
        diagonal[:count] += 1
        diagonal[1 : count + 1] += 4
        diagonal[2 : count + 2] += 1
        next_one[1 : count + 1] -= 2
        next_one[2 : count + 2] -= 2
        next_two[2 : count + 2] += 1
        band[BAND] += np.repeat(diagonal, SIZE) * weight
        band[BAND - SIZE] += np.repeat(next_one, SIZE) * weight
        band[BAND - 2 * SIZE] += np.repeat(next_two, SIZE) * weight

    def depth_sigma(self, X: FloatArray) -> FloatArray:
        """Return the standard deviation (T,) of the mean knuckle's place along the ray, every fifth frame solved."""
        band, _, border, border_diagonal = self.linearise(X)
        factor = cholesky_banded(band, check_finite=False)
        probes = np.unique(np.append(np.arange(0, self._frames, 5), self._frames - 1))
        right = np.zeros((self._frames, JOINTS, 3, len(probes)))
        for column, frame in enumerate(probes):
            center = X[frame, list(KNUCKLES)].mean(axis=0)
            right[frame, list(KNUCKLES), :, column] = center / np.linalg.norm(center) / len(KNUCKLES)
        flat = right.reshape(-1, len(probes))
        solved = cho_solve_banded((factor, False), np.column_stack([flat, border]), check_finite=False)
        schur = border_diagonal - border @ solved[:, -1]
        variance = np.einsum("nk,nk->k", flat, solved[:, :-1]) + (flat.T @ solved[:, -1]) ** 2 / schur
        sigma: FloatArray = np.interp(np.arange(self._frames), probes, np.sqrt(np.maximum(variance, 0)))
        return sigma

    def reprojection_rms(self, X: FloatArray) -> float:
        """Return the root mean square landmark distance, px."""
        x = X[self._seen]
        error = (x[..., :2] / x[..., 2:] - self._xy) * self._camera.fx
        return float(np.sqrt((error**2).sum(axis=-1).mean()))
