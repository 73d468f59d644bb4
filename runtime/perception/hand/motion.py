"""The acting hand in metres in the table frame, from its landmarks and everything that tells its distance."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import distance_transform_edt, median_filter

from skillc.runtime.formats.arrays import BoolArray, FloatArray
from skillc.runtime.formats.hands import HandMotion
from skillc.runtime.formats.landmarks import Landmarks
from skillc.runtime.formats.recording import Camera
from skillc.runtime.geometry import se3
from skillc.runtime.perception.hand.anchors import (
    AnchorParameters,
    Contact,
    carried_terms,
    contact_cost,
    contact_terms,
    depth_terms,
    table_terms,
)
from skillc.runtime.perception.hand.bones import BONE_SHARES, PALM
from skillc.runtime.perception.hand.bundle import (
    BundleParameters,
    BundleResult,
    HandSize,
    JointTerms,
    SeenHand,
    solve_bundle,
)
from skillc.runtime.perception.hand.carry import CarriedHand, triangulate_carried
from skillc.runtime.perception.hand.pose import place_hands
from skillc.runtime.perception.recording.faults import InputFault


@dataclass(frozen=True, kw_only=True)
class HandParameters:
    """Numbers of `reconstruct_hand`."""

    size: HandSize
    """Of adult hands."""
    distance_sigma: float
    """Relative error of a distance that follows from the hand's apparent size alone."""
    anchored_s: float
    """How long after a touch or a depth reading that error takes to come back."""
    median_s: float
    """Window of the running median that starts the distances."""
    bundle: BundleParameters
    anchors: AnchorParameters


@dataclass(frozen=True, kw_only=True)
class HandEvidence:
    """What there is besides the landmarks."""

    camera: Camera
    T_camera_table: FloatArray
    """(4, 4)."""
    time_s: FloatArray
    """(T,)."""
    contact: Contact | None
    """None without a manipulated object."""
    depth_m: FloatArray | None
    """(T, 21) readings at the joints' pixels, NaN where there is none; None without depth."""


def reconstruct_hand(
    landmarks: Landmarks, evidence: HandEvidence, parameters: HandParameters
) -> tuple[HandMotion, tuple[str, ...]]:
    """Return the hand's motion and remarks on it: how long it came out and how well it fits, then what is noteworthy.

    Frames between the first and the last sight of the hand are all filled; outside they are NaN.

    Raises:
        InputFault: SK833 when the hand comes out far larger or smaller than any hand: the scale is wrong.
    """
    placed = place_hands(
        landmarks.joints_px, landmarks.joints_relative_m, BONE_SHARES * parameters.size.length_m, evidence.camera
    )
    seen_all: BoolArray = np.asarray(np.isfinite(placed).all(axis=(1, 2)))
    rows = np.flatnonzero(seen_all)
    if len(rows) < 3:
        raise InputFault("SK830", "the hand is seen in fewer than 3 frames", "show the hand for the whole task")
    span = slice(int(rows[0]), int(rows[-1]) + 1)
    seen = seen_all[span]
    step_s = float(np.median(np.diff(evidence.time_s)))
    start = _start(placed[span], seen, max(3, round(parameters.median_s / step_s)))
    contact = _cut(evidence.contact, span)
    depth = None if evidence.depth_m is None else evidence.depth_m[span]
    share = min(1.0, step_s / parameters.bundle.correlation_s)
    px = landmarks.joints_px[span]
    carried = None if contact is None else _carried(px, contact, evidence.camera, share, parameters)
    size = _size(start, seen, contact, carried, depth, share, parameters)
    _check_size(size, parameters.size)
    factor = size.length_m / parameters.size.length_m

    def anchors(X: FloatArray) -> JointTerms:
        terms = [table_terms(X, evidence.T_camera_table, parameters.anchors)]
        if contact is not None:
            terms.append(contact_terms(X, contact, parameters.anchors))
        if carried is not None:
            terms.append(carried_terms(X, carried))
        if depth is not None:
            terms.append(depth_terms(X, depth, parameters.anchors))
        return JointTerms.join(terms)

    pixels = np.where(np.isfinite(px), px, 0.0)
    hand = SeenHand(joints_px=pixels, seen=seen, camera=evidence.camera, step_s=step_s, size=size, anchors=anchors)
    solved = solve_bundle(start * factor, hand, parameters.bundle)
    joints = np.full((len(placed), 21, 3), np.nan)
    T_table_camera = se3.inverse(evidence.T_camera_table)
    joints[span] = se3.apply(T_table_camera, solved.joints_camera_m.reshape(-1, 3)).reshape(-1, 21, 3)
    sigma = np.full(len(placed), np.nan)
    free = _unanchored(contact, depth, len(start), parameters.anchored_s / step_s)
    sigma[span] = _position_sigma(solved, free, carried, parameters, measured=depth is not None)
    motion = HandMotion(
        frame=landmarks.frame,
        joints_table_m=joints,
        joints_px=landmarks.joints_px,
        confidence=np.where(seen_all, landmarks.score, 0.0),
        position_sigma_m=sigma,
        handedness=landmarks.handedness,
        scale_m=float(BONE_SHARES[8] * size.length_m),
    )
    return motion, _remarks(solved.reprojection_rms_px, solved.converged, size, seen)


def _carried(
    px: FloatArray, contact: Contact, camera: Camera, share: float, parameters: HandParameters
) -> CarriedHand | None:
    """Return where joints (T, 21, 2) px are that move with the object."""
    return triangulate_carried(
        px,
        contact.carried,
        contact.T_camera_object,
        camera,
        pixel_sigma=parameters.bundle.landmark_sigma * _extent_px(px),
        independent=share,
        object_sigma_m=contact.position_sigma_m,
    )


def _position_sigma(
    solved: BundleResult, free: FloatArray, carried: CarriedHand | None, parameters: HandParameters, *, measured: bool
) -> FloatArray:
    """Return (T,) one standard deviation of the hand's position; `free` is how little a distance is tied."""
    distance = np.linalg.norm(solved.joints_camera_m[:, list(PALM)].mean(axis=1), axis=1)
    # What all frames of the carry have in common; without depth nothing is known better than where a finger touches.
    told = np.inf if carried is None else float(carried.sigma_m.min())
    common = min(max(told, parameters.anchors.contact_sigma_m), 2 * parameters.anchors.contact_sigma_m)
    own = np.hypot(solved.position_sigma_m, 0.0 if measured else common)
    sigma: FloatArray = np.hypot(own, parameters.distance_sigma * distance * free)
    return sigma


def _start(placed: FloatArray, seen: BoolArray, window: int) -> FloatArray:
    """Return joints for every frame, moved along the rays so that the distance is the running median's."""
    frames = np.arange(len(placed))
    rows = np.flatnonzero(seen)
    distance = np.median(placed[rows, :, 2], axis=1)
    smooth = median_filter(distance, size=window | 1, mode="nearest")
    moved = placed[rows] * (smooth / distance)[:, None, None]
    columns = moved.reshape(len(rows), -1)
    filled = np.stack([np.interp(frames, rows, column) for column in columns.T], axis=1)
    return filled.reshape(placed.shape)


def _unanchored(contact: Contact | None, depth: FloatArray | None, count: int, anchored_frames: float) -> FloatArray:
    """Return how little (T,) 0..1 a frame's distance is tied to anything but the hand's apparent size.

    The estimator sees a hand in one posture too large or too small for as long as the posture lasts, which averaging
    over frames does not remove.
    """
    free = np.ones(count)
    anchored = np.zeros(count, dtype=np.bool_)
    if contact is not None:
        anchored |= contact.frames
    if depth is not None:
        anchored |= np.isfinite(depth).sum(axis=1) >= 5
    if anchored.any():
        free = 1 - np.exp(-distance_transform_edt(~anchored) / anchored_frames)
    return np.asarray(free, dtype=np.float64)


def _cut(contact: Contact | None, span: slice) -> Contact | None:
    if contact is None:
        return None
    return Contact(
        frames=contact.frames[span],
        carried=contact.carried[span],
        T_camera_object=contact.T_camera_object[span],
        position_sigma_m=contact.position_sigma_m[span],
        distance=contact.distance,
        opposed=contact.opposed,
    )


def _size(
    start: FloatArray,
    seen: BoolArray,
    contact: Contact | None,
    carried: CarriedHand | None,
    depth: FloatArray | None,
    share: float,
    parameters: HandParameters,
) -> HandSize:
    """Return the hand's length: from depth if there is some, else from touching and moving with the object."""
    prior = parameters.size
    if depth is not None and np.isfinite(depth[seen]).any():
        ratio = (depth[seen] + parameters.anchors.finger_radius_m) / start[seen][..., 2]
        found = ratio[np.isfinite(ratio)]
        center = float(np.median(found))
        # Relative error of one frame's distance from its size, averaged over independent stretches of the recording.
        spread = 1.4826 * float(np.median(np.abs(found - center)))
        stretches = max(1.0, seen.sum() * share)
        return HandSize(length_m=prior.length_m * center, sigma=max(spread / np.sqrt(stretches), 0.01))
    if contact is None or not contact.frames.any():
        return prior
    logs = np.linspace(-2.5, 2.5, 41) * prior.sigma
    costs = np.array([contact_cost(start * np.exp(x), contact, parameters.anchors) * share for x in logs])
    costs += 0.5 * (logs / prior.sigma) ** 2
    told = _told_by_carrying(start, carried, parameters.bundle.palm_sigma)
    if told is not None:
        costs += 0.5 * ((logs - told[0]) / told[1]) ** 2
    likely = np.exp(-(costs - costs.min()))
    likely /= likely.sum()
    mean = float(likely @ logs)
    return HandSize(
        length_m=prior.length_m * float(np.exp(mean)),
        sigma=max(float(np.sqrt(likely @ (logs - mean) ** 2)), 0.02),
    )


def _told_by_carrying(start: FloatArray, carried: CarriedHand | None, shape_sigma: float) -> tuple[float, float] | None:
    """Return the log of how much longer the hand is than `start` has it, and its standard deviation."""
    if carried is None or not np.isfinite(carried.sigma_m).any():
        return None
    with np.errstate(invalid="ignore"):
        ratio = np.log(carried.depth_m / start[..., 2])
    joints = np.flatnonzero(np.isfinite(carried.sigma_m))
    each = np.nanmedian(ratio[:, joints], axis=0)
    relative = carried.sigma_m[joints] / np.nanmean(carried.depth_m[:, joints], axis=0)
    weight = 1 / relative**2
    # All joints share the object's motion, so the best of them is as good as their mean; the shape adds its own error.
    return float(weight @ each / weight.sum()), float(np.hypot(relative.min(), shape_sigma / 2))


def _extent_px(joints_px: FloatArray) -> float:
    """Return the hand's median size in the picture, px."""
    rows = np.isfinite(joints_px).all(axis=(1, 2))
    return float(np.median(np.ptp(joints_px[rows], axis=1).max(axis=1)))


def _check_size(size: HandSize, prior: HandSize) -> None:
    # Six standard deviations of adult hands leave room for children and noise, not for a wrong unit.
    if not abs(np.log(size.length_m / prior.length_m)) <= 6 * prior.sigma:
        raise InputFault(
            "SK833",
            f"the hand comes out {size.length_m * 100:.0f} cm long; expected about {prior.length_m * 100:.0f} cm",
            "check the tag's size, the focal length and the depth unit",
        )


def _remarks(rms_px: float, converged: bool, size: HandSize, seen: BoolArray) -> tuple[str, ...]:
    remarks = [f"hand length {size.length_m * 1e3:.0f} mm +- {size.sigma:.0%}, landmarks fit to {rms_px:.1f} px"]
    if not converged:
        remarks.append("the hand's fit had not settled when its iterations ended")
    if not seen.all():
        remarks.append(f"{(~seen).sum()} frames without landmarks were filled in")
    return tuple(remarks)


def depth_at_joints(joints_px: FloatArray, depth_of: Callable[[int], FloatArray | None], radius_px: int) -> FloatArray:
    """Return depth (T, 21), m, at the joints' pixels: the median of the valid readings within `radius_px`; NaN none.

    Args:
        joints_px: (T, 21, 2) px, NaN where not detected.
        depth_of: frame index -> (H, W) metres with NaN, or None.
        radius_px: half side of the square looked at.
    """
    found = np.full(joints_px.shape[:2], np.nan)
    for t in np.flatnonzero(np.isfinite(joints_px).all(axis=(1, 2))):
        depth = depth_of(int(t))
        if depth is None:
            continue
        for j, (x, y) in enumerate(np.round(joints_px[t]).astype(int)):
            patch = depth[max(0, y - radius_px) : y + radius_px + 1, max(0, x - radius_px) : x + radius_px + 1]
            valid = patch[np.isfinite(patch)]
            if valid.size:
                found[t, j] = np.median(valid)
    return found
