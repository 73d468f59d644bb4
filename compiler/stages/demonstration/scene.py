"""Stage `scene`: which things stand on the table and which of them is which."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from skillc.compiler.plan.stage import Stage, StageContext, StageError
from skillc.compiler.plan.taken import taken
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec
from skillc.runtime.estimators.catalog import workers
from skillc.runtime.perception.camera.tag_families import size_to_print_width
from skillc.runtime.perception.recording.faults import InputFault

if TYPE_CHECKING:
    from skillc.runtime.estimators.scene_words import Redrawn, Words
    from skillc.runtime.formats.arrays import BoolArray, Image
    from skillc.runtime.formats.scene import Masks, Scene
    from skillc.runtime.perception.recording.frames import FrameReader
    from skillc.runtime.perception.scene import understanding
    from skillc.runtime.perception.scene.roles import Wanted


HIDDEN = 0.1
"""ours: share of an outline; what a fingertip covers of a cup stays below, a hand around it does not."""


@dataclass(frozen=True, kw_only=True)
class NamedObject:
    """What the spec says about which thing an object is."""

    role: Literal["manipulated", "target", "obstacle"]
    material: str | None = None
    symmetry: str | None = None
    prompt: str | None = None
    """The object in words."""
    at: Mapping[str, float] | None = None
    """x, y of a pixel on it."""
    box: Mapping[str, float] | None = None
    """x, y, width, height around it, px."""
    mask: str | None = None
    """A picture of its pixels."""


@dataclass(frozen=True, kw_only=True)
class SceneSettings:
    """How the table is looked at."""

    task: str
    tag_width: float
    """m, of the whole print; 0 without a tag."""
    estimator: str
    """Of masks."""
    semantics: str
    semantics_model: str
    later_frames: int


def _parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    own = spec.section("method.stages.scene")
    return {
        "objects": {
            name: taken(item, *(field.name for field in fields(NamedObject)))
            for name, item in spec.section("scene.objects").items()
        },
        "scene": {
            "task": spec.at("task.type"),
            "tag_width": _tag_width(spec.section("cameras.main.calibration")),
            **taken(own, "estimator", "semantics", "semantics_model", "later_frames"),
        },
        **taken(own, "table", "segmentation", "roles"),
    }


def _inspect(parameters: Mapping[str, JSON], find_data: Callable[[str], Path]) -> None:
    """Refuse masks that are no pictures."""
    for name, item in parameters["objects"].items():
        if item.get("mask") is None:
            continue
        file = find_data(item["mask"])
        # Only now: what reads pictures is loaded where there is one.
        from skillc.runtime.perception.recording.frames import read_picture

        try:
            read_picture(file)
        except InputFault as fault:
            raise StageError(fault.code, fault.message, fault.hint, f"scene.objects.{name}.mask") from fault


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

    settings, objects = context.read("scene", SceneSettings), context.read("objects", dict[str, NamedObject])
    recording = context.made.load(Recording)
    calibration = context.made.load(Calibration)
    landmarks = context.made.load(Landmarks)
    context.progress(0.1, "looking at the table")
    try:
        with open_recording(recording, context.find_data) as reader:
            image = reader.reference()
            words = _words(context, settings, objects, reader, image)
            sam = _sam(context, settings.estimator, image, words)
            wanted = [_wanted(context, name, item, sam) for name, item in objects.items()]
            found = understanding.understand(
                reader,
                calibration,
                landmarks,
                wanted,
                settings.tag_width,
                table=context.read("table", TableSettings),
                segmentation=context.read("segmentation", SegmentationSettings),
                choice=context.read("roles", RoleSettings),
                later_frames=settings.later_frames,
                redraw=None if sam is None else sam.redraw,
            )
    except InputFault as fault:
        raise StageError(fault.code, fault.message, fault.hint, "demonstrations.recording") from fault
    except understanding.Unclear as reason:
        raise _unclear(image, reason) from reason
    except ValueError as reason:
        raise StageError(
            "SK841", f"the table is not found: {reason}", "check the tag's size and the camera", "scene"
        ) from reason
    for note in (*words.notes, *(sam.notes if sam is not None else ()), *found.notes):
        context.warn("SK842", note, "scene")
    tell_hidden(context, found.behind_hand, {name: item.role for name, item in objects.items()})
    scene, masks = _scene(settings.task, objects, found, words, sam)
    scene.save(context.out / "scene" / "scene.json")
    masks.save(context.out / "scene" / "masks.npz")
    # For the pictures of later stages; JPEG keeps the build small.
    cv2.imwrite(str(context.out / "scene" / "reference.jpg"), image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 90])
    context.progress(1.0, f"{len(found.masks)} things on the table")


def tell_hidden(context: StageContext, behind_hand: Mapping[str, float], roles: Mapping[str, str]) -> None:
    """Say of the manipulated object and the target when the hand hides part of their outline."""
    for name, share in behind_hand.items():
        if share > HIDDEN and roles[name] != "obstacle":
            told = f"{share:.0%} of the outline of {name} lies along the hand in the reference picture"
            better = "its shape is doubtful; choose a frame without the hand there (`reference: FRAME`)"
            context.warn("SK869", f"{told}: {better}", f"scene.objects.{name}")


def _unclear(image: Image, reason: understanding.Unclear) -> StageError:
    """Return what to say, and a numbered picture of the candidates."""
    import cv2

    from skillc.runtime.perception.scene import understanding

    _, picture = cv2.imencode(".png", understanding.number_candidates(image, reason.masks)[..., ::-1])
    name = reason.ambiguity.name
    places = "; ".join(_place(i, mask) for i, mask in enumerate(reason.masks)) or "none"
    choose = f"write one of these places as `at: {{x: ..., y: ...}}` at {name}"
    return StageError(
        "SK840",
        f"{reason.ambiguity}; things seen on the table: {places}",
        choose if reason.masks else f"film {name} on the table, in a colour unlike the table's",
        f"scene.objects.{name}",
        pictures={"candidates.png": picture.tobytes()},
    )


def _words(
    context: StageContext,
    settings: SceneSettings,
    objects: Mapping[str, NamedObject],
    reader: FrameReader,
    image: Image,
) -> Words:
    """Return the spec's objects in words, from Gemini where the spec chooses it."""
    from skillc.runtime.estimators import gemini_scene
    from skillc.runtime.estimators.choice import ready
    from skillc.runtime.estimators.scene_words import Stated, words_of
    from skillc.runtime.tasks.catalog import task_type

    where = "method.stages.scene.semantics"
    scene, last = None, len(reader) - 1
    try:
        estimator = ready("scene_semantics", settings.semantics, lambda text: context.warn("SK832", text, where))
        if estimator is not None:
            context.warn("SK832", "four pictures of the recording are sent to Google's Gemini", where)
            pictures = [reader.color(i) for i in (0, last // 2, last)]
            scene = gemini_scene.ask(estimator, [*pictures, image], model=settings.semantics_model)
    except InputFault as fault:
        raise StageError(fault.code, fault.message, fault.hint, where) from fault
    except gemini_scene.AnswerError as reason:
        hint = "build again, or leave `semantics` out"
        raise StageError("SK831", f"gemini's answer cannot be used: {reason}", hint, where) from reason
    stated = {name: Stated(role=o.role, prompt=o.prompt, material=o.material) for name, o in objects.items()}
    return words_of(stated, scene, task_type(settings.task))


def _sam(context: StageContext, name: str, image: Image, words: Words) -> Redrawn | None:
    """Return what SAM sees, where the spec chooses it."""
    from skillc.runtime.estimators.choice import ready
    from skillc.runtime.estimators.scene_words import redrawn

    where = "method.stages.scene.estimator"
    try:
        estimator = ready("object_masks", name, lambda text: context.warn("SK832", text, where))
        return None if estimator is None else redrawn(estimator, image, words)
    except InputFault as fault:
        raise StageError(fault.code, fault.message, fault.hint, where) from fault


def _scene(
    task: str,
    given: Mapping[str, NamedObject],
    found: understanding.Understanding,
    words: Words,
    sam: Redrawn | None,
) -> tuple[Scene, Masks]:
    """Return the named objects in the spec's order, then everything else that stands on the table."""
    import numpy as np

    from skillc.runtime.formats.scene import DroppedRegion, Masks, Scene, SceneObject
    from skillc.runtime.perception.scene.mask_shapes import box_of

    objects, masks = [], []
    for name, item in given.items():
        answer = found.named[name]
        mask = found.masks[answer.index]
        objects.append(
            SceneObject(
                name=name,
                role=item.role,
                material=words.named[name].material,
                symmetry=_symmetry(item.symmetry),
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
    dropped = tuple(DroppedRegion(box_px=box_of(part.mask), reason=part.reason) for part in found.dropped)
    scene = Scene(objects=tuple(objects), task_type=task, notes=found.notes, dropped=dropped)
    return scene, Masks(mask=np.stack(masks))


def _symmetry(stated: str | None) -> Literal["none", "z", "unknown"]:
    return "unknown" if stated is None else "z" if stated in ("z", "sphere") else "none"


def _wanted(context: StageContext, name: str, item: NamedObject, sam: Redrawn | None) -> Wanted:
    from skillc.runtime.perception.recording.frames import read_picture
    from skillc.runtime.perception.scene.roles import Wanted

    at, box, mask = item.at, item.box, item.mask
    if at is None and box is None and mask is None and sam is not None and name in sam.of:
        return Wanted(name=name, role=item.role, mask=sam.of[name], mask_from="what SAM 3 finds by its words")
    return Wanted(
        name=name,
        role=item.role,
        at=None if at is None else (at["x"], at["y"]),
        box=None if box is None else (box["x"], box["y"], box["width"], box["height"]),
        mask=None if mask is None else read_picture(context.find_data(mask)).max(axis=-1) > 127,
    )


def _files(spec: ResolvedSpec) -> tuple[str, ...]:
    objects = spec.section("scene.objects").values()
    return tuple(sorted({str(item["mask"]) for item in objects if item.get("mask") is not None}))


def _tag_width(fiducial: Mapping[str, JSON]) -> float:
    if "tag" not in fiducial:
        return 0.0
    if "print_width" in fiducial:
        return float(fiducial["print_width"])
    # A tag of unknown size is refused by the stage `calibration`.
    return size_to_print_width(str(fiducial["tag"]), float(fiducial.get("size", 0.0)))


def _place(number: int, mask: BoolArray) -> str:
    from skillc.runtime.perception.scene.mask_shapes import box_of

    x, y, width, height = box_of(mask)
    return f"{number} at ({x + width / 2:.0f}, {y + height / 2:.0f}) px, {width:.0f} x {height:.0f} px"


STAGE = Stage(
    name="scene",
    needs=("recording", "calibration", "landmarks"),
    makes=("scene/scene.json", "scene/masks.npz", "scene/reference.jpg"),
    code=("skillc.compiler.stages.demonstration.scene", *workers("object_masks"), *workers("scene_semantics")),
    parameters=_parameters,
    files=_files,
    run=_run,
    inspect=_inspect,
)
