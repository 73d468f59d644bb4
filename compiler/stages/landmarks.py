"""Stage `landmarks`: 21 landmarks of the acting hand in every frame, from the estimator's worker."""

from skillc.compiler.plan.stage import Stage, StageContext, StageError
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec
from skillc.runtime.estimators.hands import estimator_named, precomputed_hands, seen_hands
from skillc.runtime.formats.recording import Recording
from skillc.runtime.perception.faults import InputFault
from skillc.runtime.perception.frames import open_recording
from skillc.runtime.perception.hand_landmarks import HandChoiceParameters, SeenHands, acting_hand


def _parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    return spec.section("method.stages.landmarks")


def _seen(context: StageContext) -> SeenHands:
    p = context.parameters
    if p.get("file"):
        return precomputed_hands(context.find_data(str(p["file"])))
    recording = Recording.load(context.inputs["recording"] / "recording.json")
    with open_recording(recording, context.find_data) as reader:
        count = len(reader)
        return seen_hands(
            reader,
            estimator_named(str(p["estimator"])),
            detection=p["detection"],
            tracking=p["tracking"],
            announce=lambda text: context.warn("SK832", text, "method.stages.landmarks.estimator"),
            progress=lambda k: context.progress(k / count, f"hand landmarks {k}/{count}"),
        )


def _run(context: StageContext) -> None:
    p = context.parameters
    try:
        landmarks = acting_hand(
            _seen(context),
            HandChoiceParameters(same_hand=p["same_hand"], reach=p["reach"], least_share=p["least_share"]),
        )
    except InputFault as fault:
        raise StageError(fault.code, fault.message, fault.hint, "demonstrations.recording") from fault
    landmarks.save(context.out / "motion" / "landmarks.npz")


STAGE = Stage(
    name="landmarks",
    needs=("recording",),
    makes=("motion/landmarks.npz",),
    code=(
        "skillc.compiler.stages.landmarks",
        "skillc.runtime.estimators",
        "skillc.runtime.perception.hand_landmarks",
        "skillc.runtime.perception.video",
    ),
    parameters=_parameters,
    run=_run,
    files=lambda spec: tuple(str(f) for f in (spec.at("demonstrations.recording"), _parameters(spec).get("file")) if f),
)
