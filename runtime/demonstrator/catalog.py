"""The demonstrator's objects, each drawn anew from a seed: size, colour, weight and friction vary.

Sizes are everyday sizes (ours: measured on kitchen and office things of the paper's tasks); masses follow from them
at hollow-plastic, ceramic and cardboard weights; friction lies in 0.35-0.6, dry everyday pairs.
"""

import numpy as np

from skillc.runtime.demonstrator import textures
from skillc.runtime.demonstrator.props import (
    Prop,
    Visual,
    convex_hull,
    ellipsoid_parts,
    meshed,
    open_box_parts,
    open_box_solid,
    revolve_of,
    shell_parts,
    textured_box,
    thickened,
    turned,
    turned_prop_visual,
)
from skillc.runtime.demonstrator.solids import Box, Ellipsoids, Union
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.scene import Role

Rng = np.random.Generator
TRAY_DRAFT = 0.07
"""rad, how far the tray's walls lean outwards."""


def apple(rng: Rng) -> Prop:
    """A plastic apple: shoulders wider than the base, a dimple around the stem."""
    width = rng.uniform(0.066, 0.082)
    height = width * rng.uniform(0.90, 1.04)
    s = np.linspace(-np.pi / 2, np.pi / 2, 41)
    r = width / 2 * np.cos(s) ** 0.82 * (1 + 0.07 * np.sin(s)) / 1.0205
    z = height * (0.5 + 0.5 * np.sin(s))
    z -= 0.10 * height * np.exp(-((r / (0.17 * width)) ** 2)) * (s > 0)
    z += 0.03 * height * np.exp(-((r / (0.16 * width)) ** 2)) * (s < 0)
    z -= z.min()
    outline = np.stack([r, z], axis=-1)
    outline[[0, -1], 0] = 0.0
    body, blush = (
        ((0.80, 0.07, 0.12), (0.60, 0.04, 0.08)) if rng.random() < 0.7 else ((0.55, 0.68, 0.14), (0.72, 0.35, 0.12))
    )
    skin = turned_prop_visual(outline, textures.fruit(rng, body, blush), (1, 1, 1), 0.5)
    stem_line = np.array([[0.0, 0.0], [0.0016, 0.0], [0.0012, 0.010], [0.0018, 0.013], [0.0, 0.013]])
    stem = turned_prop_visual(stem_line + np.array([0.0, outline[-1, 1] - 0.001]), None, (0.25, 0.16, 0.08), 0.1)
    return Prop(
        name="apple", role="manipulated", solid=revolve_of(outline), visuals=(skin, stem),
        parts=(convex_hull(turned(outline[::2], columns=32)[0].vertices),),
        size_m=(width, width, float(outline[:, 1].max())), mass=float(rng.uniform(0.06, 0.14)),
        friction=float(rng.uniform(0.42, 0.58)), restitution=0.1, material="plastic", symmetry="z",
    )  # fmt: skip


def peach(rng: Rng) -> Prop:
    """A peach: rounder than the apple, pointed a little at the top, with a groove."""
    width = rng.uniform(0.062, 0.074)
    height = width * rng.uniform(0.90, 0.98)
    s = np.linspace(-np.pi / 2, np.pi / 2, 41)
    r = width / 2 * np.cos(s) ** 0.92
    z = height * (0.5 + 0.5 * np.sin(s)) + 0.03 * height * np.exp(-((r / (0.12 * width)) ** 2)) * (s > 0)
    z += 0.035 * height * np.exp(-((r / (0.16 * width)) ** 2)) * (s < 0)
    z -= z.min()
    outline = np.stack([r, z], axis=-1)
    outline[[0, -1], 0] = 0.0
    skin = textures.fruit(rng, (0.95, 0.62, 0.36), (0.85, 0.30, 0.25))
    return Prop(
        name="peach", role="manipulated", solid=revolve_of(outline),
        visuals=(turned_prop_visual(outline, skin, (1, 1, 1), 0.12, wobble=0.02),),
        parts=(convex_hull(turned(outline[::2], columns=32)[0].vertices),),
        size_m=(width, width, float(outline[:, 1].max())), mass=float(rng.uniform(0.05, 0.12)),
        friction=float(rng.uniform(0.45, 0.6)), restitution=0.1, material="plastic", symmetry="z",
    )  # fmt: skip


def toy(rng: Rng) -> Prop:
    """A sitting toy bear of hard plastic: outside every family of shapes that is fitted."""
    k = rng.uniform(0.088, 0.104) / 0.098
    c = np.array([
        [0, 0, 0.030], [0, -0.002, 0.066], [-0.019, 0.000, 0.089], [0.019, 0.000, 0.089], [0, -0.021, 0.060],
        [-0.019, -0.024, 0.0115], [0.019, -0.024, 0.0115], [-0.029, -0.010, 0.040], [0.029, -0.010, 0.040],
    ]) * k  # fmt: skip
    r = np.array([
        [0.029, 0.025, 0.030], [0.025, 0.022, 0.022], [0.009, 0.006, 0.009], [0.009, 0.006, 0.009],
        [0.011, 0.009, 0.009], [0.0125, 0.019, 0.0115], [0.0125, 0.019, 0.0115], [0.010, 0.015, 0.010],
        [0.010, 0.015, 0.010],
    ]) * k  # fmt: skip
    solid = Ellipsoids(centers=tuple(map(tuple, c)), radii=tuple(map(tuple, r)), blend=0.006 * k)
    box = np.concatenate([c - r, c + r])
    body = meshed(solid, box, 0.0017)
    fur = np.array([0.48, 0.29, 0.15]) * rng.uniform(0.8, 1.5)
    pale = np.clip(fur * 1.7, 0, 0.95)
    muzzle = np.exp(-np.sum(((body.vertices - c[4]) / (1.15 * r[4])) ** 6, axis=1))
    belly = np.exp(-np.sum(((body.vertices - c[0] - [0, -0.026 * k, 0]) / (0.014 * k)) ** 2, axis=1))
    mark = np.clip(muzzle + belly, 0.02, 0.98)
    ramp = np.linspace(0, 1, 32)[None, :, None]
    palette = textures.as_image(np.repeat(fur + (pale - fur) * ramp, 8, axis=0))
    uv = np.stack([mark, np.full_like(mark, 0.5)], axis=-1)
    skin = Visual(mesh=body, uv=uv, uv_faces=body.faces, picture=palette, shine=0.25)
    eyes = []
    for x, y, z, radius in (
        (-0.009, -0.0225, 0.071, 0.0026),
        (0.009, -0.0225, 0.071, 0.0026),
        (0, -0.0292, 0.063, 0.0032),
    ):
        s = np.linspace(-np.pi / 2, np.pi / 2, 9)
        ball = turned(np.stack([radius * k * np.cos(s), radius * k * np.sin(s)], axis=-1), columns=12)[0]
        dot = type(ball)(vertices=ball.vertices + np.array([x, y, z]) * k, faces=ball.faces)
        eyes.append(Visual(mesh=dot, rgb=(0.05, 0.04, 0.04), shine=0.7))
    size = body.vertices.max(axis=0) - body.vertices.min(axis=0)
    return Prop(
        name="toy", role="manipulated", solid=solid, visuals=(skin, *eyes), parts=ellipsoid_parts(solid),
        size_m=(float(size[0]), float(size[1]), float(size[2])), mass=float(rng.uniform(0.04, 0.09)),
        friction=float(rng.uniform(0.42, 0.58)), restitution=0.1, material="plastic", symmetry="none",
    )  # fmt: skip


def jar(rng: Rng) -> Prop:
    """A spice jar: a labelled cylinder with a slightly wider dark cap."""
    width, height = rng.uniform(0.046, 0.055), rng.uniform(0.098, 0.122)
    R, cap = width / 2, 0.028
    body = np.array(
        [[0, 0], [R * 0.86, 0], [R * 0.93, 0.002], [R * 0.93, height - cap - 0.008], [R * 0.80, height - cap]]
    )
    top = np.array(
        [[R * 0.80, height - cap], [R, height - cap + 0.001], [R, height - 0.003], [R * 0.9, height], [0, height]]
    )
    band = np.array([[R * 0.934, 0.014], [R * 0.934, height - cap - 0.014]])
    glass, lid = tuple(rng.uniform([0.30, 0.20, 0.14], [0.45, 0.30, 0.2])), float(rng.uniform(0.05, 0.14))
    visuals = (
        turned_prop_visual(body, None, glass, 0.5),
        turned_prop_visual(band, textures.label(rng, tuple(rng.uniform(0.78, 0.95, 3))), (1, 1, 1), 0.2),
        turned_prop_visual(top, None, (lid, lid, lid), 0.3),
    )
    outline = np.concatenate([body, top[1:]])
    return Prop(
        name="jar", role="manipulated", solid=revolve_of(outline), visuals=visuals,
        parts=(
            convex_hull(turned(body, columns=32)[0].vertices),
            convex_hull(turned(top, columns=32)[0].vertices),
        ),
        size_m=(width, width, height), mass=float(rng.uniform(0.08, 0.16)), friction=float(rng.uniform(0.4, 0.55)),
        restitution=0.1, material="plastic", symmetry="z",
    )  # fmt: skip


def bowl(rng: Rng, name: str = "bowl") -> Prop:
    """A ceramic bowl, 14-17 cm wide."""
    width, height, wall = rng.uniform(0.140, 0.168), rng.uniform(0.042, 0.055), 0.004
    s = np.linspace(0, 1, 15)
    outer = np.stack([width / 2 * (0.40 + 0.60 * np.sin(s * np.pi / 2) ** 0.9), height * s**1.7], axis=-1)
    return _crockery(rng, name, np.concatenate([[[0.0, 0.0]], outer]), wall, (width, width, height))


def plate(rng: Rng) -> Prop:
    """A shallow ceramic plate, 15-19 cm wide."""
    width, height, wall = rng.uniform(0.155, 0.190), rng.uniform(0.020, 0.030), 0.004
    s = np.linspace(0, 1, 15)
    outer = np.stack([width / 2 * (0.52 + 0.48 * s**0.8), height * s**1.6], axis=-1)
    return _crockery(rng, "plate", np.concatenate([[[0.0, 0.0]], outer]), wall, (width, width, height))


def pan(rng: Rng) -> Prop:
    """A dark frying pan with a handle to the right."""
    width, height, wall = rng.uniform(0.200, 0.235), rng.uniform(0.040, 0.050), 0.003
    outer = np.array([[0, 0], [0.40, 0.0], [0.43, 0.06], [0.47, 0.5], [0.5, 1.0]]) * [width, height]
    dark = tuple(np.full(3, rng.uniform(0.06, 0.13)))
    outline = thickened(outer, wall)
    handle_box = Box(center=(width / 2 + 0.075, 0, height * 0.85), size=(0.15, 0.022, 0.014), radius=0.006)
    handle, uv, uv_faces = textured_box(handle_box.size, handle_box.center)
    shell = turned_prop_visual(outline, None, dark, 0.35)
    return Prop(
        name="pan", role="target", solid=Union(parts=(revolve_of(outline), handle_box)),
        visuals=(shell, Visual(mesh=handle, uv=uv, uv_faces=uv_faces, rgb=dark, shine=0.2)),
        parts=(*shell_parts(outer, wall), convex_hull(handle.vertices)),
        size_m=(width + 0.15, width, height), mass=float(rng.uniform(0.5, 0.8)), friction=float(rng.uniform(0.35, 0.5)),
        restitution=0.1, material="metal", symmetry="none",
    )  # fmt: skip


def tissue_box(rng: Rng) -> Prop:
    """A printed tissue box with a tissue standing out of its slot."""
    size = (rng.uniform(0.108, 0.124), rng.uniform(0.205, 0.235), rng.uniform(0.078, 0.115))
    ground = tuple(np.clip(rng.uniform(0.15, 0.95, 3), 0, 1))
    mesh, uv, uv_faces = textured_box(size, (0, 0, size[2] / 2))
    printed = Visual(mesh=mesh, uv=uv, uv_faces=uv_faces, picture=textures.printed_pattern(rng, ground), shine=0.25)
    slot_line = np.array([[0.0, 0.0], [0.028, 0.0], [0.0, 0.0004]]) + np.array([0.0, size[2]])
    slot = turned(slot_line)[0]
    slot = type(slot)(vertices=slot.vertices * [0.8, 2.2, 1], faces=slot.faces)
    tissue = _tissue(rng, size[2])
    return Prop(
        name="tissue_box", role="manipulated", solid=Box(center=(0, 0, size[2] / 2), size=size, radius=0.001),
        visuals=(printed, Visual(mesh=slot, rgb=(0.55, 0.56, 0.58), shine=0.4), tissue),
        parts=(convex_hull(mesh.vertices),), size_m=size, mass=float(rng.uniform(0.14, 0.26)),
        friction=float(rng.uniform(0.35, 0.48)), restitution=0.1, material="cardboard", symmetry="none",
    )  # fmt: skip


def book(rng: Rng) -> Prop:
    """A thick book lying flat."""
    size = (rng.uniform(0.150, 0.172), rng.uniform(0.215, 0.245), rng.uniform(0.032, 0.046))
    ground = tuple(np.clip(rng.uniform(0.08, 0.75, 3), 0, 1))
    board = 0.003
    visuals = []
    for z in (board / 2, size[2] - board / 2):
        mesh, uv, faces = textured_box((size[0], size[1], board), (0, 0, z))
        visuals.append(Visual(mesh=mesh, uv=uv, uv_faces=faces, picture=textures.book_cover(rng, ground), shine=0.25))
    spine, uv, faces = textured_box((board, size[1], size[2]), (-(size[0] - board) / 2, 0, size[2] / 2))
    visuals.append(Visual(mesh=spine, uv=uv, uv_faces=faces, rgb=ground, shine=0.25))
    block_size = (size[0] - 0.004, size[1] - 0.006, size[2] - 2 * board)
    block, uv, faces = textured_box(block_size, (-0.001, 0, size[2] / 2))
    visuals.append(Visual(mesh=block, uv=uv, uv_faces=faces, picture=textures.pages(rng), shine=0.05))
    solid = Box(center=(0, 0, size[2] / 2), size=size, radius=0.001)
    return Prop(
        name="book", role="manipulated", solid=solid, visuals=tuple(visuals),
        parts=(convex_hull(textured_box(size, (0, 0, size[2] / 2))[0].vertices),), size_m=size,
        mass=float(rng.uniform(0.35, 0.7)), friction=float(rng.uniform(0.35, 0.45)), restitution=0.1,
        material="cardboard", symmetry="none",
    )  # fmt: skip


def tray(rng: Rng) -> Prop:
    """An open plastic tray with leaning walls."""
    size = (rng.uniform(0.160, 0.185), rng.uniform(0.225, 0.255), rng.uniform(0.058, 0.085))
    solid = open_box_solid(size, 0.004, TRAY_DRAFT)
    corners = np.array([[-size[0] / 2, -size[1] / 2, 0], [size[0] / 2, size[1] / 2, size[2]]])
    body = meshed(solid, corners, 0.0032)
    tone = tuple(rng.uniform(0.78, 0.95) + rng.normal(0, 0.03, 3))
    return Prop(
        name="tray", role="manipulated", solid=solid, visuals=(Visual(mesh=body, rgb=tone, shine=0.25),),
        parts=open_box_parts(solid), size_m=size, mass=float(rng.uniform(0.15, 0.35)),
        friction=float(rng.uniform(0.35, 0.48)), restitution=0.1, material="plastic", symmetry="none",
    )  # fmt: skip


def distractor(rng: Rng, index: int) -> Prop:
    """A small box or a cup that takes no part."""
    name = f"distractor_{index}"
    tone = tuple(rng.uniform(0.15, 0.9, 3))
    if rng.random() < 0.5:
        size = (rng.uniform(0.03, 0.06), rng.uniform(0.04, 0.08), rng.uniform(0.02, 0.06))
        mesh, uv, faces = textured_box(size, (0, 0, size[2] / 2))
        visual = Visual(mesh=mesh, uv=uv, uv_faces=faces, picture=textures.printed_pattern(rng, tone, 128), shine=0.2)
        return Prop(
            name=name, role="obstacle", solid=Box(center=(0, 0, size[2] / 2), size=size, radius=0.001),
            visuals=(visual,), parts=(convex_hull(mesh.vertices),), size_m=size, mass=0.1, friction=0.5,
            restitution=0.1, material="cardboard", symmetry="none",
        )  # fmt: skip
    width, height = rng.uniform(0.05, 0.075), rng.uniform(0.06, 0.09)
    outer = np.array([[0, 0], [0.40, 0.0], [0.44, 0.3], [0.5, 1.0]]) * [width, height]
    return _crockery(rng, name, outer, 0.003, (width, width, height), role="obstacle")


def _crockery(
    rng: Rng, name: str, outer: FloatArray, wall: float, size: tuple[float, float, float], role: Role = "target"
) -> Prop:
    outline = thickened(outer, wall)
    tone = tuple(np.clip(np.array([0.62, 0.78, 0.76]) + rng.uniform(-0.25, 0.2, 3), 0.2, 0.95))
    return Prop(
        name=name, role=role, solid=revolve_of(outline), visuals=(turned_prop_visual(outline, None, tone, 0.4),),
        parts=shell_parts(outer, wall), size_m=size, mass=float(rng.uniform(0.2, 0.4)),
        friction=float(rng.uniform(0.4, 0.55)), restitution=0.1, material="ceramic", symmetry="z",
    )  # fmt: skip


def _tissue(rng: Rng, base: float) -> Visual:
    """Return a crumpled sheet standing about 2 cm out of the box."""
    rows = np.linspace(0, 1, 14)
    mesh, _uv, _faces = turned(np.stack([0.032 * (1 - rows) ** 0.7 + 0.002, 0.022 * rows], axis=-1), columns=48)
    angle = np.arctan2(mesh.vertices[:, 1], mesh.vertices[:, 0])
    folds = 1 + 0.35 * np.sin(3 * angle + rng.uniform(0, 6)) + 0.2 * np.sin(7 * angle + rng.uniform(0, 6))
    vertices = mesh.vertices * np.stack([0.5 * folds, 1.1 * folds, np.ones_like(folds)], axis=-1) + [0, 0, base]
    return Visual(mesh=type(mesh)(vertices=vertices, faces=mesh.faces), rgb=(0.95, 0.95, 0.96), shine=0.05)
