"""Stage `twin`: shapes, poses, masses of everything on the table, exported for simulators."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from skillc.compiler.plan.stage import Stage, StageContext, StageError
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec

if TYPE_CHECKING:
    from skillc.runtime.formats.physics import PhysicsSettings


def _parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    return {
        "objects": spec.section("scene.objects"),
        "physics": spec.section("method.simulation"),
        **spec.section("method.stages.twin"),
    }


def _run(context: StageContext) -> None:
    import cv2
    import numpy as np

    from skillc.runtime.formats.calibration import Calibration
    from skillc.runtime.formats.recording import Recording
    from skillc.runtime.formats.scene import Masks, Scene
    from skillc.runtime.formats.twin import Twin
    from skillc.runtime.perception.frames import open_recording
    from skillc.runtime.perception.mask_shapes import disc
    from skillc.runtime.perception.materials import load_materials
    from skillc.runtime.perception.shape_fit import FitSettings
    from skillc.runtime.perception.twin_fit import NoFit, TwinSettings, fit_object
    from skillc.runtime.sim.twin_export import export_mjcf, export_urdf

    p = context.parameters
    recording = Recording.load(context.inputs["recording"] / "recording.json")
    calibration = Calibration.load(context.inputs["calibration"] / "calibration.json")
    scene = Scene.load(context.inputs["scene"] / "scene" / "scene.json")
    masks = Masks.load(context.inputs["scene"] / "scene" / "masks.npz").mask
    with open_recording(recording, context.find_data) as reader:
        image = reader.reference()
    settings = TwinSettings(
        fit=FitSettings(**p["fit"]), vessel_bonus=float(p["vessel_bonus"]), border_px=int(p["border"])
    )
    table = load_materials()
    objects = []
    for i, thing in enumerate(scene.objects):
        context.progress(i / len(scene.objects), f"fitting {thing.name}")
        hidden = np.ones(image.shape[:2], bool)
        edge = settings.border_px
        hidden[edge:-edge, edge:-edge] = False
        others = np.any(np.delete(masks, i, axis=0), axis=0) if len(masks) > 1 else np.zeros_like(hidden)
        hidden |= cv2.dilate(others.astype(np.uint8), disc(2 * edge + 1)).astype(bool)
        wanted = p["objects"].get(thing.name, {}).get("shape")
        try:
            twin_object, _ = fit_object(
                thing, masks[i], hidden, image, calibration, table, scene.task_type, wanted, settings
            )
        except NoFit as reason:
            if thing.role == "obstacle":
                context.warn("SK846", f"{reason}; it is left out", "scene.objects")
                continue
            raise StageError(
                "SK845", str(reason), "see the scene stage's picture", f"scene.objects.{thing.name}"
            ) from reason
        objects.append(twin_object)
        assumed = [axis for axis, seen in zip("xyz", twin_object.size_measured, strict=True) if not seen]
        if assumed and thing.role != "obstacle":
            context.warn(
                "SK847", f"{thing.name}: extent along {', '.join(assumed)} is assumed, not seen", "scene.objects"
            )
    near, far = np.asarray(p["table_near"]), np.asarray(p["table_far"])
    twin = Twin(
        objects=tuple(objects),
        task_type=scene.task_type,
        table_friction=table.table_friction,
        table_half_size_m=(float(far[0] - near[0]) / 2, float(far[1] - near[1]) / 2),
        table_center_m=(float(far[0] + near[0]) / 2, float(far[1] + near[1]) / 2),
    )
    folder = context.out / "twin"
    folder.mkdir(parents=True, exist_ok=True)
    twin.save(folder / "twin.json")
    for made in twin.objects:
        export_urdf(made, folder)
    export_mjcf(twin, folder, _physics(p["physics"]))
    context.progress(1.0, f"{len(objects)} objects")


def _physics(p: Mapping[str, JSON]) -> PhysicsSettings:
    from skillc.runtime.formats.physics import PhysicsSettings

    values = {**p, "solref": tuple(p["solref"]), "solimp": tuple(p["solimp"])}
    return PhysicsSettings(**values)


def _draw(outputs: Mapping[str, Path], picture: Path) -> None:
    from skillc.runtime.view.scene_picture import draw_twin

    draw_twin(outputs, picture)


STAGE = Stage(
    name="twin",
    needs=("recording", "calibration", "scene"),
    makes=("twin/",),
    code=(
        "skillc.compiler.stages.twin",
        "skillc.runtime.perception.twin_fit",
        "skillc.runtime.perception.shape_fit",
        "skillc.runtime.perception.solids",
        "skillc.runtime.perception.silhouette",
        "skillc.runtime.perception.mass_properties",
        "skillc.runtime.perception.materials",
        "skillc.runtime.sim.twin_export",
        "skillc.runtime.sim.world",
        "skillc.runtime.sim.shapes",
    ),
    parameters=_parameters,
    run=_run,
    draw=_draw,
)
