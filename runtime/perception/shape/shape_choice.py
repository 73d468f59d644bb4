"""Which solid stands for an object: the one whose outline explains the mask best, or a body carved from it."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from skillc.runtime.formats.arrays import BoolArray
from skillc.runtime.formats.scene import SceneObject
from skillc.runtime.formats.twin import ShapeKind
from skillc.runtime.perception.scene.mask_shapes import largest, outline, overlap
from skillc.runtime.perception.scene.silhouette import filled, hull, outline_of
from skillc.runtime.perception.shape.carved_hull import joined
from skillc.runtime.perception.shape.carved_object import carved_body
from skillc.runtime.perception.shape.lying import topples
from skillc.runtime.perception.shape.materials import MaterialTable
from skillc.runtime.perception.shape.object_view import Given, NoFit, ObjectView, TwinSettings
from skillc.runtime.perception.shape.placed_body import Body
from skillc.runtime.perception.shape.primitive_asset import known
from skillc.runtime.perception.shape.seen_height import TOP_SIGMA_M, seen_height
from skillc.runtime.perception.shape.shape_fit import Fit, body_without_handle, fit_family
from skillc.runtime.perception.shape.solids import FAMILIES, Family, Prior
from skillc.runtime.tasks.task_type import TaskType


def best_fit(thing: SceneObject, view: ObjectView, task: TaskType, given: Given, settings: TwinSettings) -> Fit:
    """Return the solid that fits best, as tall as depth says; raises NoFit."""
    kinds = [given.kind] if given.kind is not None else list(_kinds(thing))
    vessels = vessel_kinds(thing, task)
    best = _best_of(kinds, vessels, None, thing, view, given, settings)
    height = None if view.depth is None else seen_height(view.mask, view.depth, view.calibration)
    if height is None:
        return best
    # The outline decides whether it is hollow: how tall it is says nothing about that.
    hollow = best.family.kind in vessels
    alike = [best.family.kind] if hollow else [kind for kind in kinds if kind not in vessels]
    return _best_of(alike, vessels, height, thing, view, given, settings)


def _best_of(
    kinds: Sequence[ShapeKind],
    vessels: Sequence[str],
    height_m: float | None,
    thing: SceneObject,
    view: ObjectView,
    given: Given,
    settings: TwinSettings,
) -> Fit:
    """Return the cheapest fit among `kinds`, with what depth says about the height where there is depth."""
    fits = []
    camera, T = view.calibration.camera, view.calibration.T_camera_table
    for kind in kinds:
        family = FAMILIES[kind] if height_m is None else _as_tall_as(FAMILIES[kind], height_m)
        family = known(family, given.extents if given.size_m is None else given.size_m)
        fit = fit_family(family, view.mask, ~view.hidden, camera, T, settings.fit)
        if fit is not None:
            fits.append(fit)
    if not fits:
        raise NoFit(f"the outline of {thing.name} is too short or hidden to fit a shape to")
    bonus = {k: settings.vessel_bonus for k in vessels}
    return min(fits, key=lambda f: f.cost - bonus.get(f.family.kind, 0.0))


def _as_tall_as(family: Family, height_m: float) -> Family:
    """Return the family with what depth says about its height, which one outline hardly tells from its depth."""
    told = Prior(ratio=lambda p: float(family.size(p)[2]), mean=height_m, sigma=TOP_SIGMA_M / height_m, measured=True)
    return replace(family, priors=(*family.priors, told))


def _kinds(thing: SceneObject) -> Sequence[ShapeKind]:
    if thing.symmetry == "z":
        return [kind for kind, family in FAMILIES.items() if family.symmetric]
    if thing.symmetry == "none":
        return [kind for kind, family in FAMILIES.items() if not family.symmetric]
    return list(FAMILIES)


def vessel_kinds(thing: SceneObject, task: TaskType) -> Sequence[str]:
    """Return the hollow shapes that the task wants of an object."""
    if thing.role == "target" and (task.places or task.pours):
        return ["revolve", "open_box"]
    # A thing is pulled by hooking the fingers behind one of its walls.
    return ["open_box"] if thing.role == "manipulated" and task.pulls else []


def _convex(mask: BoolArray) -> BoolArray:
    """Return the pixels inside the convex hull of a mask's outline: all that any convex body can explain."""
    return filled(hull(outline(mask)), *mask.shape)


def _explained(fit: Fit, view: ObjectView) -> float:
    """Return the overlap of a fit with the convex outline; of round things, with that of the body without its handle.

    Only one protrusion can be a handle. What else the fit of a round body left out, limbs on all sides, it must answer
    for.
    """
    camera, p = view.calibration.camera, fit.parameters
    polygon = outline_of(camera, view.calibration.T_camera_table @ fit.family.pose(p), fit.family.points(p))
    seen = view.mask
    if fit.family.symmetric:
        seen = view.mask & ~largest(view.mask & ~body_without_handle(view.mask))
    return overlap(filled(polygon, *view.mask.shape), _convex(seen))


def better_body(
    thing: SceneObject, fit: Fit, view: ObjectView, table: MaterialTable, settings: TwinSettings
) -> tuple[Body, str] | None:
    """Return the carved body with the reason for it, where it explains the outline clearly better than `fit`."""
    solid = _explained(fit, view)
    covered = np.count_nonzero(view.mask & view.hidden) / np.count_nonzero(view.mask)
    falls = view.depth is None and _falls(fit, view)
    if (solid >= 1 - settings.convex_gain and not falls) or covered > settings.convex_gain:
        # What hides behind another thing is completed by a solid, and cut off by carving.
        return None
    body = carved_body(thing, view.mask, view.depth, view.calibration, table, settings.border_px)
    if body is None:
        return None
    mesh = joined(list(body.meshes.values()))
    camera, T = view.calibration.camera, view.calibration.T_camera_table @ body.T_table_object
    carved = overlap(filled(outline_of(camera, T, mesh.vertices), *view.mask.shape), _convex(view.mask))
    if falls:
        note = (
            f"{thing.name}: a {fit.family.kind} {100 * _height(fit):.0f} cm tall would fall over on the base that its "
            f"outline shows; it is taken to lie, {100 * float(body.size[2]):.0f} cm thick"
        )
        return body, note
    if carved <= solid + settings.convex_gain:
        return None
    note = (
        f"{thing.name}: the best solid ({fit.family.kind}) explains {solid:.0%} of its convex outline, "
        f"a convex body carved from the recording {carved:.0%}; that is used"
    )
    return body, note


def _falls(fit: Fit, view: ObjectView) -> bool:
    """Whether the round thing that was fitted would not stand on the base that the outline shows."""
    camera, T, width = (
        view.calibration.camera,
        view.calibration.T_camera_table,
        float(fit.family.size(fit.parameters)[0]),
    )
    return fit.family.symmetric and topples(view.mask, _height(fit), width, camera, T)


def _height(fit: Fit) -> float:
    return float(fit.family.size(fit.parameters)[2])
