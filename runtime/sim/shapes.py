"""Turn a twin shape into MuJoCo geoms in the canonical object frame (z up, lowest point at z = 0)."""

import itertools
from pathlib import Path, PurePosixPath
from typing import Any

import mujoco
import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.files import Folder
from skillc.runtime.formats.twin import Handle, TwinObject

RING_SECTORS = 16
"""ours: boxes per ring of a shell; the wall's sagitta stays below 2 % of the radius."""
FRUSTUM_SIDES = 32
"""ours: corners of the polygon that stands for a circle in solid revolves."""
PROFILE_TOLERANCE_M = 0.001
"""ours: revolve profiles are thinned to this before geoms are made of them."""
STANDING_SHARE = 0.3
"""ours: radius of the flat that a round object stands on, over its own radius: fruit that stands in a picture has one,
while an ellipsoid taller than wide falls over from its tip by itself."""
GROUND_GROUP, COLLISION_GROUP, VISUAL_GROUP = 0, 3, 2


def add_shape(
    spec: Any, body: Any, thing: TwinObject, folder: Folder, *, scale: float, contact: dict[str, Any], flat: float = 1.0
) -> None:
    """Add the colliding geoms of `thing` to `body`, and its visual mesh if it has one.

    Args:
        spec: the `MjSpec` that receives meshes.
        body: the object's body.
        thing: twin object.
        folder: where the twin's mesh files lie.
        scale: factor on every length.
        contact: friction, condim, solref, solimp of each colliding geom.
        flat: factor on the width of the flat that a round object stands on.
    """
    shape = thing.shape
    looks = shape.mesh is not None
    style = {
        **contact,
        "rgba": list(thing.rgba),
        "group": COLLISION_GROUP if looks else GROUND_GROUP,
        "mass": 0.0,
    }
    size = np.asarray(thing.size_m) * scale
    name = thing.name
    if looks:
        _add_mesh(spec, f"{name}/visual", folder, str(shape.mesh), scale)
        body.add_geom(
            name=f"{name}/visual",
            type=mujoco.mjtGeom.mjGEOM_MESH,
            meshname=f"{name}/visual",
            contype=0,
            conaffinity=0,
            group=VISUAL_GROUP,
            rgba=list(thing.rgba),
            mass=0.0,
        )
    if shape.kind in ("convex", "mesh"):
        for i, part in enumerate(shape.parts):
            _add_mesh(spec, f"{name}/{i}", folder, part, scale)
            body.add_geom(name=f"{name}/{i}", type=mujoco.mjtGeom.mjGEOM_MESH, meshname=f"{name}/{i}", **style)
    elif shape.kind == "revolve":
        profile = _thinned(np.asarray(shape.profile_m) * scale)
        if shape.wall_m > 0:
            _add_shell(body, name, profile, shape.wall_m * scale, style)
        else:
            _add_solid(spec, body, name, profile, style)
    elif shape.kind == "open_box":
        _add_open_box(body, name, size, shape.wall_m * scale, style)
    else:
        _add_primitive(body, name, shape.kind, size, style, flat)
    if shape.handle is not None:
        _add_handle(body, name, shape.handle, scale, style)


def _add_mesh(spec: Any, name: str, folder: Folder, file: str, scale: float) -> None:
    if isinstance(folder, Path):
        spec.add_mesh(name=name, file=str((folder / file).resolve()), scale=[scale] * 3)
        return
    asset = f"{name.replace('/', '.')}{PurePosixPath(file).suffix}"
    spec.assets = {**spec.assets, asset: (folder / file).read_bytes()}
    spec.add_mesh(name=name, file=asset, scale=[scale] * 3)


def _add_handle(body: Any, name: str, handle: Handle, scale: float, style: dict[str, Any]) -> None:
    middle = (handle.inner_m + handle.outer_m) / 2
    half = [(handle.outer_m - handle.inner_m) / 2, handle.width_m / 2, handle.thickness_m / 2]
    pos = [middle * np.cos(handle.yaw_rad), middle * np.sin(handle.yaw_rad), handle.top_m - handle.thickness_m / 2]
    body.add_geom(
        name=f"{name}/handle",
        type=mujoco.mjtGeom.mjGEOM_BOX,
        pos=np.array(pos) * scale,
        quat=[np.cos(handle.yaw_rad / 2), 0, 0, np.sin(handle.yaw_rad / 2)],
        size=np.array(half) * scale,
        **style,
    )


def _add_primitive(body: Any, name: str, kind: str, size: FloatArray, style: dict[str, Any], flat: float) -> None:
    half = size / 2
    kinds = {
        "sphere": mujoco.mjtGeom.mjGEOM_SPHERE,
        "ellipsoid": mujoco.mjtGeom.mjGEOM_ELLIPSOID,
        "cylinder": mujoco.mjtGeom.mjGEOM_CYLINDER,
        "box": mujoco.mjtGeom.mjGEOM_BOX,
    }
    if kind == "sphere" and np.ptp(half) > 1e-6:
        kind = "ellipsoid"
    extents = {
        "sphere": [half[0], 0, 0],
        "ellipsoid": list(half),
        "cylinder": [(half[0] + half[1]) / 2, half[2], 0],
        "box": list(half),
    }[kind]
    body.add_geom(name=f"{name}/0", type=kinds[kind], size=extents, pos=[0, 0, half[2]], **style)
    if kind in ("sphere", "ellipsoid"):
        # Up to the centre, inside the round shape: a thin disc would be pushed through a bowl's thin floor.
        radius = flat * STANDING_SHARE * float(min(half[:2]))
        body.add_geom(
            name=f"{name}/base",
            type=mujoco.mjtGeom.mjGEOM_CYLINDER,
            size=[radius, half[2] / 2, 0],
            pos=[0, 0, half[2] / 2],
            **style,
        )


def _add_open_box(body: Any, name: str, size: FloatArray, wall: float, style: dict[str, Any]) -> None:
    x, y, z = size / 2
    t = wall / 2
    parts = [
        ([0, 0, t], [x, y, t]),
        ([x - t, 0, z + t], [t, y, z - t]),
        ([t - x, 0, z + t], [t, y, z - t]),
        ([0, y - t, z + t], [x - wall, t, z - t]),
        ([0, t - y, z + t], [x - wall, t, z - t]),
    ]
    for i, (pos, half) in enumerate(parts):
        body.add_geom(name=f"{name}/{i}", type=mujoco.mjtGeom.mjGEOM_BOX, pos=pos, size=half, **style)


def _add_shell(body: Any, name: str, profile: FloatArray, wall: float, style: dict[str, Any]) -> None:
    """Floor disc, which alone stands on the table, then rings of boxes tangent to the outer surface."""
    floor_radius = float(np.interp(wall, profile[:, 1], profile[:, 0]))
    body.add_geom(
        name=f"{name}/floor",
        type=mujoco.mjtGeom.mjGEOM_CYLINDER,
        pos=[0, 0, wall / 2],
        size=[max(floor_radius, wall), wall / 2, 0],
        **style,
    )
    above = profile[profile[:, 1] > wall]
    ring = np.concatenate([[[floor_radius, wall]], above]) if len(above) else above
    for k, ((r0, z0), (r1, z1)) in enumerate(itertools.pairwise(ring)):
        along = np.array([r1 - r0, z1 - z0])
        length = float(np.linalg.norm(along))
        if length < 1e-6 or z1 - z0 < 1e-6:
            continue
        tilt = float(np.arctan2(along[0], along[1]))
        inward = np.array([-along[1], along[0]]) / length
        middle = np.array([(r0 + r1) / 2, (z0 + z1) / 2]) + inward * wall / 2
        chord = max(r0, r1) * np.tan(np.pi / RING_SECTORS)
        for s in range(RING_SECTORS):
            angle = 2 * np.pi * s / RING_SECTORS
            c, d = np.cos(angle), np.sin(angle)
            yaw = np.array([np.cos(angle / 2), 0, 0, np.sin(angle / 2)])
            quat = _multiply(yaw, np.array([np.cos(tilt / 2), 0, np.sin(tilt / 2), 0]))
            body.add_geom(
                name=f"{name}/{k}_{s}",
                type=mujoco.mjtGeom.mjGEOM_BOX,
                pos=[middle[0] * c, middle[0] * d, middle[1]],
                quat=quat,
                size=[wall / 2, chord, length / 2],
                **style,
            )


def _add_solid(spec: Any, body: Any, name: str, profile: FloatArray, style: dict[str, Any]) -> None:
    """One convex hull per longest convex stretch of the profile."""
    angles = 2 * np.pi * np.arange(FRUSTUM_SIDES) / FRUSTUM_SIDES
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    for k, stretch in enumerate(_convex_stretches(profile)):
        points = np.concatenate(
            [np.column_stack([circle * r, np.full(FRUSTUM_SIDES, z)]) for r, z in stretch if r > 1e-4]
            + [np.array([[0.0, 0.0, z]]) for r, z in stretch if r <= 1e-4]
        )
        spec.add_mesh(name=f"{name}/{k}", uservert=points.reshape(-1))
        body.add_geom(name=f"{name}/{k}", type=mujoco.mjtGeom.mjGEOM_MESH, meshname=f"{name}/{k}", **style)


def _convex_stretches(profile: FloatArray) -> list[FloatArray]:
    """Cut an outer profile (n, 2) where its slope turns outward again (a neck)."""
    cuts = [0]
    for i in range(1, len(profile) - 1):
        a, b = profile[i] - profile[i - 1], profile[i + 1] - profile[i]
        if a[0] * b[1] - a[1] * b[0] < -1e-9:
            cuts.append(i)
    cuts.append(len(profile) - 1)
    return [profile[a : b + 1] for a, b in itertools.pairwise(cuts)]


def _thinned(profile: FloatArray) -> FloatArray:
    """Drop profile points closer than the tolerance to the line between those kept (Douglas-Peucker)."""
    if len(profile) < 3:
        return profile
    a, b = profile[0], profile[-1]
    line = (b - a) / max(float(np.linalg.norm(b - a)), 1e-12)
    off = np.abs((profile[:, 0] - a[0]) * line[1] - (profile[:, 1] - a[1]) * line[0])
    far = int(off.argmax())
    if off[far] <= PROFILE_TOLERANCE_M or far in (0, len(profile) - 1):
        return np.stack([a, b])
    return np.concatenate([_thinned(profile[: far + 1])[:-1], _thinned(profile[far:])])


def _multiply(p: FloatArray, q: FloatArray) -> FloatArray:
    result = np.zeros(4)
    mujoco.mju_mulQuat(result, p, q)
    return result
