"""From the hands an estimator saw in each frame to the one hand that acts."""

from dataclasses import dataclass

import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray
from skillc.runtime.formats.landmarks import Landmarks
from skillc.runtime.perception.recording.faults import InputFault


@dataclass(frozen=True, kw_only=True)
class SeenHands:
    """What an estimator answers: up to N hands in each of T frames."""

    joints_px: FloatArray
    """(T, N, 21, 2) px, NaN where there is none."""
    joints_relative_m: FloatArray
    """(T, N, 21, 3) camera axes, standard scale."""
    score: FloatArray
    """(T, N)."""
    right: BoolArray
    """(T, N) True for a right hand."""
    estimator: str


@dataclass(frozen=True, kw_only=True)
class HandChoiceParameters:
    """Numbers of `acting_hand`."""

    same_hand: float
    """Two detections whose joints lie closer than this share of the hand's length are one hand."""
    reach: float
    """A hand moves at most this many of its own lengths between neighbouring frames."""
    least_share: float
    """A recording in which the hand is seen in a smaller share of frames is refused."""


def acting_hand(seen: SeenHands, parameters: HandChoiceParameters, wanted: str | None = None) -> Landmarks:
    """Follow each hand through the frames and return the one that moves most.

    Args:
        seen: all detections.
        parameters: of the choice.
        wanted: "left" or "right" when the spec says which hand acts.

    Raises:
        InputFault: SK830 no hand, or hardly ever one.
    """
    count = len(seen.score)
    chains = _chains(seen, parameters)
    if not chains:
        raise InputFault(
            "SK830",
            f"no hand found in {count} frames; expected one hand manipulating an object",
            "show the bare hand in good light, larger than a tenth of the picture",
        )
    sided = [c for c in chains if wanted is None or _side(seen, c) == (wanted == "right")]
    if not sided:
        raise InputFault("SK830", f"no {wanted} hand found in {count} frames", "correct demonstrations.hand")
    chains = sided + [c for c in chains if c not in sided]
    travels = [_travel(seen, chain) if k < len(sided) else -1.0 for k, chain in enumerate(chains)]
    order = sorted(range(len(chains)), key=lambda k: -travels[k])
    chosen = chains[order[0]]
    share = len(chosen) / count
    if not share >= parameters.least_share:
        raise InputFault(
            "SK830",
            f"a hand is found in only {len(chosen)} of {count} frames; expected at least {parameters.least_share:.0%}",
            "show the bare hand in good light, larger than a tenth of the picture",
        )
    px = np.full((count, 21, 2), np.nan)
    relative = np.full((count, 21, 3), np.nan)
    other = np.full((count, 21, 2), np.nan)
    score = np.zeros(count)
    for frame, k in chosen.items():
        px[frame], relative[frame] = seen.joints_px[frame, k], seen.joints_relative_m[frame, k]
        score[frame] = seen.score[frame, k]
    for k in reversed(order[1:]):
        for frame, hand in chains[k].items():
            other[frame] = seen.joints_px[frame, hand]
    votes = sum(1 if seen.right[f, k] else -1 for f, k in chosen.items())
    return Landmarks(
        frame=np.arange(count),
        joints_px=px,
        joints_relative_m=relative,
        score=score,
        other_px=other,
        handedness="right" if votes >= 0 else "left",
        estimator=seen.estimator,
    )


def hand_length_px(joints_px: FloatArray) -> FloatArray:
    """Return a size of the hand in px (...,) for joints (..., 21, 2): the larger side of its bounding box."""
    sides = joints_px.max(axis=-2) - joints_px.min(axis=-2)
    length: FloatArray = np.maximum(sides.max(axis=-1), 1.0)
    return length


def _chains(seen: SeenHands, parameters: HandChoiceParameters) -> list[dict[int, int]]:
    """Link detections of neighbouring frames; returns frame -> index of the detection for each hand."""
    chains: list[dict[int, int]] = []
    ends: list[tuple[int, FloatArray]] = []
    for frame in range(len(seen.score)):
        free = set(range(len(chains)))
        for k in _distinct(seen, frame, parameters.same_hand):
            joints = seen.joints_px[frame, k]
            size = float(hand_length_px(joints))
            best, nearest = None, np.inf
            for c in free:
                last, place = ends[c]
                distance = float(np.linalg.norm(joints.mean(axis=0) - place.mean(axis=0)))
                # A hand that was out of sight for some frames may be further away, but not without bound.
                if distance < parameters.reach * size * min(frame - last, 10) and distance < nearest:
                    best, nearest = c, distance
            if best is None:
                chains.append({frame: k})
                ends.append((frame, joints))
            else:
                free.discard(best)
                chains[best][frame] = k
                ends[best] = (frame, joints)
    return _joined(seen, chains)


def _joined(seen: SeenHands, chains: list[dict[int, int]]) -> list[dict[int, int]]:
    """Join chains that never overlap in time and agree in handedness: one hand that left the picture and came back."""
    joined: list[dict[int, int]] = []
    for chain in sorted(chains, key=len, reverse=True):
        home = next((j for j in joined if not set(j) & set(chain) and _side(seen, j) == _side(seen, chain)), None)
        if home is None:
            joined.append(dict(chain))
        else:
            home.update(chain)
    return joined


def _side(seen: SeenHands, chain: dict[int, int]) -> bool:
    return sum(1 if seen.right[f, k] else -1 for f, k in chain.items()) >= 0


def _distinct(seen: SeenHands, frame: int, same_hand: float) -> list[int]:
    """Return the detections of one frame, best first, without second detections of the same hand."""
    kept: list[int] = []
    for k in np.argsort(-seen.score[frame], kind="stable"):
        joints = seen.joints_px[frame, k]
        if not seen.score[frame, k] > 0 or not np.isfinite(joints).all():
            continue
        size = float(hand_length_px(joints))
        apart = [np.linalg.norm(joints - seen.joints_px[frame, o], axis=1).mean() / size for o in kept]
        if all(a > same_hand for a in apart):
            kept.append(int(k))
    return kept


def _travel(seen: SeenHands, chain: dict[int, int]) -> float:
    """Return how far the hand moves, in px: the path of its five-frame mean, so that jitter does not count."""
    places = np.array([seen.joints_px[f, k].mean(axis=0) for f, k in sorted(chain.items())])
    if len(places) < 5:
        return 0.0
    smooth = np.stack([np.convolve(places[:, a], np.ones(5) / 5, mode="valid") for a in (0, 1)], axis=1)
    return float(np.linalg.norm(np.diff(smooth, axis=0), axis=1).sum())
