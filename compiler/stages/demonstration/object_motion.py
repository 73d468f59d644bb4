"""Stage `object_motion`: the manipulated object's pose in every frame, with its uncertainty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from skillc.compiler.plan.stage import Stage, StageContext, StageError
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec
from skillc.runtime.estimators.catalog import workers
from skillc.runtime.perception.recording.faults import InputFault

if TYPE_CHECKING:
    from skillc.runtime.formats.arrays import BoolArray, FloatArray
    from skillc.runtime.formats.object_motion import ObjectMotion
    from skillc.runtime.formats.stillness import Stillness
    from skillc.runtime.perception.object.laid_down import LaidDown
    from skillc.runtime.perception.object.still_places import Places
    from skillc.runtime.perception.recording.frames import FrameReader
    from skillc.runtime.perception.scene.appearance_classes import AppearanceClasses

LOST, DOUBTED = 0.3, 0.6
"""ours: overlaps of the last outline with what arrived there. Other things overlap by less than 0.3; of those that were
followed rightly half lie above 0.8, and shadows and hands take up to 0.3."""
GONE, UNCONFIRMED = 0.2, 0.7
"""ours: overlaps with the object's colours. Below the first it is elsewhere, things that turn up sides of other colours
keep 0.4; of those that overlap by the second and more none was beside its outline."""
_WHERE = "method.stages.object_motion.estimator"


def _parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    own = spec.section("method.stages.object_motion")
    return {"estimator": own.pop("estimator", None), "motion": own}


def _run(context: StageContext) -> None:
    import numpy as np

    from skillc.runtime.formats.recording import Recording
    from skillc.runtime.perception.recording.frames import open_recording

    try:
        with open_recording(context.made.load(Recording), context.find_data) as reader:
            context.progress(0.0, "looking where it lay still")
            lain = _lain(context, reader)
            motion = _followed(context, reader, lain)
            stillness = _stillness(context, reader, motion, lain)
    except InputFault as fault:
        where = _WHERE if fault.code in ("SK831", "SK835") else "demonstrations.recording"
        raise StageError(fault.code, fault.message, fault.hint, where) from fault
    check_arrival(context, stillness)
    motion.save(context.out / "motion" / "object.npz")
    stillness.save(context.out / "motion" / "stillness.json")
    context.progress(1.0, f"pose known to {float(np.median(motion.position_sigma_m)) * 1e3:.0f} mm")


@dataclass(frozen=True, kw_only=True)
class _Lain:
    """What the pictures alone tell of the object before it is followed."""

    mask: BoolArray
    """(H, W) in the reference picture."""
    classes: AppearanceClasses
    parts: tuple[FloatArray, ...]
    """(N, 3) outline points of its convex parts."""
    places: Places | None


def _lain(context: StageContext, reader: FrameReader) -> _Lain:
    """Look where the object lay still, by the pictures alone."""
    from skillc.runtime.formats.landmarks import Landmarks
    from skillc.runtime.formats.scene import Masks, Scene
    from skillc.runtime.formats.twin import Twin
    from skillc.runtime.perception.object.follow_points import classes_of
    from skillc.runtime.perception.object.outline_points import outline_parts
    from skillc.runtime.perception.object.still_places import places
    from skillc.runtime.tasks.catalog import task_type

    twin, landmarks, masks = context.made.load(Twin), context.made.load(Landmarks), context.made.load(Masks).mask
    manipulated = [thing.name for thing in context.made.load(Scene).objects].index(twin.manipulated.name)
    classes = classes_of(reader, masks, [manipulated], landmarks)[manipulated]
    return _Lain(
        mask=masks[manipulated],
        classes=classes,
        parts=tuple(outline_parts(twin.manipulated, context.made.path("twin"))),
        places=places(
            reader, landmarks, masks[manipulated], classes, put_down=not task_type(twin.task_type).holds_to_the_end
        ),
    )


def _laid(context: StageContext, lain: _Lain) -> LaidDown | None:
    """Return the pose in which the object lies by itself at the end, as far as the last picture tells it."""
    from skillc.runtime.formats.calibration import Calibration
    from skillc.runtime.formats.twin import Twin
    from skillc.runtime.perception.object.laid_down import laid_down

    twin, places = context.made.load(Twin), lain.places
    if places is None or places.there is None or places.settled is None:
        return None
    return laid_down(places.there, places.settled[1], twin, lain.parts, context.made.load(Calibration))


def _stillness(context: StageContext, reader: FrameReader, motion: ObjectMotion, lain: _Lain) -> Stillness:
    """Return when the object lay still, and how well its end agrees with the pictures."""
    from skillc.runtime.formats.calibration import Calibration
    from skillc.runtime.formats.landmarks import Landmarks
    from skillc.runtime.perception.object.still_places import stillness
    from skillc.runtime.perception.scene.silhouette import filled_together, outline_of

    calibration = context.made.load(Calibration)
    T = calibration.T_camera_table @ motion.T_table_object[-1]
    polygons = [outline_of(calibration.camera, T, part) for part in lain.parts]
    outline = filled_together(polygons, *lain.mask.shape)
    return stillness(reader, context.made.load(Landmarks), lain.places, outline, lain.classes)


def check_arrival(context: StageContext, found: Stillness) -> None:
    """Refuse a motion that ends beside what arrived in the last picture, doubt one that ends on other colours."""
    from skillc.runtime.formats.twin import Twin
    from skillc.runtime.tasks.catalog import task_type

    twin = context.made.load(Twin)
    name, held = twin.manipulated.name, task_type(twin.task_type).holds_to_the_end
    if held or found.final_overlap is None or found.final_away_px is None or found.final_size_px is None:
        _check_colours(context, found, name)
        return
    if found.final_overlap < LOST and found.final_away_px > 0.5 * found.final_size_px:
        raise _lost(
            name,
            f"{found.final_away_px:.0f} px beside what arrived there (overlap {found.final_overlap:.2f}, its size "
            f"{found.final_size_px:.0f} px)",
        )
    if found.final_overlap < DOUBTED:
        told = f"{name}: its last outline and what arrived there overlap by {found.final_overlap:.2f} only"
        context.warn("SK867", f"{told}, {found.final_away_px:.0f} px apart", f"scene.objects.{name}")


def _check_colours(context: StageContext, found: Stillness, name: str) -> None:
    """Refuse an end where nothing looks like the object, doubt one where little does: whoever holds it, it is seen."""
    if found.final_agreement is None:
        context.warn("SK867", f"{name}: hands hide its end; nothing confirms where it is", f"scene.objects.{name}")
    elif found.final_agreement < GONE:
        raise _lost(name, f"where the picture does not show it (overlap with its colours {found.final_agreement:.2f})")
    elif found.final_agreement < UNCONFIRMED:
        told = f"{name}: its last outline and what looks like it there overlap by {found.final_agreement:.2f} only"
        context.warn("SK867", told, f"scene.objects.{name}")


def _lost(name: str, where: str) -> StageError:
    return StageError(
        "SK866",
        f"{name} was lost on its way: at the end it is followed {where}",
        f"show {name} longer beside the hand, in better light or more slowly; or give its shape or `mask`",
        f"scene.objects.{name}",
    )


def _followed(context: StageContext, reader: FrameReader, lain: _Lain) -> ObjectMotion:
    """Follow the object as the spec's estimator does."""
    from skillc.runtime.estimators import poses
    from skillc.runtime.estimators.choice import ready
    from skillc.runtime.formats.calibration import Calibration
    from skillc.runtime.formats.landmarks import Landmarks
    from skillc.runtime.formats.scene import Scene
    from skillc.runtime.formats.tracks import Tracks
    from skillc.runtime.formats.twin import Twin
    from skillc.runtime.perception.object.demonstrated import Demonstrated
    from skillc.runtime.perception.object.motion_settings import MotionSettings
    from skillc.runtime.perception.object.object_pose import follow_object

    name, settings = context.read("estimator", str), context.read("motion", MotionSettings)
    estimator = ready(poses.TASK, name, lambda text: context.warn("SK832", text, _WHERE))
    twin, tracks = context.made.load(Twin), context.made.load(Tracks)
    names = [thing.name for thing in context.made.load(Scene).objects]
    manipulated = names.index(twin.manipulated.name)
    shown = Demonstrated(
        reader=reader,
        calibration=context.made.load(Calibration),
        twin=twin,
        mask=lain.mask,
        tracks=tracks,
        mine=tracks.object_index == manipulated,
        target=tracks.object_index == (names.index(twin.target.name) if twin.target is not None else -1),
        landmarks=context.made.load(Landmarks),
    )

    def progress(share: float) -> None:
        context.progress(share, "fitting the object's pose")

    if estimator is not None:
        return poses.object_motion(estimator, shown, context.made.path("twin"), shown.onset(settings), progress)
    return follow_object(shown, lain.parts, lain.classes, _laid(context, lain), settings, progress)


STAGE = Stage(
    name="object_motion",
    needs=("recording", "calibration", "landmarks", "scene", "twin", "tracks"),
    makes=("motion/object.npz", "motion/stillness.json"),
    code=("skillc.compiler.stages.demonstration.object_motion", *workers("object_poses")),
    parameters=_parameters,
    run=_run,
)
