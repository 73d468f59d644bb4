"""From masks to twin objects: choose a solid, place it on the table, give it mass and surface."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray, Image
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.scene import SceneObject
from skillc.runtime.formats.twin import Shape, ShapeKind, TwinObject
from skillc.runtime.geometry.projection import place_sigma
from skillc.runtime.perception.scene.mask_shapes import largest, outline, overlap
from skillc.runtime.perception.scene.silhouette import filled, hull, outline_of
from skillc.runtime.perception.shape.carved_hull import ClosedMesh, joined
from skillc.runtime.perception.shape.carved_object import carved_body
from skillc.runtime.perception.shape.handle import find_handle, with_handle
from skillc.runtime.perception.shape.mass_properties import mass_properties, solid_properties
from skillc.runtime.perception.shape.materials import MaterialTable
from skillc.runtime.perception.shape.mesh_asset import MeshAsset, scaled
from skillc.runtime.perception.shape.placed_body import Body
from skillc.runtime.perception.shape.primitive_asset import Length, known
from skillc.runtime.perception.shape.seen_height import TOP_SIGMA_M, seen_height
from skillc.runtime.perception.shape.shape_fit import Fit, FitSettings, body_without_handle, fit_family
from skillc.runtime.perception.shape.solids import FAMILIES, Family, Prior, bowl_profile, mesh_family
from skillc.runtime.tasks.task_type import TaskType

GIVEN_SIGMA = 0.01
"""ours: relative; a size written in the spec was measured with a ruler."""


@dataclass(frozen=True, kw_only=True)
class TwinSettings:
    """Parameters of the twin."""

    fit: FitSettings
    vessel_bonus: float
    """Half chi-squares in favour of a vessel where the task needs one (a target to put into, a thing to pull)."""
    border_px: int
    """Outline samples this near to the picture's border or to another thing are not used."""
    convex_gain: float
    """The carved convex body is taken instead of a solid if its overlap with the mask is better by more than this."""


@dataclass(frozen=True, kw_only=True)
class ObjectView:
    """What one object shows in the reference frame."""

    mask: BoolArray
    """(H, W) its visible pixels."""
    hidden: BoolArray
    """(H, W) pixels where the outline may be another thing's (picture border, hand, other objects)."""
    image: Image
    """(H, W, 3) RGB."""
    depth: FloatArray | None
    """(H, W) m along the optical axis, NaN where invalid; None without depth."""
    calibration: Calibration


@dataclass(frozen=True, kw_only=True)
class Given:
    """What the spec says about an object's shape; None or empty leaves it to the fit."""

    kind: ShapeKind | None = None
    asset: MeshAsset | None = None
    size_m: tuple[float, float, float] | None = None
    extents: tuple[Length, Length, Length] = (None, None, None)
    """What a primitive states of its extents."""
    scale_given: bool = False
    """Whether the spec states the asset's scale; its size is then not fitted."""
    mass: float | None = None
    friction: float | None = None


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """A twin object with what is written beside it."""

    thing: TwinObject
    meshes: Mapping[str, ClosedMesh]
    """Path beside twin.json -> mesh in the object frame."""
    note: str = ""
    """Why a convex body stands for it though none was asked for."""


class NoFit(ValueError):
    """No solid fits the outline."""


def fit_object(
    thing: SceneObject, view: ObjectView, table: MaterialTable, task: TaskType, given: Given, settings: TwinSettings
) -> Fitted:
    """Return the twin of one scene object.

    Args:
        thing: The scene object.
        view: What is seen of it.
        table: Material table.
        task: What is done to the manipulated object.
        given: What the spec says.
        settings: Parameters.

    Raises:
        NoFit: the outline is too short, or encloses no body.
    """
    note = ""
    if given.asset is not None:
        body = _placed(thing, given.asset, given, view, table, settings)
    elif given.kind == "convex":
        carved = carved_body(thing, view.mask, view.depth, view.calibration, table, settings.border_px)
        if carved is None:
            raise NoFit(f"the outline of {thing.name} and the table enclose no convex body")
        body = carved if given.size_m is None else _resized(carved, given.size_m)
    else:
        best = _best(thing, view, task, given, settings)
        own_axes = given.size_m is not None or any(extent is not None for extent in given.extents)
        body = _solid(thing, best, table, own_axes=own_axes)
        body = _handled(thing, best, body, view, table, settings)
        vessel = best.family.kind in _vessels(thing, task)
        if given.kind is None and given.size_m is None and not vessel:
            # A convex body closes a vessel's mouth, so a vessel stays one.
            better = _better(thing, best, view, table, settings)
            if better is not None:
                body, note = better
    return Fitted(thing=_object(thing, body, view, table, given), meshes=body.meshes, note=note)


def _best(thing: SceneObject, view: ObjectView, task: TaskType, given: Given, settings: TwinSettings) -> Fit:
    kinds = [given.kind] if given.kind is not None else list(_kinds(thing))
    vessels = _vessels(thing, task)
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


def _vessels(thing: SceneObject, task: TaskType) -> Sequence[str]:
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


def _better(
    thing: SceneObject, fit: Fit, view: ObjectView, table: MaterialTable, settings: TwinSettings
) -> tuple[Body, str] | None:
    """Return the carved body with the reason for it, where it explains the outline clearly better than `fit`."""
    solid = _explained(fit, view)
    covered = np.count_nonzero(view.mask & view.hidden) / np.count_nonzero(view.mask)
    if solid >= 1 - settings.convex_gain or covered > settings.convex_gain:
        # What hides behind another thing is completed by a solid, and cut off by carving.
        return None
    body = carved_body(thing, view.mask, view.depth, view.calibration, table, settings.border_px)
    if body is None:
        return None
    mesh = joined(list(body.meshes.values()))
    camera, T = view.calibration.camera, view.calibration.T_camera_table @ body.T_table_object
    carved = overlap(filled(outline_of(camera, T, mesh.vertices), *view.mask.shape), _convex(view.mask))
    if carved <= solid + settings.convex_gain:
        return None
    note = (
        f"{thing.name}: the best solid ({fit.family.kind}) explains {solid:.0%} of its convex outline, "
        f"a convex body carved from the recording {carved:.0%}; that is used"
    )
    return body, note


def _solid(thing: SceneObject, fit: Fit, table: MaterialTable, *, own_axes: bool) -> Body:
    """Return a fitted solid; `own_axes` keeps x and y as the spec's size names them, whatever way they point."""
    family, p = fit.family, fit.parameters
    material = table.named(thing.material)
    size, sigma, measured = family.size(p), fit.size_sigma, list(fit.measured)
    T = family.pose(p)
    if "yaw" in family.names and not own_axes:
        T, size, sigma, measured = _canonical(family.yaw(p), T, size, sigma, measured)
    wall = min(material.wall, 0.2 * float(min(size))) if family.kind in ("open_box", "revolve") else 0.0
    profile: tuple[tuple[float, float], ...] = ()
    if family.kind == "revolve":
        profile = tuple((float(r), float(z)) for r, z in bowl_profile(p))
    shape = Shape(kind=family.kind, wall_m=wall, profile_m=profile)
    return Body(
        shape=shape,
        T_table_object=T,
        size=size,
        size_sigma=sigma,
        measured=(measured[0], measured[1], measured[2]),
        place_sigma=np.sqrt(np.diag(fit.covariance)[:2]),
        yaw_sigma=float(np.sqrt(fit.covariance[2, 2])) if "yaw" in family.names else float(np.pi),
        symmetric=family.symmetric,
        mass=mass_properties(shape, size, thing.material, table),
        iou=fit.iou,
    )


def _handled(
    thing: SceneObject, fit: Fit, body: Body, view: ObjectView, table: MaterialTable, settings: TwinSettings
) -> Body:
    """Return a round body with the handle that the outline shows beside it, if there is one."""
    if not fit.family.symmetric:
        return body
    camera, T = view.calibration.camera, body.T_table_object
    polygon = outline_of(camera, view.calibration.T_camera_table @ T, fit.family.points(fit.parameters))
    sigma = settings.fit.contour_sigma * camera.width / 960
    found = find_handle(view.mask, view.hidden, polygon, T, body.size, view.calibration, sigma)
    if found is None:
        return body
    material = table.named(thing.material)
    foot = float(body.shape.profile_m[0][0]) if body.shape.profile_m else float(body.size[0]) / 2
    mass = with_handle(body.mass, found.handle, material.density, material.wall, foot)
    return replace(body, shape=replace(body.shape, handle=found.handle), mass=mass, iou=found.iou)


def _placed(
    thing: SceneObject, asset: MeshAsset, given: Given, view: ObjectView, table: MaterialTable, settings: TwinSettings
) -> Body:
    """Return a given mesh where its outline agrees best with the mask."""
    extent = np.ptp(asset.mesh.vertices, axis=0)
    factor = np.ones(3) if given.size_m is None else np.asarray(given.size_m) / extent
    free = given.size_m is None and not given.scale_given
    if free:
        factor = factor / float(extent.max())
    points = np.concatenate([part.vertices for part in asset.parts]) * factor
    family = mesh_family(points, free_length=free)
    calibration = view.calibration
    fit = fit_family(family, view.mask, ~view.hidden, calibration.camera, calibration.T_camera_table, settings.fit)
    if fit is None:
        raise NoFit(f"the outline of {thing.name} is too short or hidden to place its mesh by")
    if free:
        factor = factor * fit.parameters[3]
    mesh, parts = scaled(asset.mesh, factor), [scaled(part, factor) for part in asset.parts]
    look = f"meshes/{thing.name}.obj"
    meshes = {look: mesh, **{f"meshes/{thing.name}_{i}.obj": part for i, part in enumerate(parts)}}
    bulk = table.named(thing.material).bulk
    source = mesh if asset.solid else parts[0]
    size = np.ptp(mesh.vertices, axis=0)
    return Body(
        shape=Shape(kind="mesh", mesh=look, parts=tuple(name for name in meshes if name != look)),
        T_table_object=family.pose(fit.parameters),
        size=size,
        size_sigma=fit.size_sigma if free else GIVEN_SIGMA * size,
        measured=fit.measured if free else (True, True, True),
        place_sigma=np.sqrt(np.diag(fit.covariance)[:2]),
        yaw_sigma=float(np.sqrt(fit.covariance[2, 2])),
        symmetric=False,
        mass=solid_properties(source.vertices, source.faces, bulk),
        iou=fit.iou,
        meshes=meshes,
    )


def _resized(body: Body, size: tuple[float, float, float]) -> Body:
    """Return a carved body stretched to extents (m) of the spec; its mass follows."""
    factor = np.asarray(size) / body.size
    meshes = {name: scaled(mesh, factor) for name, mesh in body.meshes.items()}
    mesh, before = joined(list(meshes.values())), joined(list(body.meshes.values()))
    density = body.mass.mass / solid_properties(before.vertices, before.faces, 1.0).mass
    return replace(
        body,
        meshes=meshes,
        size=np.asarray(size),
        size_sigma=GIVEN_SIGMA * np.asarray(size),
        measured=(True, True, True),
        mass=solid_properties(mesh.vertices, mesh.faces, density),
    )


def _object(thing: SceneObject, body: Body, view: ObjectView, table: MaterialTable, given: Given) -> TwinObject:
    material, T = table.named(thing.material), body.T_table_object
    frame = place_sigma(view.calibration, T[:2, 3])
    place = np.hypot(body.place_sigma, frame)
    colour = np.median(view.image[view.mask], axis=0) / 255.0
    stated = given.extents if given.size_m is None else given.size_m
    x, y, z = (seen or isinstance(said, float) for seen, said in zip(body.measured, stated, strict=True))
    mass, inertia = body.mass.mass, np.asarray(body.mass.inertia)
    if given.mass is not None:
        # A known mass keeps its distribution.
        mass, inertia = given.mass, inertia * (given.mass / mass)
    return TwinObject(
        name=thing.name,
        role=thing.role,
        shape=body.shape,
        size_m=_three(body.size),
        size_sigma_m=_three(np.hypot(body.size_sigma, view.calibration.scale_sigma * body.size)),
        size_measured=(x, y, z),
        symmetry="z" if body.symmetric and thing.symmetry != "none" else thing.symmetry,
        T_table_object=T,
        position_sigma_m=(float(place[0]), float(place[1]), frame),
        yaw_sigma_rad=float(np.hypot(body.yaw_sigma, view.calibration.rotation_sigma_rad)),
        mass=mass,
        mass_sigma=(table.mass_sigma if given.mass is None else GIVEN_SIGMA) * mass,
        inertia=_three(inertia),
        center_of_mass_m=body.mass.center,
        friction=material.friction if given.friction is None else given.friction,
        restitution=material.restitution,
        material=thing.material,
        rgba=(float(colour[0]), float(colour[1]), float(colour[2]), 1.0),
        outline_iou=body.iou,
    )


def _canonical(
    yaw: float, T: FloatArray, size: FloatArray, sigma: FloatArray, measured: list[bool]
) -> tuple[FloatArray, FloatArray, FloatArray, list[bool]]:
    """Turn by quarter turns so that the yaw lies within 45 degrees, swapping x and y."""
    quarters = round(yaw / (np.pi / 2))
    yaw -= quarters * np.pi / 2
    T = T.copy()
    T[:2, :2] = [[np.cos(yaw), -np.sin(yaw)], [np.sin(yaw), np.cos(yaw)]]
    if quarters % 2:
        order = [1, 0, 2]
        return T, size[order], sigma[order], [measured[i] for i in order]
    return T, size, sigma, measured


def _three(values: FloatArray) -> tuple[float, float, float]:
    return float(values[0]), float(values[1]), float(values[2])
