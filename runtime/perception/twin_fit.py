"""From masks to twin objects: choose a solid, place it on the table, give it mass and surface."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray, Image
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.scene import SceneObject
from skillc.runtime.formats.twin import Shape, ShapeKind, TwinObject
from skillc.runtime.perception.mass_properties import mass_properties
from skillc.runtime.perception.materials import MaterialTable
from skillc.runtime.perception.projection import place_sigma
from skillc.runtime.perception.shape_fit import Fit, FitSettings, fit_family
from skillc.runtime.perception.solids import FAMILIES, bowl_profile


@dataclass(frozen=True, kw_only=True)
class TwinSettings:
    """Parameters of the twin."""

    fit: FitSettings
    vessel_bonus: float
    """Half chi-squares in favour of a vessel where the task needs one (a target to put into, a thing to pull)."""
    border_px: int
    """Outline samples this near to the picture's border or to another thing are not used."""


class NoFit(ValueError):
    """No solid fits the outline."""


def fit_object(
    thing: SceneObject,
    mask: BoolArray,
    hidden: BoolArray,
    image: Image,
    calibration: Calibration,
    table: MaterialTable,
    task_type: str,
    wanted_kind: str | None,
    settings: TwinSettings,
) -> tuple[TwinObject, tuple[Fit, ...]]:
    """Return the twin of one scene object and every fit that was tried, best first.

    Args:
        thing: The scene object.
        mask: (H, W) its visible pixels.
        hidden: (H, W) pixels where the outline may be another thing's (picture border, hand, other objects).
        image: (H, W, 3) RGB reference picture.
        calibration: Camera and its uncertainty.
        table: Material table.
        task_type: grasp, pour, push or pull.
        wanted_kind: Shape the spec asks for, or None.
        settings: Parameters.

    Raises:
        NoFit: the outline is too short.
    """
    fits = []
    for kind in _kinds(thing, wanted_kind):
        fit = fit_family(FAMILIES[kind], mask, ~hidden, calibration.camera, calibration.T_camera_table, settings.fit)
        if fit is not None:
            fits.append(fit)
    if not fits:
        raise NoFit(f"the outline of {thing.name} is too short or hidden to fit a shape to")
    bonus = {k: settings.vessel_bonus for k in _vessels(thing, task_type)}
    ranked = sorted(fits, key=lambda f: f.cost - bonus.get(f.family.kind, 0.0))
    return _object(thing, ranked[0], mask, image, calibration, table), tuple(ranked)


def _kinds(thing: SceneObject, wanted: str | None) -> Sequence[ShapeKind]:
    if wanted is not None:
        kind = "revolve" if wanted == "revolved" else wanted
        return [k for k in FAMILIES if k == kind] or ["box"]
    if thing.symmetry == "z":
        return [kind for kind, family in FAMILIES.items() if family.symmetric]
    if thing.symmetry == "none":
        return [kind for kind, family in FAMILIES.items() if not family.symmetric]
    return list(FAMILIES)


def _vessels(thing: SceneObject, task_type: str) -> Sequence[str]:
    if thing.role == "target" and task_type in ("grasp", "pour"):
        return ["revolve", "open_box"]
    # A thing is pulled by hooking the fingers behind one of its walls.
    return ["open_box"] if thing.role == "manipulated" and task_type == "pull" else []


def _object(
    thing: SceneObject, fit: Fit, mask: BoolArray, image: Image, calibration: Calibration, table: MaterialTable
) -> TwinObject:
    family, p = fit.family, fit.parameters
    material = table.named(thing.material)
    size, sigma, measured = family.size(p), fit.size_sigma, list(fit.measured)
    T = family.pose(p)
    if "yaw" in family.names:
        T, size, sigma, measured = _canonical(family.yaw(p), T, size, sigma, measured)
    sigma = np.hypot(sigma, calibration.scale_sigma * size)
    wall = min(material.wall, 0.2 * float(min(size))) if family.kind in ("open_box", "revolve") else 0.0
    profile: tuple[tuple[float, float], ...] = ()
    if family.kind == "revolve":
        profile = tuple((float(r), float(z)) for r, z in bowl_profile(p))
    shape = Shape(kind=family.kind, wall_m=wall, profile_m=profile)
    body = mass_properties(shape, size, thing.material, table)
    frame = place_sigma(calibration, T[:2, 3])
    place = np.hypot(np.sqrt(np.diag(fit.covariance)[:2]), frame)
    colour = np.median(image[mask], axis=0) / 255.0
    yaw_sigma = float(np.sqrt(fit.covariance[2, 2])) if "yaw" in family.names else float(np.pi)
    return TwinObject(
        name=thing.name,
        role=thing.role,
        shape=shape,
        size_m=_three(size),
        size_sigma_m=_three(sigma),
        size_measured=(measured[0], measured[1], measured[2]),
        symmetry="z" if family.symmetric and thing.symmetry != "none" else thing.symmetry,
        T_table_object=T,
        position_sigma_m=(float(place[0]), float(place[1]), frame),
        yaw_sigma_rad=float(np.hypot(yaw_sigma, calibration.rotation_sigma_rad)),
        mass=body.mass,
        mass_sigma=table.mass_sigma * body.mass,
        inertia=body.inertia,
        center_of_mass_m=body.center,
        friction=material.friction,
        restitution=material.restitution,
        material=thing.material,
        rgba=(float(colour[0]), float(colour[1]), float(colour[2]), 1.0),
        outline_iou=fit.iou,
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
