"""Stage `keyframes`: when the demonstration touches, lifts, arrives, detaches and lets go."""

from skillc.compiler.plan.stage import Stage, StageContext, StageError
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec


def _parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    return {"keyframes": spec.section("method.stages.keyframes")}


def _run(context: StageContext) -> None:
    import numpy as np

    from skillc.runtime.formats.landmarks import Landmarks
    from skillc.runtime.formats.object_motion import ObjectMotion
    from skillc.runtime.formats.recording import Recording
    from skillc.runtime.formats.stillness import Stillness
    from skillc.runtime.formats.twin import Twin
    from skillc.runtime.perception.object.keyframe_signals import signals
    from skillc.runtime.perception.object.keyframes import KeyframeSettings, NoContact, find_keyframes
    from skillc.runtime.perception.object.outline_points import outline_points
    from skillc.runtime.perception.object.support import support_height
    from skillc.runtime.tasks.catalog import task_type

    settings = context.read("keyframes", KeyframeSettings)
    recording = context.made.load(Recording)
    twin = context.made.load(Twin)
    motion = context.made.load(ObjectMotion)
    time_s = np.asarray(recording.time_s)
    signal = signals(
        motion,
        context.made.load(Landmarks),
        outline_points(twin.manipulated, context.made.path("twin")),
        time_s,
        reference=recording.reference_frame,
        window=int(settings.smoothing_window),
        rate_hz=settings.frame_rate,
    )
    try:
        found = find_keyframes(
            signal,
            time_s,
            lifts=task_type(twin.task_type).lifts,
            reference=recording.reference_frame,
            support_m=support_height(twin, motion.T_table_object[-1][:2, 3]),
            width_px=recording.camera.width,
            fps=recording.fps,
            settings=settings,
            still=context.made.load(Stillness),
        )
    except NoContact as reason:
        name = twin.manipulated.name
        raise StageError(
            "SK850",
            f"{name}: {reason}",
            f"if another thing is {name}, say so with `at: {{x: ..., y: ...}}` at it",
            f"scene.objects.{name}",
        ) from reason
    found.save(context.out / "keyframes.json")
    context.progress(1.0, f"contact at frame {found.contact}, interaction at {found.interaction}")


STAGE = Stage(
    name="keyframes",
    needs=("recording", "calibration", "landmarks", "scene", "twin", "tracks", "object_motion"),
    makes=("keyframes.json",),
    code=("skillc.compiler.stages.demonstration.keyframes",),
    parameters=_parameters,
    run=_run,
)
