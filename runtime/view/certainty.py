"""What of a build was measured, what was assumed, and what is doubtful: one list, for the report."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from skillc.runtime.formats.build_warnings import BuildWarnings
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.fidelity import Fidelity
from skillc.runtime.formats.hands import HandMotion
from skillc.runtime.formats.keyframes import Keyframes
from skillc.runtime.formats.object_motion import ObjectMotion
from skillc.runtime.formats.twin import Twin, TwinObject
from skillc.runtime.view.time_marks import EVENTS

Kind = Literal["measured", "assumed", "doubtful"]
SURE = 0.8
"""ours: confidence below which a keyframe is doubtful."""
OVERLAP = 0.85
"""ours: of outlines, below which a shape is doubtful; fits of the four example videos overlap by 0.9 and more."""
WIDE = 0.15
"""ours: relative standard deviation above which a size is doubtful."""
UNSEEN = 0.1
"""ours: share of an object's points in sight below which its pose comes from the motion model."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """One line of the list."""

    kind: Kind
    what: str
    told: str
    """Its value with its sigma, or why it is doubtful."""


def certainty(
    calibration: Calibration,
    twin: Twin,
    keyframes: Keyframes,
    motion: ObjectMotion,
    hand: HandMotion | None,
    fidelity: Fidelity,
    warnings: BuildWarnings | None,
) -> list[Known]:
    """Return all lines, the doubtful first, then what was assumed, then what was measured."""
    found = [
        *_camera(calibration),
        *(line for thing in twin.objects for line in _thing(thing)),
        *_keyframes(keyframes),
        *_motions(motion, hand),
        *(
            Known(kind="doubtful", what="the robot's motion", told=f"gave something up: {c}")
            for c in fidelity.fell_back
        ),
        *_warned(warnings),
    ]
    order: tuple[Kind, ...] = ("doubtful", "assumed", "measured")
    return [line for kind in order for line in found if line.kind == kind]


def _camera(found: Calibration) -> Iterator[Known]:
    place = f"{1e3 * found.position_sigma_m:.0f} mm, {np.degrees(found.rotation_sigma_rad):.1f} deg"
    measured = found.source != "given"
    yield Known(
        kind="measured" if measured else "assumed", what="the camera's place", told=f"+- {place} ({found.source})"
    )
    if found.camera.focal_sigma > 0:
        focal = f"{found.camera.fx:.0f} +- {found.camera.focal_sigma:.0f} px"
        yield Known(kind="assumed", what="the focal length", told=focal)


def _thing(thing: TwinObject) -> Iterator[Known]:
    for axis, size, sigma, seen in zip("xyz", thing.size_m, thing.size_sigma_m, thing.size_measured, strict=True):
        what, told = f"{thing.name}, size along {axis}", f"{1e3 * size:.0f} +- {1e3 * sigma:.0f} mm"
        doubtful = not (sigma <= WIDE * size)
        yield Known(kind="doubtful" if doubtful else "measured" if seen else "assumed", what=what, told=told)
    x, y = (1e3 * sigma for sigma in thing.position_sigma_m[:2])
    yield Known(kind="measured", what=f"{thing.name}, place", told=f"+- {x:.0f}, {y:.0f} mm")
    if not (thing.outline_iou >= OVERLAP):
        told = f"a {thing.shape.kind} overlaps the outline by {thing.outline_iou:.2f} only"
        yield Known(kind="doubtful", what=f"{thing.name}, shape", told=told)
    mass = f"{1e3 * thing.mass:.0f} +- {1e3 * thing.mass_sigma:.0f} g"
    yield Known(kind="assumed", what=f"{thing.name}, mass", told=mass if thing.mass_sigma > 0 else f"{mass}, as stated")
    yield Known(kind="assumed", what=f"{thing.name}, friction", told=f"{thing.friction:.2f}, of {thing.material}")


def _keyframes(found: Keyframes) -> Iterator[Known]:
    for name in EVENTS:
        frame, sure = getattr(found, name), getattr(found.confidence, name)
        told = f"frame {frame}" if frame is not None else "does not happen"
        if frame is None and sure == 0:
            continue  # Such a task has none.
        kind: Kind = "measured" if sure >= SURE else "doubtful"
        yield Known(kind=kind, what=f"keyframe {name}", told=f"{told}, confidence {sure:.2f}")


def _motions(motion: ObjectMotion, hand: HandMotion | None) -> Iterator[Known]:
    sigma, unseen = 1e3 * motion.position_sigma_m, float((motion.visible_fraction < UNSEEN).mean())
    yield Known(kind="measured", what="the object's motion", told=f"+- {sigma.min():.0f} to {sigma.max():.0f} mm")
    if unseen > 0:
        told = f"by the motion before and after, in {unseen:.0%} of the frames"
        yield Known(kind="assumed", what="the object's motion out of sight", told=told)
    if hand is None:
        return
    told = f"+- {1e3 * float(np.median(hand.position_sigma_m)):.0f} mm"
    yield Known(kind="measured", what="the hand's motion", told=told)
    gone = float((~np.isfinite(hand.joints_table_m).all(axis=(1, 2))).mean())
    if gone > 0:
        yield Known(kind="doubtful", what="the hand", told=f"is not known in {gone:.0%} of the frames")


def _warned(warnings: BuildWarnings | None) -> Iterator[Known]:
    if warnings is None:
        yield Known(kind="doubtful", what="warnings of the build", told="are not kept in this build; build it again")
        return
    for warning in warnings.warnings:
        yield Known(kind="doubtful", what=f"{warning.stage} ({warning.code})", told=warning.message)
