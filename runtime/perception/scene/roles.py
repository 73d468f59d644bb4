"""Which cluster is which: manipulated moves with the hand, target is nearest its final place, the rest are obstacles.

Where the spec gives `at`, `box` or `mask` for a name, that decides. A choice that is not clear is an `Ambiguous` error
carrying the numbered candidates.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray, Image
from skillc.runtime.formats.scene import Role
from skillc.runtime.perception.scene.colour_model import learn_from_masks
from skillc.runtime.perception.scene.mask_shapes import disc, overlap
from skillc.runtime.perception.scene.table_appearance import TableAppearance, lab_image


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """One object as the spec names it."""

    name: str
    role: Role
    at: tuple[float, float] | None = None
    """A pixel on it."""
    box: tuple[float, float, float, float] | None = None
    """x, y, width, height, px."""
    mask: BoolArray | None = None
    """(H, W)."""
    mask_from: str = "the spec's mask"
    """Who says that this is its mask."""


@dataclass(frozen=True, kw_only=True)
class Named:
    """The answer for one wanted object."""

    index: int
    """Cluster."""
    confidence: float
    reason: str


@dataclass(frozen=True, kw_only=True)
class RoleSettings:
    """Parameters of the choice."""

    vacated_sigmas: float
    """Pixels within this many standard deviations of the bare table count as vacated."""
    vacated_least: float
    """Least share of a cluster's pixels that must become bare table for it to have moved."""
    ambiguity: float
    """The second best moved cluster must stay below this share of the best one's evidence."""


class Ambiguous(ValueError):
    """No cluster, or more than one, answers to a name; `candidates` are cluster indices."""

    def __init__(self, name: str, message: str, candidates: Sequence[int]) -> None:
        super().__init__(message)
        self.name, self.candidates = name, tuple(candidates)


def assign(
    wanted: Sequence[Wanted],
    masks: Sequence[BoolArray],
    vacated: FloatArray,
    final_place_px: FloatArray | None,
    settings: RoleSettings,
) -> dict[str, Named]:
    """Return the cluster of every wanted object.

    Args:
        wanted: The spec's objects.
        masks: Clusters in the reference picture.
        vacated: (N,) share of each cluster's pixels that are bare table later.
        final_place_px: (2,) where the manipulated object is at the end, or None if unseen.
        settings: See `RoleSettings`.

    Raises:
        Ambiguous: naming the object and the candidates.
    """
    answer: dict[str, Named] = {}
    for item in wanted:
        hinted = _hinted(item, masks)
        if hinted is not None:
            answer[item.name] = hinted
    order: dict[Role, int] = {"manipulated": 0, "target": 1, "obstacle": 2}
    for item in sorted(wanted, key=lambda w: order[w.role]):
        if item.name in answer:
            continue
        free = [i for i in range(len(masks)) if i not in {n.index for n in answer.values()}]
        if not free:
            raise Ambiguous(item.name, f"no thing on the table is left for {item.name}", [])
        if item.role == "manipulated":
            answer[item.name] = _moved(item.name, free, vacated, settings)
        elif item.role == "target":
            answer[item.name] = _nearest(item.name, free, masks, final_place_px)
        elif len(free) == 1:
            answer[item.name] = Named(index=free[0], confidence=0.5, reason="the only thing left")
        else:
            raise Ambiguous(item.name, f"{len(free)} things could be {item.name}", free)
    return answer


def vacated_share(
    masks: Sequence[BoolArray],
    appearance: TableAppearance,
    later: Sequence[Image],
    hands: Sequence[BoolArray],
    sigmas: float,
) -> FloatArray:
    """Return (N,) the largest share of each cluster's pixels that is bare table in one of the later pictures.

    Args:
        masks: Clusters in the reference picture.
        appearance: The table.
        later: RGB pictures.
        hands: (H, W) pixels of the hand in each of them.
        sigmas: What counts as bare table.
    """
    shares = np.zeros((len(later), len(masks)))
    cores = [cv2.erode(mask.astype(np.uint8), disc(7)).astype(bool) for mask in masks]
    for k, (image, hand) in enumerate(zip(later, hands, strict=True)):
        bare = (appearance.distance(lab_image(image)) < sigmas) & ~hand
        for i, core in enumerate(cores):
            shares[k, i] = np.count_nonzero(bare & core) / max(1, int(np.count_nonzero(core)))
    best: FloatArray = shares.max(axis=0) if len(later) else np.zeros(len(masks))
    return best


def final_place(
    image: Image, reference: Image, mask: BoolArray, others: BoolArray, appearance: TableAppearance, hand: BoolArray
) -> FloatArray | None:
    """Return the centre (2,) px of what looks like the object of `mask` in the last picture, or None."""
    outside = (appearance.extent & ~mask) | others
    model = learn_from_masks(reference, mask, outside, limit=4.0, extra=image[hand])
    changed = cv2.absdiff(image, reference).max(axis=-1) > 30
    likely = np.where(appearance.extent & changed & ~hand, np.maximum(model.ratio(image), 0.0), 0.0)
    blurred = cv2.GaussianBlur(likely.astype(np.float32), (0, 0), max(3.0, 0.25 * np.sqrt(np.count_nonzero(mask))))
    if blurred.max() < 0.2:
        return None
    row, column = np.unravel_index(int(np.argmax(blurred)), blurred.shape)
    return np.array([float(column), float(row)])


def _hinted(item: Wanted, masks: Sequence[BoolArray]) -> Named | None:
    if item.mask is not None:
        shares = [overlap(item.mask, mask) for mask in masks]
        reason = item.mask_from
    elif item.box is not None:
        x, y, width, height = (round(v) for v in item.box)
        cut = np.s_[y : y + height, x : x + width]
        shares = [int(np.count_nonzero(mask[cut])) / max(1, int(np.count_nonzero(mask))) for mask in masks]
        reason = "the spec's box"
    elif item.at is not None:
        at = np.round(item.at).astype(int)
        shares = [float(mask[at[1], at[0]]) for mask in masks]
        reason = "the spec's pixel"
    else:
        return None
    if not shares or max(shares) < 0.2:
        raise Ambiguous(
            item.name, f"nothing stands out on the table at {reason} for {item.name}", list(range(len(masks)))
        )
    return Named(index=int(np.argmax(shares)), confidence=1.0, reason=f"at {reason}")


def _moved(name: str, free: Sequence[int], vacated: FloatArray, settings: RoleSettings) -> Named:
    ranked = sorted(free, key=lambda i: -vacated[i])
    best = ranked[0]
    if vacated[best] < settings.vacated_least:
        raise Ambiguous(name, f"nothing on the table moves; {name} should", free)
    second = vacated[ranked[1]] if len(ranked) > 1 else 0.0
    if second > settings.ambiguity * vacated[best]:
        raise Ambiguous(name, f"more than one thing moves; which is {name}?", ranked[:2])
    return Named(
        index=best,
        confidence=float(1.0 - second / vacated[best]),
        reason=f"{vacated[best]:.0%} of its place is bare table later",
    )


def _nearest(name: str, free: Sequence[int], masks: Sequence[BoolArray], place: FloatArray | None) -> Named:
    if len(free) == 1:
        return Named(index=free[0], confidence=1.0, reason="the only other thing on the table")
    if place is None:
        raise Ambiguous(name, f"the final place of the moved object is not seen; which is {name}?", free)
    at = np.clip(np.round(place).astype(int), 0, np.array(masks[0].shape[::-1]) - 1)
    # What is held above the table appears beside it, by about the size of what stands there: a pan half its width away
    # is likelier than a small thing a little nearer.
    away, size = [], []
    for i in free:
        field = cv2.distanceTransform((~masks[i]).astype(np.uint8), cv2.DIST_L2, 5)
        away.append(float(field[at[1], at[0]]))
        size.append(float(np.sqrt(np.count_nonzero(masks[i]))))
    relative = np.array(away) / np.array(size)
    first, second = (int(k) for k in np.argsort(relative)[:2])
    if (relative[second] - relative[first]) * size[first] < 5.0:
        raise Ambiguous(
            name, f"two things are equally near the final place; which is {name}?", [free[first], free[second]]
        )
    return Named(
        index=free[first],
        confidence=float((relative[second] - relative[first]) / (relative[second] + relative[first] + 1 / size[first])),
        reason=f"{away[first]:.0f} px from the final place, {relative[first]:.1f} of its size; "
        f"the next {away[second]:.0f} px, {relative[second]:.1f}",
    )
