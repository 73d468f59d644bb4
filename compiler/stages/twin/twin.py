"""Stage `twin`: shapes, poses, masses of everything on the table, exported for simulators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, cast

from skillc.compiler.plan.stage import Stage, StageContext, StageError
from skillc.compiler.plan.taken import taken
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec
from skillc.runtime.estimators.catalog import workers

if TYPE_CHECKING:
    from skillc.runtime.formats.arrays import BoolArray, Image
    from skillc.runtime.formats.scene import Scene
    from skillc.runtime.formats.twin import ShapeKind
    from skillc.runtime.perception.shape.mesh_asset import MeshAsset
    from skillc.runtime.perception.shape.twin_fit import Given


@dataclass(frozen=True, kw_only=True)
class MeshFile:
    """`asset: {mesh: FILE}`."""

    mesh: str
    scale: float | None = None


@dataclass(frozen=True, kw_only=True)
class LengthRange:
    """A length that is drawn, m."""

    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class StatedPrimitive:
    """`asset: {primitive: KIND}`; a length that is drawn has its bounds, m."""

    primitive: str
    radius: float | LengthRange | None = None
    height: float | LengthRange | None = None
    size: tuple[float | LengthRange, float | LengthRange, float | LengthRange] | None = None


@dataclass(frozen=True, kw_only=True)
class ObjectSet:
    """`asset: {set: NAME}`."""

    set: str


@dataclass(frozen=True, kw_only=True)
class StatedObject:
    """What the spec says about an object's shape and matter; SI."""

    shape: str | None = None
    size: float | tuple[float, ...] | None = None
    mass: float | None = None
    friction: float | None = None
    asset: MeshFile | StatedPrimitive | ObjectSet | None = None
    """None for a twin from the recording."""


@dataclass(frozen=True, kw_only=True)
class TableTop:
    """The part of the table that is simulated: two corners, m, table frame."""

    near: tuple[float, float]
    far: tuple[float, float]


def _parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    own = spec.section("method.stages.twin")
    return {
        "objects": {name: _stated(item) for name, item in spec.section("scene.objects").items()},
        "physics": spec.section("method.simulation"),
        "estimator": own.get("estimator"),
        "table": taken(own, near="table_near", far="table_far"),
        "fit": taken(own, "fit", "vessel_bonus", "convex_gain", border_px="border"),
    }


def _stated(item: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return what is written about an object's shape, as `StatedObject` takes it."""
    stated = {key: item[key] for key in ("shape", "size", "mass", "friction") if item.get(key) is not None}
    asset = item.get("asset", "twin")
    if asset == "twin":
        return stated
    kind = next(kind for kind in (MeshFile, StatedPrimitive, ObjectSet) if fields(kind)[0].name in asset)
    kept = {field.name: _lengths(asset[field.name]) for field in fields(kind) if asset.get(field.name) is not None}
    return {**stated, "asset": kept}


def _lengths(value: JSON) -> JSON:
    """Return lengths without what a distribution says besides its bounds."""
    if isinstance(value, list):
        return [_lengths(v) for v in value]
    return {"low": value["low"], "high": value["high"]} if isinstance(value, dict) else value


def _run(context: StageContext) -> None:
    import cv2
    import numpy as np

    from skillc.runtime.formats.calibration import Calibration
    from skillc.runtime.formats.physics import PhysicsSettings
    from skillc.runtime.formats.recording import Recording
    from skillc.runtime.formats.scene import Masks, Scene
    from skillc.runtime.formats.twin import Twin
    from skillc.runtime.perception.recording.frames import open_recording
    from skillc.runtime.perception.scene.mask_shapes import disc
    from skillc.runtime.perception.shape.materials import load_materials
    from skillc.runtime.perception.shape.twin_fit import Given, NoFit, ObjectView, TwinSettings, fit_object
    from skillc.runtime.sim.twin_export import export_mjcf, export_urdf, write_obj
    from skillc.runtime.tasks.catalog import task_type

    stated = context.read("objects", dict[str, StatedObject])
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
    given = {name: _given(context, name, item) for name, item in stated.items()}
    given |= _reconstructed(context, scene, image, masks, given)
    task = task_type(scene.task_type)
    settings = context.read("fit", TwinSettings)
    table = load_materials()
    objects = []
    for i, thing in enumerate(scene.objects):
        context.progress(i / len(scene.objects), f"fitting {thing.name}")
        hidden = np.ones(image.shape[:2], bool)
        edge = settings.border_px
        hidden[edge:-edge, edge:-edge] = False
        others = np.any(np.delete(masks, i, axis=0), axis=0) if len(masks) > 1 else np.zeros_like(hidden)
        hidden |= cv2.dilate(others.astype(np.uint8), disc(2 * edge + 1)).astype(bool)
        place = f"scene.objects.{thing.name}" if thing.name in stated else "scene.objects"
        view = ObjectView(mask=masks[i], hidden=hidden, image=image, depth=depth, calibration=calibration)
        try:
            found = fit_object(thing, view, table, task, given.get(thing.name, Given()), settings)
        except NoFit as reason:
            if thing.role == "obstacle":
                context.warn("SK846", f"{reason}; it is left out", place)
                continue
            hint = "film it whole, away from the picture's border and not behind another thing"
            raise StageError("SK845", str(reason), hint, place) from reason
        if found.note:
            context.warn("SK844", found.note, place)
        for file, mesh in found.meshes.items():
            write_obj(folder / file, mesh.vertices, mesh.faces)
        objects.append(found.thing)
        assumed = [axis for axis, seen in zip("xyz", found.thing.size_measured, strict=True) if not seen]
        if assumed and thing.role != "obstacle":
            context.warn("SK847", f"{thing.name}: extent along {', '.join(assumed)} is assumed, not seen", place)
    top = context.read("table", TableTop)
    near, far = np.asarray(top.near), np.asarray(top.far)
    twin = Twin(
        objects=tuple(objects),
        task_type=scene.task_type,
        table_friction=table.table_friction,
        table_half_size_m=(float(far[0] - near[0]) / 2, float(far[1] - near[1]) / 2),
        table_center_m=(float(far[0] + near[0]) / 2, float(far[1] + near[1]) / 2),
    )
    twin.save(folder / "twin.json")
    for made in twin.objects:
        export_urdf(made, folder)
    export_mjcf(twin, folder, context.read("physics", PhysicsSettings))
    context.progress(1.0, f"{len(objects)} objects")


def _given(context: StageContext, name: str, item: StatedObject) -> Given:
    """Return what the spec says about one object's shape; refuse what no twin can be made of."""
    from skillc.runtime.perception.shape.twin_fit import Given

    kind, asset, where = item.shape, item.asset, f"scene.objects.{name}"
    if isinstance(asset, ObjectSet):
        raise StageError(
            "SK843",
            f"{name}: a twin is one object, and `asset: {{set: ...}}` draws from many; "
            "expected `twin`, `{mesh: FILE}` or `{primitive: ...}`",
            "leave `asset` out and, if need be, name a `shape`; sets are for training without a recording",
            f"{where}.asset.set",
        )
    if isinstance(asset, StatedPrimitive):
        return _primitive(name, item, asset)
    if kind is not None and (kind == "mesh") != (asset is not None):
        raise StageError(
            "SK843",
            f"{name}: `shape: {kind}` does not go with `asset: {'twin' if asset is None else asset.mesh}`",
            "write `asset: {mesh: FILE}` for a mesh of your own; `shape: convex` carves one from the recording",
            f"{where}.shape",
        )
    return Given(
        kind=None if kind in (None, "mesh") else "revolve" if kind == "revolved" else cast("ShapeKind", kind),
        asset=None if asset is None else _mesh(context, name, asset.mesh, asset.scale or 1.0),
        size_m=None if item.size is None else _extents(item.size),
        scale_given=asset is not None and asset.scale is not None,
        mass=item.mass,
        friction=item.friction,
    )


def _primitive(name: str, item: StatedObject, asset: StatedPrimitive) -> Given:
    """Return what a stated primitive means for the twin."""
    from skillc.runtime.perception.shape.primitive_asset import primitive
    from skillc.runtime.perception.shape.twin_fit import Given

    where = f"scene.objects.{name}"
    for key, value in (("shape", item.shape), ("size", item.size)):
        if value is not None:
            raise StageError("SK843", f"{name}: its primitive says what `{key}` says", "keep one", f"{where}.{key}")
    stated = {"radius": asset.radius, "height": asset.height}
    lengths = {key: _length(value) for key, value in stated.items() if value is not None}
    size = asset.size
    extents = None if size is None else (_length(size[0]), _length(size[1]), _length(size[2]))
    try:
        found = primitive(asset.primitive, lengths, extents)
    except ValueError as reason:
        raise StageError(
            "SK843", f"{name}: {reason}", "write `radius` and `height`", f"{where}.asset.primitive"
        ) from reason
    return Given(
        kind=found.kind,
        asset=found.asset,
        extents=found.extents,
        scale_given=True,
        mass=item.mass,
        friction=item.friction,
    )


def _length(value: float | LengthRange) -> float | tuple[float, float]:
    return (value.low, value.high) if isinstance(value, LengthRange) else value


def _reconstructed(
    context: StageContext, scene: Scene, image: Image, masks: BoolArray, given: Mapping[str, Given]
) -> dict[str, Given]:
    """Return meshes of objects whose shape the spec leaves open, where it chooses an estimator of meshes."""
    import os

    from skillc.runtime.estimators import meshes
    from skillc.runtime.estimators.choice import ready
    from skillc.runtime.perception.recording.faults import InputFault
    from skillc.runtime.perception.shape.twin_fit import Given

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


def _mesh(context: StageContext, name: str, file: str, scale: float) -> MeshAsset:
    from skillc.runtime.perception.shape.mesh_asset import load_mesh_asset
    from skillc.runtime.robot.model_fault import ModelError

    where = f"scene.objects.{name}.asset.mesh"
    try:
        found = load_mesh_asset(context.find_data(file), scale)
    except ModelError as reason:
        first = next(fault for fault in reason.faults if fault.severity == "error" or fault is reason.faults[-1])
        raise StageError(first.code, f"{file}: {first.summary}", first.hint, where) from reason
    for fault in found.warnings:
        context.warn(fault.code, f"{file}: {fault.summary}", where)
    if found.fallback:
        context.warn("SK848", f"{name}: the convex hull of {file} collides, because {found.fallback}", where)
    return found


def _extents(size: float | tuple[float, ...]) -> tuple[float, float, float]:
    """Return x, y, z extents (m): three lengths as they are, two as width and height, one for all."""
    lengths = size if isinstance(size, tuple) else (size, size, size)
    return lengths[0], lengths[1 if len(lengths) == 3 else 0], lengths[-1]


def _files(spec: ResolvedSpec) -> tuple[str, ...]:
    assets = [item.get("asset") for item in spec.section("scene.objects").values()]
    return tuple(sorted({str(asset["mesh"]) for asset in assets if isinstance(asset, dict) and "mesh" in asset}))


STAGE = Stage(
    name="twin",
    needs=("recording", "calibration", "scene"),
    makes=("twin/",),
    code=(
        "skillc.compiler.stages.twin.twin",
        *workers("object_meshes"),
        "skillc.runtime.perception.shape.twin_fit",
        "skillc.runtime.perception.shape.carved_hull",
        "skillc.runtime.perception.shape.carved_object",
        "skillc.runtime.perception.shape.handle",
        "skillc.runtime.perception.shape.mesh_asset",
        "skillc.runtime.perception.shape.primitive_asset",
        "skillc.runtime.perception.shape.placed_body",
        "skillc.runtime.perception.shape.seen_height",
        "skillc.runtime.perception.shape.shape_fit",
        "skillc.runtime.perception.shape.solids",
        "skillc.runtime.perception.scene.silhouette",
        "skillc.runtime.perception.shape.mass_properties",
        "skillc.runtime.perception.shape.materials",
        "skillc.runtime.sim.twin_export",
        "skillc.runtime.sim.world",
        "skillc.runtime.sim.shapes",
    ),
    parameters=_parameters,
    files=_files,
    run=_run,
)
