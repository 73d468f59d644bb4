"""Write the twin's objects for simulators: one MJCF scene and one URDF per object.

Both files are byte-identical for equal twins. Angles are in radians.
"""

from pathlib import Path
from xml.etree import ElementTree

import mujoco
import numpy as np

from skillc.runtime.formats.arrays import FloatArray, IntArray
from skillc.runtime.formats.physics import PhysicsSettings
from skillc.runtime.formats.twin import Handle, Twin, TwinObject
from skillc.runtime.sim.variation import WorldVariation
from skillc.runtime.sim.world_parts import add_scene

_SIDES = 48
"""ours: corners of the polygon that stands for a circle in exported meshes."""


def export_mjcf(twin: Twin, folder: Path, physics: PhysicsSettings) -> Path:
    """Write `folder/scene.xml`: table and free objects, no robot."""
    spec = mujoco.MjSpec()
    spec.modelname = "twin"
    add_scene(spec, twin, folder, physics, WorldVariation())
    spec.compile()
    path = folder / "scene.xml"
    # Meshes lie beside the scene: it may be moved, and is the same wherever it was written.
    path.write_text(spec.to_xml().replace(f"{folder.resolve()}/", ""), encoding="utf-8")
    return path


def export_urdf(thing: TwinObject, folder: Path) -> Path:
    """Write `folder/NAME.urdf`, with `folder/meshes/NAME.obj` where URDF has no primitive for the shape."""
    robot = ElementTree.Element("robot", name=thing.name)
    link = ElementTree.SubElement(robot, "link", name=thing.name)
    inertial = ElementTree.SubElement(link, "inertial")
    ElementTree.SubElement(inertial, "origin", xyz=_text(thing.center_of_mass_m), rpy="0 0 0")
    ElementTree.SubElement(inertial, "mass", value=_text([thing.mass]))
    ixx, iyy, izz = thing.inertia
    ElementTree.SubElement(
        inertial, "inertia", ixx=_text([ixx]), ixy="0", ixz="0", iyy=_text([iyy]), iyz="0", izz=_text([izz])
    )
    _geometry(link, "visual", thing, folder)
    _geometry(link, "collision", thing, folder)
    contact = ElementTree.SubElement(link, "contact")
    ElementTree.SubElement(contact, "lateral_friction", value=_text([thing.friction]))
    ElementTree.SubElement(contact, "restitution", value=_text([thing.restitution]))
    ElementTree.indent(robot)
    path = folder / f"{thing.name}.urdf"
    path.write_text(ElementTree.tostring(robot, encoding="unicode") + "\n", encoding="utf-8")
    return path


def _geometry(link: ElementTree.Element, tag: str, thing: TwinObject, folder: Path) -> None:
    shape, size = thing.shape, thing.size_m
    files: tuple[str, ...] = ()
    if tag == "visual" and shape.mesh is not None:
        files = (shape.mesh,)
    elif shape.parts:
        files = shape.parts
    elif shape.kind in ("ellipsoid", "revolve", "open_box"):
        vertices, faces = surface(thing)
        file = folder / "meshes" / f"{thing.name}.obj"
        write_obj(file, vertices, faces)
        files = (f"meshes/{thing.name}.obj",)
    for file_name in files:
        element = ElementTree.SubElement(link, tag)
        ElementTree.SubElement(ElementTree.SubElement(element, "geometry"), "mesh", filename=file_name)
    if shape.handle is not None:
        _handle(link, tag, shape.handle)
    if files:
        return
    element = ElementTree.SubElement(link, tag)
    ElementTree.SubElement(element, "origin", xyz=_text([0, 0, size[2] / 2]), rpy="0 0 0")
    geometry = ElementTree.SubElement(element, "geometry")
    if shape.kind == "sphere":
        ElementTree.SubElement(geometry, "sphere", radius=_text([size[0] / 2]))
    elif shape.kind == "cylinder":
        ElementTree.SubElement(geometry, "cylinder", radius=_text([size[0] / 2]), length=_text([size[2]]))
    else:
        ElementTree.SubElement(geometry, "box", size=_text(size))


def _handle(link: ElementTree.Element, tag: str, handle: Handle) -> None:
    middle, yaw = (handle.inner_m + handle.outer_m) / 2, handle.yaw_rad
    place = [middle * np.cos(yaw), middle * np.sin(yaw), handle.top_m - handle.thickness_m / 2]
    element = ElementTree.SubElement(link, tag)
    ElementTree.SubElement(element, "origin", xyz=_text(place), rpy=_text([0, 0, yaw]))
    extents = [handle.outer_m - handle.inner_m, handle.width_m, handle.thickness_m]
    ElementTree.SubElement(ElementTree.SubElement(element, "geometry"), "box", size=_text(extents))


def surface(thing: TwinObject) -> tuple[FloatArray, IntArray]:
    """Return vertices (N, 3) in the object frame and triangles (M, 3) of a parametric shape's closed surface.

    A handle is left out: what is made of this surface (outlines, points on it) is convex or round.

    Raises:
        ValueError: convex shapes and meshes, whose surface lies in files (`read_surface`).
    """
    if thing.shape.kind in ("convex", "mesh"):
        raise ValueError(f"the surface of {thing.name} lies in mesh files")
    shape, size = thing.shape, np.asarray(thing.size_m)
    if shape.kind in ("sphere", "ellipsoid"):
        polar = np.linspace(0, np.pi, 25)
        return _lathe(np.stack([np.sin(polar) * size[0] / 2, (1 - np.cos(polar)) * size[2] / 2], axis=1))
    if shape.kind == "cylinder":
        radius = size[0] / 2
        return _lathe(np.array([[0, 0], [radius, 0], [radius, size[2]], [0, size[2]]]))
    if shape.kind == "revolve":
        return _lathe(closed_profile(np.asarray(shape.profile_m), shape.wall_m))
    wall = shape.wall_m if shape.kind == "open_box" else 0.0
    return _box_surface(size, wall)


def read_surface(thing: TwinObject, folder: Path) -> tuple[FloatArray, IntArray]:
    """Return the surface of any shape; `folder` is where the twin's mesh files lie."""
    if thing.shape.kind not in ("convex", "mesh"):
        return surface(thing)
    vertices: list[FloatArray] = []
    faces: list[IntArray] = []
    before = 0
    for file in (thing.shape.mesh,) if thing.shape.mesh is not None else thing.shape.parts:
        lines = [line.split() for line in (folder / file).read_text(encoding="utf-8").splitlines()]
        vertices.append(np.array([row[1:4] for row in lines if row[:1] == ["v"]], dtype=np.float64))
        faces.append(np.array([row[1:4] for row in lines if row[:1] == ["f"]], dtype=np.int64) - 1 + before)
        before += len(vertices[-1])
    return np.concatenate(vertices), np.concatenate(faces)


def closed_profile(profile: FloatArray, wall: float) -> FloatArray:
    """Return the (radius, z) line around the section of a revolve, from axis to axis."""
    bottom, top = profile[0], profile[-1]
    outer = np.concatenate([[[0.0, bottom[1]]], profile])
    if wall <= 0:
        return np.concatenate([outer, [[0.0, top[1]]]])
    inner = np.stack([np.maximum(profile[::-1, 0] - wall, 0.0), np.maximum(profile[::-1, 1], bottom[1] + wall)], axis=1)
    return np.concatenate([outer, inner, [[0.0, bottom[1] + wall]]])


def _lathe(profile: FloatArray) -> tuple[FloatArray, IntArray]:
    angle = 2 * np.pi * np.arange(_SIDES) / _SIDES
    rings = [np.column_stack([r * np.cos(angle), r * np.sin(angle), np.full(_SIDES, z)]) for r, z in profile]
    faces = []
    for k in range(len(rings) - 1):
        a, b = k * _SIDES, (k + 1) * _SIDES
        for i in range(_SIDES):
            j = (i + 1) % _SIDES
            if profile[k, 0] > 1e-9:
                faces.append([a + i, a + j, b + i])
            if profile[k + 1, 0] > 1e-9:
                faces.append([a + j, b + j, b + i])
    return np.concatenate(rings), np.asarray(faces, dtype=np.int64)


def _box_surface(size: FloatArray, wall: float) -> tuple[FloatArray, IntArray]:
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], dtype=np.float64) / 2
    outer = corners * size[:2]
    levels = [np.column_stack([outer, np.zeros(4)]), np.column_stack([outer, np.full(4, size[2])])]
    if wall > 0:
        inner = corners * (size[:2] - 2 * wall)
        levels += [np.column_stack([inner, np.full(4, size[2])]), np.column_stack([inner, np.full(4, wall)])]
    faces = [[0, 2, 1], [0, 3, 2]]
    for k in range(len(levels) - 1):
        a, b = 4 * k, 4 * (k + 1)
        for i in range(4):
            j = (i + 1) % 4
            faces += [[a + i, a + j, b + i], [a + j, b + j, b + i]]
    top = 4 * (len(levels) - 1)
    faces += [[top, top + 1, top + 2], [top, top + 2, top + 3]]
    return np.concatenate(levels), np.asarray(faces, dtype=np.int64)


def write_obj(path: Path, vertices: FloatArray, faces: IntArray) -> None:
    """Write a Wavefront OBJ, micrometre text, byte-identical for equal arrays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"v {x:.6f} {y:.6f} {z:.6f}" for x, y, z in vertices]
    lines += [f"f {a + 1} {b + 1} {c + 1}" for a, b, c in faces]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _text(values: object) -> str:
    return " ".join(f"{float(v):.9g}" for v in values)  # type: ignore[attr-defined]
