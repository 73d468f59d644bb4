"""Stage `object_motion`: the manipulated object's pose in every frame, with its uncertainty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skillc.compiler.plan.stage import Stage, StageContext, StageError
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec
from skillc.runtime.estimators.catalog import workers
from skillc.runtime.perception.recording.faults import InputFault

if TYPE_CHECKING:
    from skillc.runtime.formats.object_motion import ObjectMotion
    from skillc.runtime.perception.recording.frames import FrameReader

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
            motion = _followed(context, reader)
    except InputFault as fault:
        where = _WHERE if fault.code in ("SK831", "SK835") else "demonstrations.recording"
        raise StageError(fault.code, fault.message, fault.hint, where) from fault
    motion.save(context.out / "motion" / "object.npz")
    context.progress(1.0, f"pose known to {float(np.median(motion.position_sigma_m)) * 1e3:.0f} mm")


def _followed(context: StageContext, reader: FrameReader) -> ObjectMotion:
    """Follow the object as the spec's estimator does."""
    from skillc.runtime.estimators import poses
    from skillc.runtime.estimators.choice import ready
    from skillc.runtime.formats.calibration import Calibration
    from skillc.runtime.formats.landmarks import Landmarks
    from skillc.runtime.formats.scene import Masks, Scene
    from skillc.runtime.formats.tracks import Tracks
    from skillc.runtime.formats.twin import Twin
    from skillc.runtime.perception.object.follow_points import classes_of
    from skillc.runtime.perception.object.motion_settings import MotionSettings
    from skillc.runtime.perception.object.object_pose import Demonstrated, follow_object
    from skillc.runtime.perception.object.outline_points import outline_points

    name, settings = context.read("estimator", str), context.read("motion", MotionSettings)
    estimator = ready(poses.TASK, name, lambda text: context.warn("SK832", text, _WHERE))
    twin, tracks, masks = context.made.load(Twin), context.made.load(Tracks), context.made.load(Masks).mask
    names = [thing.name for thing in context.made.load(Scene).objects]
    manipulated = names.index(twin.manipulated.name)
    shown = Demonstrated(
        reader=reader,
        calibration=context.made.load(Calibration),
        twin=twin,
        mask=masks[manipulated],
        tracks=tracks,
        mine=tracks.object_index == manipulated,
        target=tracks.object_index == (names.index(twin.target.name) if twin.target is not None else -1),
        landmarks=context.made.load(Landmarks),
    )
    twin_folder = context.made.path("twin")

    def progress(share: float) -> None:
        context.progress(share, "fitting the object's pose")

    if estimator is not None:
        return poses.object_motion(estimator, shown, twin_folder, shown.onset(settings), progress)
    solid = outline_points(twin.manipulated, twin_folder)
    classes = classes_of(reader, masks, [manipulated], shown.landmarks)[manipulated]
    return follow_object(shown, solid, classes, settings, progress)


STAGE = Stage(
    name="object_motion",
    needs=("recording", "calibration", "landmarks", "scene", "twin", "tracks"),
    makes=("motion/object.npz",),
    code=("skillc.compiler.stages.demonstration.object_motion", *workers("object_poses")),
    parameters=_parameters,
    run=_run,
)
