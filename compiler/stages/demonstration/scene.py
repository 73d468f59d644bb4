"""Stage `scene`: which things stand on the table and which of them is which."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from skillc.compiler.plan.stage import Stage, StageContext, StageError
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec
from skillc.runtime.estimators.catalog import workers
from skillc.runtime.perception.recording.faults import InputFault

if TYPE_CHECKING:
    from skillc.runtime.estimators.scene_words import Redrawn, Words
    from skillc.runtime.formats.arrays import BoolArray, Image
    from skillc.runtime.perception.recording.frames import FrameReader
    from skillc.runtime.perception.scene import understanding
    from skillc.runtime.perception.scene.roles import Wanted


def _parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    return {
        "objects": spec.section("scene.objects"),
        "task": spec.at("task.type"),
        "fiducial": spec.section("cameras.main.calibration"),
        **spec.section("method.stages.scene"),
    }


def _run(context: StageContext) -> None:
    import cv2

    from skillc.runtime.formats.calibration import Calibration
    from skillc.runtime.formats.landmarks import Landmarks
    from skillc.runtime.formats.recording import Recording
    from skillc.runtime.perception.recording.frames import open_recording
    from skillc.runtime.perception.scene import understanding
    from skillc.runtime.perception.scene.roles import RoleSettings
    from skillc.runtime.perception.scene.segmentation import SegmentationSettings
    from skillc.runtime.perception.scene.table_appearance import TableSettings

    p = context.parameters
    recording = context.made.load(Recording)
    calibration = context.made.load(Calibration)
    landmarks = context.made.load(Landmarks)
    context.progress(0.1, "looking at the table")
    try:
        with open_recording(recording, context.find_data) as reader:
            image = reader.reference()
            words = _words(context, reader, image)
            sam = _sam(context, image, words)
            wanted = [_wanted(context, name, item, sam) for name, item in p["objects"].items()]
            found = understanding.understand(
                reader,
                calibration,
                landmarks,
                wanted,
                _tag_width(p["fiducial"]),
                table=TableSettings(**{**p["table"], "colour_floor": tuple(p["table"]["colour_floor"])}),
                segmentation=SegmentationSettings(
                    **{**p["segmentation"], "shadow_share": tuple(p["segmentation"]["shadow_share"])}
                ),
                choice=RoleSettings(**p["roles"]),
                later_frames=int(p["later_frames"]),
                redraw=None if sam is None else sam.redraw,
            )
    except InputFault as fault:
        raise StageError(fault.code, fault.message, fault.hint, "demonstrations.recording") from fault
    except understanding.Unclear as reason:
        _, picture = cv2.imencode(".png", understanding.number_candidates(image, reason.masks)[..., ::-1])
        name = reason.ambiguity.name
        places = "; ".join(_place(i, mask) for i, mask in enumerate(reason.masks)) or "none"
        choose = f"write one of these places as `at: {{x: ..., y: ...}}` at {name}"
        raise StageError(
            "SK840",
            f"{reason.ambiguity}; things seen on the table: {places}",
            choose if reason.masks else f"film {name} on the table, in a colour unlike the table's",
            f"scene.objects.{name}",
            pictures={"candidates.png": picture.tobytes()},
        ) from reason
    except ValueError as reason:
        raise StageError(
            "SK841", f"the table is not found: {reason}", "check the tag's size and the camera", "scene"
        ) from reason
    for note in (*words.notes, *(sam.notes if sam is not None else ()), *found.notes):
        context.warn("SK842", note, "scene")
    _save(context, found, wanted, words, sam)
    # For the pictures of later stages; JPEG keeps the build small.
    cv2.imwrite(str(context.out / "scene" / "reference.jpg"), image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 90])
    context.progress(1.0, f"{len(found.masks)} things on the table")


def _words(context: StageContext, reader: FrameReader, image: Image) -> Words:
    """Return the spec's objects in words, from Gemini where the spec chooses it."""
    from skillc.runtime.estimators import gemini_scene
    from skillc.runtime.estimators.choice import ready
    from skillc.runtime.estimators.scene_words import words_of
    from skillc.runtime.tasks.catalog import task_type

    p = context.parameters
    where = "method.stages.scene.semantics"
    scene, last = None, len(reader) - 1
    try:
        estimator = ready("scene_semantics", str(p["semantics"]), lambda text: context.warn("SK832", text, where))
        if estimator is not None:
            context.warn("SK832", "four pictures of the recording are sent to Google's Gemini", where)
            pictures = [reader.color(i) for i in (0, last // 2, last)]
            scene = gemini_scene.ask(estimator, [*pictures, image], model=str(p["semantics_model"]))
    except InputFault as fault:
        raise StageError(fault.code, fault.message, fault.hint, where) from fault
    except gemini_scene.AnswerError as reason:
        hint = "build again, or leave `semantics` out"
        raise StageError("SK831", f"gemini's answer cannot be used: {reason}", hint, where) from reason
    return words_of(p["objects"], scene, task_type(str(p["task"])))


def _sam(context: StageContext, image: Image, words: Words) -> Redrawn | None:
    """Return what SAM sees, where the spec chooses it."""
    from skillc.runtime.estimators.choice import ready
    from skillc.runtime.estimators.scene_words import redrawn

    where = "method.stages.scene.estimator"
    name = str(context.parameters["estimator"])
    try:
        estimator = ready("object_masks", name, lambda text: context.warn("SK832", text, where))
        return None if estimator is None else redrawn(estimator, image, words)
    except InputFault as fault:
        raise StageError(fault.code, fault.message, fault.hint, where) from fault


def _save(
    context: StageContext,
    found: understanding.Understanding,
    wanted: list[Wanted],
    words: Words,
    sam: Redrawn | None,
) -> None:
    import numpy as np

    from skillc.runtime.formats.scene import Masks, Scene, SceneObject
    from skillc.runtime.perception.scene.mask_shapes import box_of

    objects, masks = [], []
    given = context.parameters["objects"]
    for item in wanted:
        answer = found.named[item.name]
        mask = found.masks[answer.index]
        symmetry = given[item.name].get("symmetry")
        objects.append(
            SceneObject(
                name=item.name,
                role=item.role,
                material=words.named[item.name].material,
                symmetry="unknown" if symmetry is None else "z" if symmetry in ("z", "sphere") else "none",
                box_px=box_of(mask),
                confidence=answer.confidence,
                reason=answer.reason,
            )
        )
        masks.append(mask)
    taken = {answer.index for answer in found.named.values()}
    rest = [i for i in range(len(found.masks)) if i not in taken]
    for number, i in enumerate(rest, start=1):
        materials = [m for mask, m in (sam.materials if sam is not None else ()) if mask is found.masks[i]]
        objects.append(
            SceneObject(
                name=f"obstacle_{number}",
                role="obstacle",
                material=materials[0] if materials else "other",
                symmetry="unknown",
                box_px=box_of(found.masks[i]),
                confidence=1.0,
                reason="stands on the table and is not named in the spec",
            )
        )
        masks.append(found.masks[i])
    scene = Scene(objects=tuple(objects), task_type=str(context.parameters["task"]), notes=found.notes)
    scene.save(context.out / "scene" / "scene.json")
    Masks(mask=np.stack(masks)).save(context.out / "scene" / "masks.npz")


def _wanted(context: StageContext, name: str, item: Mapping[str, JSON], sam: Redrawn | None) -> Wanted:
    from skillc.runtime.perception.recording.frames import read_picture
    from skillc.runtime.perception.scene.roles import Wanted

    at, box, mask = item.get("at"), item.get("box"), item.get("mask")
    if at is None and box is None and mask is None and sam is not None and name in sam.of:
        return Wanted(name=name, role=item["role"], mask=sam.of[name], mask_from="what SAM 3 finds by its words")
    return Wanted(
        name=name,
        role=item["role"],
        at=None if at is None else (float(at["x"]), float(at["y"])),
        box=None if box is None else (float(box["x"]), float(box["y"]), float(box["width"]), float(box["height"])),
        mask=None if mask is None else read_picture(context.find_data(str(mask))).max(axis=-1) > 127,
    )


def _files(spec: ResolvedSpec) -> tuple[str, ...]:
    objects = spec.section("scene.objects").values()
    return tuple(sorted({str(item["mask"]) for item in objects if item.get("mask") is not None}))


def _tag_width(fiducial: Mapping[str, JSON]) -> float:
    from skillc.runtime.perception.camera.fiducial import APRILTAG_CELLS

    if "tag" not in fiducial:
        return 0.0
    if "print_width" in fiducial:
        return float(fiducial["print_width"])
    inner, printed = APRILTAG_CELLS.get(str(fiducial["tag"]), (1, 1))
    return float(fiducial["size"]) * printed / inner


def _place(number: int, mask: BoolArray) -> str:
    from skillc.runtime.perception.scene.mask_shapes import box_of

    x, y, width, height = box_of(mask)
    return f"{number} at ({x + width / 2:.0f}, {y + height / 2:.0f}) px, {width:.0f} x {height:.0f} px"


STAGE = Stage(
    name="scene",
    needs=("recording", "calibration", "landmarks"),
    makes=("scene/scene.json", "scene/masks.npz", "scene/reference.jpg"),
    code=(
        "skillc.compiler.stages.demonstration.scene",
        *workers("object_masks"),
        *workers("scene_semantics"),
        "skillc.runtime.perception.scene.understanding",
        "skillc.runtime.perception.scene.table_appearance",
        "skillc.runtime.perception.scene.segmentation",
        "skillc.runtime.perception.scene.mask_shapes",
        "skillc.runtime.perception.scene.roles",
        "skillc.runtime.perception.scene.colour_model",
        "skillc.runtime.perception.scene.hand_region",
        "skillc.runtime.geometry.projection",
    ),
    parameters=_parameters,
    files=_files,
    run=_run,
)
