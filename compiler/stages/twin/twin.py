"""Stage `twin`: shapes, poses, masses of everything on the table, exported for simulators."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from skillc.compiler.plan.stage import Stage, StageContext, StageError
from skillc.compiler.plan.taken import taken
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec
from skillc.compiler.stages.twin import stated_object, stated_shape
from skillc.runtime.estimators.catalog import workers

if TYPE_CHECKING:
    from skillc.runtime.formats.arrays import BoolArray, FloatArray, Image
    from skillc.runtime.formats.calibration import Calibration
    from skillc.runtime.formats.scene import Scene, SceneObject
    from skillc.runtime.formats.twin import TwinObject
    from skillc.runtime.perception.shape.object_view import Given, ObjectView
    from skillc.runtime.perception.shape.twin_fit import Fitted


AGREEMENT = 0.75
"""ours: overlap of shape and outline below which the twin is another thing; the fifteen real videos' right ones have
0.85 and more, a bowl taken for a box had 0.72."""


@dataclass(frozen=True, kw_only=True)
class TableTop:
    """The part of the table that is simulated: two corners, m, table frame."""

    near: tuple[float, float]
    far: tuple[float, float]


def _parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    own = spec.section("method.stages.twin")
    return {
        "objects": {name: stated_object.stated(item) for name, item in spec.section("scene.objects").items()},
        "physics": spec.section("method.simulation"),
        "estimator": own.get("estimator"),
        "table": taken(own, near="table_near", far="table_far"),
        "fit": taken(own, "fit", "vessel_bonus", "convex_gain", border_px="border"),
    }


def _refuse(parameters: Mapping[str, JSON]) -> None:
    for name, item in parameters["objects"].items():
        stated_shape.refuse_shape(name, item)


def _inspect(parameters: Mapping[str, JSON], find_data: Callable[[str], Path]) -> None:
    for name, item in parameters["objects"].items():
        stated_shape.inspect_mesh(name, item, find_data)


def _run(context: StageContext) -> None:
    import numpy as np

    from skillc.runtime.formats.calibration import Calibration
    from skillc.runtime.formats.physics import PhysicsSettings
    from skillc.runtime.formats.recording import Recording
    from skillc.runtime.formats.scene import Masks, Scene
    from skillc.runtime.formats.twin import Twin
    from skillc.runtime.perception.recording.frames import open_recording
    from skillc.runtime.perception.shape.materials import load_materials
    from skillc.runtime.perception.shape.object_view import Given, NoFit, TwinSettings
    from skillc.runtime.sim.twin_export import export_mjcf, export_urdf, write_obj

    stated = context.read("objects", dict[str, stated_object.StatedObject])
    recording = context.made.load(Recording)
    calibration = context.made.load(Calibration)
    scene = context.made.load(Scene)
    masks = context.made.load(Masks).mask
    with open_recording(recording, context.find_data) as reader:
        image = reader.reference()
        # A reference picture taken apart has no depth, and the recording's first frame may show another scene.
        depth = reader.depth(recording.reference_frame) if recording.reference_image is None else None
    folder = context.out / "twin"
    folder.mkdir(parents=True, exist_ok=True)
    given = {name: stated_object.given(context, name, item) for name, item in stated.items()}
    given |= _reconstructed(context, scene, image, masks, given)
    views = _views(image, depth, masks, calibration, context.read("fit", TwinSettings).border_px)
    objects: list[TwinObject] = []
    unfitted = []
    for i, (thing, view) in enumerate(zip(scene.objects, views, strict=True)):
        context.progress(i / len(scene.objects), f"fitting {thing.name}")
        where = f"scene.objects.{thing.name}" if thing.name in stated else "scene.objects"
        try:
            found = _fitted(context, thing, view, scene.task_type, given.get(thing.name, Given()), where)
        except NoFit as reason:
            unfitted.append((thing, view, str(reason), where))
            continue
        objects.append(found.thing)
        for file, mesh in found.meshes.items():
            write_obj(folder / file, mesh.vertices, mesh.faces)
    objects += _boxed(context, unfitted, objects)
    top = context.read("table", TableTop)
    near, far = np.asarray(top.near), np.asarray(top.far)
    twin = Twin(
        objects=tuple(objects),
        task_type=scene.task_type,
        table_friction=load_materials().table_friction,
        table_half_size_m=(float(far[0] - near[0]) / 2, float(far[1] - near[1]) / 2),
        table_center_m=(float(far[0] + near[0]) / 2, float(far[1] + near[1]) / 2),
    )
    twin.save(folder / "twin.json")
    for made in twin.objects:
        export_urdf(made, folder)
    export_mjcf(twin, folder, context.read("physics", PhysicsSettings))
    context.progress(1.0, f"{len(objects)} objects")


def _views(
    image: Image, depth: FloatArray | None, masks: BoolArray, calibration: Calibration, border_px: int
) -> Iterator[ObjectView]:
    """Yield what is seen of every object: the picture's border and the other objects hide it."""
    import cv2
    import numpy as np

    from skillc.runtime.perception.scene.mask_shapes import disc
    from skillc.runtime.perception.shape.object_view import ObjectView

    for i, mask in enumerate(masks):
        hidden = np.ones(image.shape[:2], bool)
        hidden[border_px:-border_px, border_px:-border_px] = False
        others = np.any(np.delete(masks, i, axis=0), axis=0) if len(masks) > 1 else np.zeros_like(hidden)
        hidden |= cv2.dilate(others.astype(np.uint8), disc(2 * border_px + 1)).astype(bool)
        yield ObjectView(mask=mask, hidden=hidden, image=image, depth=depth, calibration=calibration)


def _fitted(context: StageContext, thing: SceneObject, view: ObjectView, task: str, given: Given, where: str) -> Fitted:
    """Fit a shape to one object; raises NoFit for an obstacle that nothing fits. `where` is its place in the spec."""
    from skillc.runtime.perception.shape.materials import load_materials
    from skillc.runtime.perception.shape.object_view import NoFit, TwinSettings
    from skillc.runtime.perception.shape.twin_fit import fit_object
    from skillc.runtime.tasks.catalog import task_type

    try:
        found = fit_object(thing, view, load_materials(), task_type(task), given, context.read("fit", TwinSettings))
    except NoFit as reason:
        if thing.role == "obstacle":
            raise
        hint = "film it whole, away from the picture's border and not behind another thing"
        raise StageError("SK845", str(reason), hint, where) from reason
    if thing.role == "manipulated" and found.thing.outline_iou < AGREEMENT:
        raise _unexplained(found.thing, view, where)
    if found.note:
        context.warn("SK844", found.note, where)
    assumed = [axis for axis, seen in zip("xyz", found.thing.size_measured, strict=True) if not seen]
    if assumed and thing.role != "obstacle":
        context.warn("SK847", f"{thing.name}: extent along {', '.join(assumed)} is assumed, not seen", where)
    return found


def _boxed(
    context: StageContext, unfitted: Sequence[tuple[SceneObject, ObjectView, str, str]], fitted: Sequence[TwinObject]
) -> list[TwinObject]:
    """Return boxes for the obstacles that nothing fits, and say so: none is dropped because little of it is seen."""
    from skillc.runtime.perception.shape.materials import load_materials
    from skillc.runtime.perception.shape.twin_fit import boxed_obstacle

    boxes: list[TwinObject] = []
    for thing, view, reason, where in unfitted:
        box = boxed_obstacle(thing, view, [*fitted, *boxes], load_materials())
        if box is None:
            context.warn("SK846", f"{reason}; it does not stand on the table and is left out", where)
            continue
        wide, deep, tall = (100 * extent for extent in box.thing.size_m)
        context.warn("SK846", f"{reason}; a box of {wide:.0f} x {deep:.0f} x {tall:.0f} cm stands for it", where)
        boxes.append(box.thing)
    return boxes


def _unexplained(thing: TwinObject, view: ObjectView, where: str) -> StageError:
    """Return what to say of an outline that no shape explains, with a picture of it."""
    import cv2

    from skillc.runtime.perception.scene.understanding import number_candidates

    _, picture = cv2.imencode(".png", number_candidates(view.image, [view.mask])[..., ::-1])
    return StageError(
        "SK868",
        f"the best shape for {thing.name} ({thing.shape.kind}) overlaps its outline by {thing.outline_iou:.2f}; "
        f"expected {AGREEMENT:g}",
        "the picture shows the outline: where it is wrong, give `mask` or `at`; where it is right the thing is curved "
        "or has limbs: give its `asset`",
        where,
        pictures={"outline.png": picture.tobytes()},
    )


def _reconstructed(
    context: StageContext, scene: Scene, image: Image, masks: BoolArray, given: Mapping[str, Given]
) -> dict[str, Given]:
    """Return meshes of objects whose shape the spec leaves open, where it chooses an estimator of meshes."""
    import os

    from skillc.runtime.estimators import meshes
    from skillc.runtime.estimators.choice import ready
    from skillc.runtime.perception.recording.faults import InputFault
    from skillc.runtime.perception.shape.object_view import Given

    where, name = "method.stages.twin.estimator", context.read("estimator", str)
    try:
        estimator = ready(meshes.TASK, name, lambda text: context.warn("SK832", text, where))
        if estimator is None:
            return {}
        empty = {thing.name: given.get(thing.name, Given()) for thing in scene.objects}
        free = [i for i, t in enumerate(scene.objects) if empty[t.name].asset is None and empty[t.name].kind is None]
        context.progress(0.0, f"{estimator.name} makes {len(free)} meshes")
        found = meshes.meshes_of(estimator, image, masks[free], os.environ["SKILLC_SAM3D_CONFIG"])
    except InputFault as fault:
        raise StageError(fault.code, fault.message, fault.hint, where) from fault
    made = {}
    for i, asset in zip(free, found, strict=True):
        thing = scene.objects[i].name
        if asset.fallback:
            context.warn("SK848", f"{thing}: the convex hull of its mesh collides, because {asset.fallback}", where)
        made[thing] = replace(empty[thing], asset=asset)
    return made


def _files(spec: ResolvedSpec) -> tuple[str, ...]:
    assets = [item.get("asset") for item in spec.section("scene.objects").values()]
    return tuple(sorted({str(asset["mesh"]) for asset in assets if isinstance(asset, dict) and "mesh" in asset}))


STAGE = Stage(
    name="twin",
    needs=("recording", "calibration", "scene"),
    makes=("twin/",),
    code=("skillc.compiler.stages.twin.twin", *workers("object_meshes")),
    parameters=_parameters,
    files=_files,
    run=_run,
    refuse=_refuse,
    inspect=_inspect,
)
