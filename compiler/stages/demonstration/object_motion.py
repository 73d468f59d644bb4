"""Stage `object_motion`: the manipulated object's pose in every frame, with its uncertainty."""

from skillc.compiler.plan.stage import Stage, StageContext, StageError
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec
from skillc.runtime.estimators.catalog import workers
from skillc.runtime.perception.recording.faults import InputFault

_WHERE = "method.stages.object_motion.estimator"


def _parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    own = spec.section("method.stages.object_motion")
    return {"estimator": own.pop("estimator", None), "motion": own}


def _run(context: StageContext) -> None:
    import numpy as np

    from skillc.runtime.estimators import poses
    from skillc.runtime.estimators.choice import ready
    from skillc.runtime.formats.calibration import Calibration
    from skillc.runtime.formats.landmarks import Landmarks
    from skillc.runtime.formats.recording import Recording
    from skillc.runtime.formats.scene import Masks, Scene
    from skillc.runtime.formats.tracks import Tracks
    from skillc.runtime.formats.twin import Twin
    from skillc.runtime.perception.object.follow_points import classes_of
    from skillc.runtime.perception.object.object_pose import MotionSettings, first_motion, follow_object
    from skillc.runtime.perception.object.outline_points import outline_points
    from skillc.runtime.perception.recording.frames import open_recording

    name, settings = context.read("estimator", str), context.read("motion", MotionSettings)
    recording = context.made.load(Recording)
    scene = context.made.load(Scene)
    masks = context.made.load(Masks).mask
    twin_folder = context.made.path("twin")
    twin = context.made.load(Twin)
    landmarks = context.made.load(Landmarks)
    tracks = context.made.load(Tracks)
    names = [thing.name for thing in scene.objects]
    manipulated = names.index(twin.manipulated.name)
    target = names.index(twin.target.name) if twin.target is not None else -1
    calibration = context.made.load(Calibration)
    mine = tracks.object_index == manipulated
    its = tracks.object_index == target if target >= 0 else np.zeros(len(tracks.object_index), bool)

    def progress(share: float) -> None:
        context.progress(share, "fitting the object's pose")

    try:
        estimator = ready(poses.TASK, name, lambda text: context.warn("SK832", text, _WHERE))
        with open_recording(recording, context.find_data) as reader:
            if estimator is not None:
                onset = first_motion(
                    tracks,
                    mine,
                    np.asarray(recording.time_s),
                    recording.reference_frame,
                    settings,
                    calibration.camera.width / 960,
                )
                motion = poses.object_motion(
                    estimator,
                    reader,
                    calibration,
                    twin,
                    twin_folder,
                    masks[manipulated],
                    tracks,
                    mine,
                    its,
                    onset,
                    progress,
                )
            else:
                motion = follow_object(
                    reader,
                    calibration,
                    twin,
                    outline_points(twin.manipulated, twin_folder),
                    masks[manipulated],
                    classes_of(reader, masks, [manipulated], landmarks)[manipulated],
                    tracks,
                    mine,
                    its,
                    landmarks,
                    settings,
                    progress,
                )
    except InputFault as fault:
        where = _WHERE if fault.code in ("SK831", "SK835") else "demonstrations.recording"
        raise StageError(fault.code, fault.message, fault.hint, where) from fault
    motion.save(context.out / "motion" / "object.npz")
    context.progress(1.0, f"pose known to {float(np.median(motion.position_sigma_m)) * 1e3:.0f} mm")


STAGE = Stage(
    name="object_motion",
    needs=("recording", "calibration", "landmarks", "scene", "twin", "tracks"),
    makes=("motion/object.npz",),
    code=(
        "skillc.compiler.stages.demonstration.object_motion",
        *workers("object_poses"),
        "skillc.runtime.perception.object.object_pose",
        "skillc.runtime.perception.object.pose_step",
        "skillc.runtime.perception.scene.contour_search",
        "skillc.runtime.perception.object.carried",
        "skillc.runtime.perception.object.motion_smoothing",
        "skillc.runtime.perception.object.outline_points",
        "skillc.runtime.perception.object.follow_points",
        "skillc.runtime.perception.scene.appearance_classes",
        "skillc.runtime.perception.scene.colour_model",
        "skillc.runtime.geometry.projection",
        "skillc.runtime.perception.scene.silhouette",
        "skillc.runtime.perception.object.support",
    ),
    parameters=_parameters,
    run=_run,
)
