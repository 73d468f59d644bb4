"""From frames to the scene: table, clusters, roles. What the stage `scene` calls."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray, Image
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.landmarks import Landmarks
from skillc.runtime.geometry.projection import on_plane, project
from skillc.runtime.perception.recording.frames import FrameReader
from skillc.runtime.perception.scene import roles
from skillc.runtime.perception.scene.hand_region import hands_mask, with_margin
from skillc.runtime.perception.scene.mask_shapes import beside, overlap
from skillc.runtime.perception.scene.moved_region import MOMENTS, shrunk, uncovered
from skillc.runtime.perception.scene.roles import Named, RoleSettings, Wanted
from skillc.runtime.perception.scene.segmentation import LeftOut, SegmentationSettings, refine, segment
from skillc.runtime.perception.scene.silhouette import filled
from skillc.runtime.perception.scene.table_appearance import TableAppearance, TableSettings, fit_table
from skillc.runtime.perception.scene.taken_thing import TIPS, first_taken, taken_things, whole_outline

HAND_PX = 15
"""ours: px at 960 px width around a drawn hand that may still be hand."""


@dataclass(frozen=True, kw_only=True)
class Understanding:
    """Clusters of the reference picture and which of them answers to which name."""

    appearance: TableAppearance
    masks: tuple[BoolArray, ...]
    """All clusters, largest first."""
    vacated: FloatArray
    """(N,) share of each cluster's place that is bare table later."""
    named: Mapping[str, Named]
    final_place_px: FloatArray | None
    """Where the manipulated object ends in the picture."""
    behind_hand: Mapping[str, float]
    """Share of each named object's outline along the hand in the reference picture: there it may go on."""
    notes: tuple[str, ...]
    dropped: tuple[LeftOut, ...]
    """What stands out from the table and is taken for none of the clusters."""


class Unclear(ValueError):
    """Roles could not be assigned; the clusters are kept so that they can be drawn."""

    def __init__(self, ambiguity: roles.Ambiguous, masks: Sequence[BoolArray]) -> None:
        super().__init__(str(ambiguity))
        self.ambiguity, self.masks = ambiguity, tuple(masks)


def understand(
    reader: FrameReader,
    calibration: Calibration,
    landmarks: Landmarks | None,
    wanted: Sequence[Wanted],
    tag_width_m: float,
    *,
    table: TableSettings,
    segmentation: SegmentationSettings,
    choice: RoleSettings,
    later_frames: int,
    redraw: Callable[[Sequence[BoolArray]], Sequence[BoolArray]] | None = None,
) -> Understanding:
    """Find the table, the things on it, and which is which.

    Args:
        reader: Frames of the recording.
        calibration: Camera and table frame.
        landmarks: Hand landmarks, or None where no hand was looked for.
        wanted: The spec's objects.
        tag_width_m: Printed width of the fiducial at the table's origin; 0 without one.
        table: Parameters of the table's appearance.
        segmentation: Parameters of the clusters.
        choice: Parameters of the roles.
        later_frames: Frames after the reference frame that are compared with it, the last among them.
        redraw: What an estimator of masks makes of the clusters found here; None keeps them.

    Raises:
        ValueError: no table.
        Unclear: no or several candidates for a name.
    """
    image, camera = reader.reference(), calibration.camera
    reference = reader.recording.reference_frame
    appearance = fit_table(image, camera, calibration.T_camera_table, table, _workspace(landmarks, calibration))
    hand = _hand(landmarks, reference, image.shape)
    segments = segment(image, appearance, with_margin(hand, HAND_PX), segmentation)
    masks = list(segments.things)
    taken, told = (None, []) if landmarks is None else _taken(reader, landmarks, appearance, wanted, segmentation)
    if taken is not None:
        taken, parts = whole_outline(taken, masks)
        if not any(masks[k] is taken for k in parts):
            # Without it, what it stood before or beside falls apart into things of their own.
            segments = segment(image, appearance, with_margin(hand, HAND_PX) | taken, segmentation)
            masks = list(segments.things)
        masks = [taken, *(mask for mask in masks if overlap(mask, taken) < 0.5)]
    if redraw is not None:
        masks = list(redraw(masks))
    last = len(reader) - 1
    later = sorted({round(i) for i in np.linspace(reference, last, later_frames + 1)[1:]})
    pictures = [reader.color(i) for i in later]
    hands = [with_margin(_hand(landmarks, i, image.shape), HAND_PX) for i in later]
    vacated = roles.vacated_share(masks, appearance, pictures, hands, choice.vacated_sigmas)
    if taken is not None:
        # The hand took one thing; what else gives its place free is a sleeve, a shadow, or what was put down on.
        vacated = np.where([overlap(mask, taken) > 0.5 for mask in masks], 1.0, 0.3 * vacated)
    keep, notes = _without_sheet(masks, vacated, calibration, tag_width_m)
    # What the hand took was found by another way, and is no background.
    left_out = [part for part in segments.left_out if taken is None or not (part.mask & taken).any()]
    masks, vacated = [masks[i] for i in keep], vacated[keep]
    place = None
    if masks and vacated.max(initial=0.0) > 0:
        moved = int(np.argmax(vacated))
        others = np.any([m for i, m in enumerate(masks) if i != moved], axis=0) if len(masks) > 1 else hand
        place = roles.final_place(pictures[-1], image, masks[moved], others, appearance, hands[-1])
    try:
        named = roles.assign(wanted, masks, vacated, place, choice)
    except roles.Ambiguous as reason:
        raise Unclear(reason, masks) from reason
    return Understanding(
        appearance=appearance,
        masks=tuple(masks),
        vacated=vacated,
        named=named,
        final_place_px=place,
        behind_hand={name: beside(masks[answer.index], with_margin(hand, HAND_PX)) for name, answer in named.items()},
        notes=(*told, *(part.told() for part in left_out), *notes),
        dropped=tuple(left_out),
    )


def _workspace(landmarks: Landmarks | None, calibration: Calibration) -> tuple[float, float]:
    """Return x, y on the table about which the hand works; the origin without a hand over the table."""
    if landmarks is None:
        return 0.0, 0.0
    tips = landmarks.joints_px[:, list(TIPS)].mean(axis=1)
    seen = tips[np.isfinite(tips).all(axis=1)]
    places = on_plane(calibration.camera, calibration.T_camera_table, seen)[:, :2] if len(seen) else np.zeros((0, 2))
    places = places[np.isfinite(places).all(axis=1)]
    if not len(places):
        return 0.0, 0.0
    x, y = np.median(places, axis=0)
    return float(x), float(y)


def _taken(
    reader: FrameReader,
    landmarks: Landmarks,
    appearance: TableAppearance,
    wanted: Sequence[Wanted],
    segmentation: SegmentationSettings,
) -> tuple[BoolArray | None, list[str]]:
    """Return the pixels (H, W) of what the hand took from its place, or None, and remarks."""
    image, first = reader.reference(), reader.recording.reference_frame
    frames = np.unique(np.linspace(first, len(reader) - 1, MOMENTS).round().astype(int)).tolist()
    pictures = [shrunk(reader.color(k)) for k in frames]
    small = pictures[0].shape
    scale = small[1] / image.shape[1]
    hands = [hands_mask(landmarks, k, small, scale=scale, margin_px=HAND_PX) for k in frames]
    seen = uncovered(image, pictures, frames, hands, appearance.expected())
    if seen is None:
        return None, []
    things = taken_things(seen, image, landmarks.joints_px, first, appearance.extent)
    pointed = next((w.at for w in wanted if w.role == "manipulated" and w.at is not None), None)
    if pointed is not None:
        x, y = round(pointed[0]), round(pointed[1])
        things = [thing for thing in things if thing.mask[y, x]]
    thing = first_taken(things)
    if thing is None:
        return None, []
    return refine(image, thing.mask, appearance.extent | thing.mask, segmentation), []


def _hand(landmarks: Landmarks | None, frame: int, shape: tuple[int, ...], scale: float = 1.0) -> BoolArray:
    """Return the hands' pixels in a picture `scale` times as large as the recording's."""
    if landmarks is None:
        return np.zeros((shape[0], shape[1]), bool)
    return hands_mask(landmarks, frame, shape, scale=scale)


def _without_sheet(
    masks: Sequence[BoolArray], vacated: FloatArray, calibration: Calibration, width: float
) -> tuple[list[int], list[str]]:
    """Return the indices of clusters that are not the fiducial, its sheet, or small marks beside it."""
    if width <= 0 or not masks:
        return list(range(len(masks))), []
    corner = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]]) * width / 2
    square = filled(project(calibration.camera, calibration.T_camera_table, corner), *masks[0].shape)
    keep, notes = [], []
    for i, mask in enumerate(masks):
        rows, columns = np.nonzero(mask)
        foot = on_plane(calibration.camera, calibration.T_camera_table, np.array([[columns.mean(), rows.mean()]]))[0]
        on_tag = np.count_nonzero(mask & square) > 0.3 * min(np.count_nonzero(square), np.count_nonzero(mask))
        # A mark on the sheet is smaller than the tag and lies within a tag's width of its edge.
        mark = np.hypot(*foot[:2]) < 2 * width and np.count_nonzero(mask) < 0.3 * np.count_nonzero(square)
        if on_tag or (mark and vacated[i] < 0.1):
            notes.append(f"a patch of {np.count_nonzero(mask)} px at the tag is taken for its sheet")
        else:
            keep.append(i)
    return keep, notes


def number_candidates(image: Image, masks: Sequence[BoolArray], *, first: int = 0) -> Image:
    """Return a picture of the candidates drawn over `image` (H, W, 3), numbered from `first`."""
    picture = image.copy()
    for i, mask in enumerate(masks):
        contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        cv2.drawContours(picture, contours, -1, (40, 220, 40), 2)
        rows, columns = np.nonzero(mask)
        place = (int(columns.mean()) - 8, int(rows.mean()) + 8)
        # Dark below light, to be read on any colour.
        for colour, width in (((20, 20, 20), 7), ((255, 240, 60), 2)):
            cv2.putText(picture, str(first + i), place, cv2.FONT_HERSHEY_SIMPLEX, 1.0, colour, width)
    return picture
