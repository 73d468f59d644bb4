"""Things that take no part: mugs with handles, boxes whose sides differ, and what fills a vessel."""

from dataclasses import replace

import numpy as np
import trimesh

from skillc.runtime.demonstrator import textures
from skillc.runtime.demonstrator.props import (
    Prop,
    Visual,
    convex_hull,
    revolve_of,
    shell_parts,
    textured_box,
    thickened,
    turned,
    turned_prop_visual,
)
from skillc.runtime.demonstrator.solids import Box, Union
from skillc.runtime.demonstrator.surface import Mesh
from skillc.runtime.formats.arrays import FloatArray

Rng = np.random.Generator
FILLED_TO = 0.4
"""Share of a vessel's height."""


def mug(rng: Rng, name: str) -> Prop:
    """A mug with one handle."""
    width, height, wall = rng.uniform(0.070, 0.088), rng.uniform(0.080, 0.105), 0.004
    outer = np.array([[0, 0], [0.46, 0.0], [0.5, 0.06], [0.5, 0.5], [0.5, 1.0]]) * [width, height]
    outline = thickened(outer, wall)
    tone = textures.any_colour(rng, 0.15, 0.95)
    ring = trimesh.creation.torus(0.30 * height, 0.006, major_sections=40, minor_sections=12)
    upright = ring.vertices[:, [0, 2, 1]] * [0.9, 1.0, 1.0] + [width / 2, 0.0, 0.52 * height]
    outside = (upright[ring.faces][..., 0] > width / 2 - wall).all(axis=1)
    handle = Mesh(vertices=upright, faces=np.asarray(ring.faces)[outside][:, ::-1])
    grip = convex_hull(upright[upright[:, 0] > width / 2])
    box = Box(center=(width / 2 + 0.014, 0.0, 0.52 * height), size=(0.034, 0.012, 0.6 * height), radius=0.005)
    return Prop(
        name=name, role="obstacle", solid=Union(parts=(revolve_of(outline), box)),
        visuals=(turned_prop_visual(outline, None, tone, 0.5), Visual(mesh=handle, rgb=tone, shine=0.5)),
        parts=(*shell_parts(outer, wall), grip), size_m=(width + 0.03, width, height),
        mass=float(rng.uniform(0.2, 0.4)), friction=0.5, restitution=0.1, material="ceramic", symmetry="none",
    )  # fmt: skip


def printed_box(rng: Rng, name: str, size: tuple[float, float, float]) -> Prop:
    """A box whose top and sides have different prints."""
    mesh, uv, faces = textured_box(size, (0, 0, size[2] / 2))
    plain = Visual(mesh=mesh, uv=uv, uv_faces=faces, shine=0.3)
    return Prop(
        name=name, role="obstacle", solid=Box(center=(0, 0, size[2] / 2), size=size, radius=0.001),
        visuals=(with_printed_sides(plain, rng),), parts=(convex_hull(mesh.vertices),), size_m=size, mass=0.15,
        friction=0.5, restitution=0.1, material="cardboard", symmetry="none",
    )  # fmt: skip


def with_printed_sides(visual: Visual, rng: Rng) -> Visual:
    """Return a `textured_box` with a print of its own on each of the six sides."""
    assert visual.uv is not None and len(visual.uv) % 6 == 0
    tiles = [textures.printed_pattern(rng, textures.any_colour(rng, 0.1, 0.95), 256) for _ in range(6)]
    atlas = np.concatenate([np.concatenate(tiles[k : k + 3], axis=1) for k in (0, 3)])
    side = np.arange(len(visual.uv)) // (len(visual.uv) // 6)
    inside = np.clip(visual.uv, 0.004, 0.996)
    # v points upwards, the first row of tiles lies at the top
    uv = np.stack([(side % 3 + inside[:, 0]) / 3, (1 - side // 3 + inside[:, 1]) / 2], axis=-1)
    return replace(visual, uv=uv, picture=atlas, rgb=(1.0, 1.0, 1.0))


def contents_of(vessel: Prop, rng: Rng) -> Visual:
    """Return what fills `vessel` to a part of its height, object frame; drawn, never touched."""
    height = FILLED_TO * vessel.size_m[2]
    reach = np.linspace(0, 0.5, 400)
    radius = min(_free(vessel, reach, axis, height) for axis in (0, 1))
    grains = textures.smooth_noise(rng, (256, 256), (70, 70))[..., None] * rng.uniform(0.1, 0.3)
    picture = textures.as_image(rng.uniform([0.45, 0.3, 0.1], [0.95, 0.8, 0.7]) + grains)
    if vessel.symmetry == "none" and vessel.name == "tray":
        size = (2 * _free(vessel, reach, 0, height), 2 * _free(vessel, reach, 1, height), 0.002)
        mesh, uv, faces = textured_box(size, (0.0, 0.0, height))
    else:
        line = np.stack([radius * np.linspace(1, 0, 8), height + 0.004 * (1 - np.linspace(1, 0, 8) ** 2)], axis=-1)
        mesh, _, _ = turned(line)
        uv, faces = 0.5 + 0.5 * mesh.vertices[:, :2] / max(radius, 1e-6), mesh.faces
    return Visual(mesh=mesh, uv=uv, uv_faces=faces, picture=picture, shine=0.1)


def _free(vessel: Prop, reach: FloatArray, axis: int, height: float) -> float:
    """Return how far (m) the inside of `vessel` reaches along +axis at `height`; 0 where it has none."""
    points = np.zeros((len(reach), 3))
    points[:, axis], points[:, 2] = reach, height
    wall = vessel.solid.distance(points) < 0
    return float(reach[max(int(np.argmax(wall)) - 1, 0)]) if wall.any() else 0.0
