"""Contact, lift, interaction, detachment and release (A.2.1, extended as LANGUAGE says), each with a confidence.

The paper's frame counts are turned into seconds at the preset's frame rate, its pixels into shares of the picture's
width, so that other cameras and rates mean the same motion.
"""

from dataclasses import dataclass

import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray
from skillc.runtime.formats.keyframes import KeyframeConfidence, Keyframes
from skillc.runtime.formats.stillness import Stillness
from skillc.runtime.perception.object.keyframe_signals import Signals


@dataclass(frozen=True, kw_only=True)
class KeyframeSettings:
    """Parameters; px at 960 px picture width, frames at `frame_rate`."""

    contact_displacement: float
    """px, delta_c."""
    contact_streak: float
    """frames, L_c."""
    interaction_motion: float
    """px per frame, delta_i."""
    interaction_streak: float
    """frames, L_i."""
    smoothing_window: float
    """frames."""
    detachment_height: float
    """m above the support."""
    frame_rate: float
    """Hz."""
    fidget: float
    """Share of the transport that the object may still move after interaction."""
    lift_height: float
    """m; what counts as lifted."""
    release_motion: float
    """Palm lengths that the fingertips move relative to the object once they let go."""
    release_s: float
    """s that they have to stay away."""


SURE, REST = 3.0, 3.0
"""ours: frames at `frame_rate`; a keyframe that is right is right within three, and a rest lasts as long."""
TOGETHER, ALONE, APART = 0.9, 0.45, 0.3
"""ours: of the keyframes that two readings agree on nine of ten are right, of those of one reading less than half, of
those that readings contradict less than a third."""
CONFIRMED = 0.7
"""ours: overlap of the last outline with the picture below which what is read from it is one unsure reading; what
arrived and what looks like the object are asked alike."""
OFF = 2.0
"""ours: standard deviations above the lift height at which the object is off its support for certain."""


class NoContact(ValueError):
    """The object never moves."""


def find_keyframes(
    signal: Signals,
    time_s: FloatArray,
    *,
    lifts: bool,
    reference: int,
    support_m: float,
    width_px: int,
    fps: float,
    settings: KeyframeSettings,
    still: Stillness,
) -> Keyframes:
    """Return the keyframes.

    Args:
        signal: See `signals`.
        time_s: (T,) frame times.
        lifts: The task lifts its object (grasp, pour) rather than sliding it.
        reference: Frame in which the object is at rest.
        support_m: Height on which the object ends (0: the table), for detachment.
        width_px: Picture width.
        fps: Nominal rate.
        settings: Parameters.
        still: When the pictures alone say that the object lay still.

    Raises:
        NoContact: the object never moves for long enough.
    """
    unit, rate = width_px / 960, settings.frame_rate
    last = len(time_s) - 1

    def frames(count: float) -> int:
        return max(1, round(count / rate * fps))

    moving = signal.displacement_px > settings.contact_displacement * unit
    contact = first_streak(moving, reference, frames(settings.contact_streak), to_end=True)
    if contact is None:
        raise NoContact(
            f"the object never moves more than {settings.contact_displacement * unit:.1f} px for "
            f"{settings.contact_streak / rate:.2f} s"
        )
    followed = contact
    contact = followed if still.left is None else still.left
    interaction, settled = _interaction(signal, contact, frames(settings.interaction_streak), unit, settings)
    rested = interaction
    # What is held up to the last frame never lies still; what slides does, and what was seen to lie by itself.
    rests = not lifts or still.final_overlap is not None
    if rests and still.settled is not None and contact < still.settled <= last - frames(REST):
        interaction, settled = still.settled, True
    earliest = followed if still.left is None else min(followed, still.left)
    lift, lift_sure = _lifted(signal, contact, earliest, frames(SURE), settings) if lifts else (None, 1.0)
    detachment = None
    if lift is not None:
        low = signal.height_m < support_m + settings.detachment_height
        detachment = next((int(t) for t in range(interaction, last + 1) if low[t]), None)
    release = _release(signal.fingers, interaction, frames(settings.release_s * rate), settings)
    rest_sure = min(_agreement(rested, still.settled, frames(SURE)) if settled else APART, _end_sure(still))
    if interaction == still.settled:
        rest_sure = min(rest_sure, _spread(still.settling, frames(SURE)))
    return Keyframes(
        contact=contact,
        lift=lift,
        interaction=interaction,
        detachment=detachment,
        release=release,
        confidence=KeyframeConfidence(
            contact=_agreement(followed, still.left, frames(SURE)),
            lift=lift_sure,
            interaction=rest_sure,
            detachment=rest_sure if lifts else 1.0,
            # Fingers are watched from the rest on: they cannot be surer than it.
            release=min(rest_sure, _release_confidence(signal.fingers, interaction, release, settings)),
        ),
        fps=fps,
    )


def _lifted(
    signal: Signals, contact: int, earliest: int, sure: int, settings: KeyframeSettings
) -> tuple[int | None, float]:
    """Return the lift and how likely it is right within `sure` frames; `earliest` is the first possible frame."""
    lift = _lift(signal.height_m, contact, settings)
    # Nothing leaves its support before it moves.
    lift = None if lift is None else max(lift, contact)
    likely = _lift_confidence(signal, earliest, lift, sure, settings)
    if lift is not None and likely < ALONE and _unsure_height(signal, contact, lift, settings):
        # Where heights do not tell, that it moves does: what a hand takes it mostly lifts at once.
        return contact, ALONE
    return lift, likely


def _end_sure(still: Stillness) -> float:
    """Return how sure what is read from the end of the path can be: no surer than that it was followed to there."""
    seen = [found for found in (still.final_overlap, still.final_agreement) if found is not None]
    return TOGETHER if seen and max(seen) >= CONFIRMED else ALONE


def _agreement(followed: int, seen: int | None, sure: int) -> float:
    """Return how likely a keyframe is right within three frames, by how far two independent readings of it are apart.

    The poses' reading and the pictures': counted over the fifteen recordings with known keyframes.
    """
    if seen is None:
        return ALONE
    return float(np.clip(TOGETHER - 0.1 * max(0, abs(followed - seen) - sure), APART, TOGETHER))


def _lift_confidence(signal: Signals, earliest: int, lift: int | None, sure: int, settings: KeyframeSettings) -> float:
    """Return how likely the lift is right within `sure` frames.

    It lies between the first motion and the first frame in which the object is above its support for certain, and may
    be anywhere there: a quick rise leaves little room, a slow one, or one that depth hardly shows, much.
    """
    if lift is None:
        return APART
    base = float(np.median(signal.height_m[: earliest + 1]))
    off = signal.height_m - base > settings.lift_height + OFF * signal.height_sigma_m
    certain = first_streak(off, lift, sure, to_end=True)
    latest = len(off) - 1 if certain is None else certain
    return _spread(latest - earliest, sure)


def _unsure_height(signal: Signals, contact: int, lift: int, settings: KeyframeSettings) -> bool:
    """Tell whether an object may have been lifted at contact, for all that is known of its height until `lift`."""
    return float(np.median(signal.height_sigma_m[contact : lift + 1])) > settings.lift_height


def _spread(frames: int, sure: int) -> float:
    """Return how likely a keyframe that lies anywhere within so many frames is right within `sure` of them."""
    return float(TOGETHER * min(1.0, (2 * sure + 1) / (frames + 1)))


def first_streak(active: BoolArray, start: int, length: int, *, to_end: bool = False) -> int | None:
    """Return the first frame from `start` on with `length` active frames in a row; `to_end`: or active to the last."""
    count = len(active)
    for t in range(start, count):
        end = t + length
        if active[t : min(end, count)].all() and (end <= count or (to_end and count - t >= 2)):
            return t
    return None


def _interaction(
    signal: Signals, contact: int, streak: int, unit: float, settings: KeyframeSettings
) -> tuple[int, bool]:
    """Return the first frame of A.2.1's rest after which nothing but fidgeting follows, and whether there is one.

    A.2.1 alone takes the slow start and every pause on the way for the end.
    """
    count = len(signal.speed_px)
    still = signal.speed_px < settings.interaction_motion * unit
    travel = np.hypot(*(signal.relative_px - signal.relative_px[contact]).T)
    allowed = max(3.0 * unit, settings.fidget * float(travel[contact:].max()))
    for t in range(contact, count):
        if not still[t : t + streak].all() or t + streak > count:
            continue
        rest = float(np.hypot(*(signal.relative_px[t:] - signal.relative_px[t]).T).max())
        # Under a hand that stays, the object stays.
        held = float(np.hypot(*(signal.palm_px[t:] - signal.palm_px[t]).T).max())
        if np.fmin(rest, held) <= allowed:
            return t, True
    return int(np.argmax(travel >= travel.max() - allowed)) if travel.max() > 0 else count - 1, False


def _lift(height: FloatArray, contact: int, settings: KeyframeSettings) -> int | None:
    """Return the frame at which the rise that reaches the lift height begins."""
    base = float(np.median(height[:contact])) if contact > 0 else float(height[0])
    above = height - base > settings.lift_height
    reached = first_streak(above, max(0, contact - 10), 3)
    if reached is None:
        return None
    t = reached
    while t > 0 and height[t - 1] - base > 0.1 * settings.lift_height:
        t -= 1
    return t


def _release(fingers: FloatArray, interaction: int, streak: int, settings: KeyframeSettings) -> int | None:
    """Return the first frame after interaction from which the fingertips move away from the object for good."""
    away = _finger_motion(fingers, interaction)
    gone = np.nan_to_num(away, nan=np.inf) > settings.release_motion
    count = len(away)
    for t in range(interaction, count):
        if gone[t:].all() and count - t >= min(streak, 2):
            # The fingers open before they are this far: back to where the motion starts.
            first = t
            while first > interaction and away[first - 1] > 0.8 * settings.release_motion:
                first -= 1
            return first
    return None


def _finger_motion(fingers: FloatArray, interaction: int) -> FloatArray:
    base = np.nanmedian(fingers[max(0, interaction - 2) : interaction + 3], axis=0)
    with np.errstate(invalid="ignore"):
        away: FloatArray = np.median(np.linalg.norm(fingers - base, axis=-1), axis=-1)
    return away


def _release_confidence(
    fingers: FloatArray, interaction: int, release: int | None, settings: KeyframeSettings
) -> float:
    if release is None:
        return 1.0
    away = _finger_motion(fingers, interaction)[release:]
    far = float(np.nanmax(away)) if np.isfinite(away).any() else np.inf
    return float(np.clip(far / (3 * settings.release_motion), 0.2, 1.0))
