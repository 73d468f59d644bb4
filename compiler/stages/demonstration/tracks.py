"""Stage `tracks`: points of the manipulated and the target object, followed through the recording."""

from skillc.compiler.plan.stage import Stage, StageContext, StageError
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec
from skillc.runtime.estimators.catalog import workers
from skillc.runtime.perception.recording.faults import InputFault


def _parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    own = spec.section("method.stages.tracks")
    return {"estimator": own.pop("estimator", None), "tracking": own}


def _run(context: StageContext) -> None:
    from skillc.runtime.estimators import points
    from skillc.runtime.estimators.choice import ready
    from skillc.runtime.formats.calibration import Calibration
    from skillc.runtime.formats.landmarks import Landmarks
    from skillc.runtime.formats.recording import Recording
    from skillc.runtime.formats.scene import Masks, Scene
    from skillc.runtime.formats.twin import Twin
    from skillc.runtime.perception.object.follow_points import follow
    from skillc.runtime.perception.object.tracking import TrackingSettings
    from skillc.runtime.perception.recording.frames import open_recording

    name = context.read("estimator", str)
    recording = context.made.load(Recording)
    try:
        tracker = ready(points.TASK, name, lambda text: context.warn("SK832", text, "method.stages.tracks.estimator"))
        with open_recording(recording, context.find_data) as reader:
            tracks = follow(
                reader,
                context.made.load(Calibration),
                context.made.load(Scene),
                context.made.load(Masks).mask,
                context.made.load(Twin),
                context.made.path("twin"),
                context.made.load(Landmarks),
                context.read("tracking", TrackingSettings),
                lambda share: context.progress(share, "following points"),
                None if tracker is None else lambda first, _, tell: points.tracked(tracker, reader, first, tell),
            )
    except InputFault as fault:
        where = "method.stages.tracks.estimator" if fault.code in ("SK831", "SK835") else "demonstrations.recording"
        raise StageError(fault.code, fault.message, fault.hint, where) from fault
    tracks.save(context.out / "motion" / "tracks.npz")
    context.progress(1.0, f"{tracks.xy_px.shape[1]} points")


STAGE = Stage(
    name="tracks",
    needs=("recording", "calibration", "scene", "twin", "landmarks"),
    makes=("motion/tracks.npz",),
    code=("skillc.compiler.stages.demonstration.tracks", *workers("point_tracks")),
    parameters=_parameters,
    run=_run,
)
