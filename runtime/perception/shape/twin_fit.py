"""From masks to twin objects: choose a solid, place it on the table, give it mass and surface."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.scene import SceneObject
from skillc.runtime.formats.twin import Shape, TwinObject
from skillc.runtime.geometry.projection import place_sigma
from skillc.runtime.perception.scene.silhouette import outline_of
from skillc.runtime.perception.shape.carved_hull import ClosedMesh, joined
from skillc.runtime.perception.shape.carved_object import carved_body
from skillc.runtime.perception.shape.handle import find_handle, with_handle
from skillc.runtime.perception.shape.mass_properties import mass_properties, solid_properties
from skillc.runtime.perception.shape.materials import MaterialTable
from skillc.runtime.perception.shape.mesh_asset import MeshAsset, scaled
from skillc.runtime.perception.shape.object_view import Given, NoFit, ObjectView, TwinSettings
from skillc.runtime.perception.shape.obstacle_box import obstacle_box
from skillc.runtime.perception.shape.placed_body import Body
from skillc.runtime.perception.shape.shape_choice import best_fit, better_body, vessel_kinds
from skillc.runtime.perception.shape.shape_fit import Fit, fit_family
from skillc.runtime.perception.shape.solids import bowl_profile, mesh_family
from skillc.runtime.tasks.task_type import TaskType

GIVEN_SIGMA = 0.01
"""ours: relative; a size written in the spec was measured with a ruler."""
UNLIKE = 0.03
"""ours: relative; things are not quite the solids they are fitted with, and an outline errs alike all round. Of sixteen
measured sizes of four real videos 81 % lay within 1.96 standard deviations without it, all with it."""


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """A twin object with what is written beside it."""

    thing: TwinObject
    meshes: Mapping[str, ClosedMesh]
    """Path beside twin.json -> mesh in the object frame."""
    note: str = ""
    """Why a convex body stands for it though none was asked for."""


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
        best = best_fit(thing, view, task, given, settings)
        own_axes = given.size_m is not None or any(extent is not None for extent in given.extents)
        body = _solid(thing, best, table, own_axes=own_axes)
        body = _handled(thing, best, body, view, table, settings)
        vessel = best.family.kind in vessel_kinds(thing, task)
        if given.kind is None and given.size_m is None and not vessel:
            # A convex body closes a vessel's mouth, so a vessel stays one.
            better = better_body(thing, best, view, table, settings)
            if better is not None:
                body, note = better
    return Fitted(thing=_object(thing, body, view, table, given), meshes=body.meshes, note=note)


def boxed_obstacle(
    thing: SceneObject, view: ObjectView, others: Sequence[TwinObject], table: MaterialTable
) -> Fitted | None:
    """Return a box for an obstacle that nothing fits, clear of `others`; None if it does not stand on the table."""
    body = obstacle_box(thing, view, others, table)
    return None if body is None else Fitted(thing=_object(thing, body, view, table, Given()), meshes={})


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
        size_sigma_m=_three(stated_sigma(body.size, body.size_sigma, stated, view.calibration.scale_sigma)),
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


def stated_sigma(size_m: FloatArray, sigma_m: FloatArray, stated: Sequence[object], scale_sigma: float) -> FloatArray:
    """Return one standard deviation (3,) m of extents; beside what the spec states, with what no outline tells.

    Args:
        size_m: (3,).
        sigma_m: (3,) as of the outline alone.
        stated: What the spec says of each: a length, or a range or None.
        scale_sigma: Relative, of all lengths in the picture.
    """
    unlike = np.array([0.0 if isinstance(said, float) else UNLIKE for said in stated])
    found: FloatArray = np.sqrt(sigma_m**2 + (scale_sigma**2 + unlike**2) * size_m**2)
    return found


def _three(values: FloatArray) -> tuple[float, float, float]:
    return float(values[0]), float(values[1]), float(values[2])
