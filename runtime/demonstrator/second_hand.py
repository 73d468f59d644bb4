"""A second hand that rests on the table: the demonstrator's own, mirrored, and not quite still."""

import numpy as np
from scipy.spatial.transform import Rotation

from skillc.runtime.demonstrator import textures
from skillc.runtime.demonstrator.furnishing import ASIDE_M
from skillc.runtime.demonstrator.hand_skin import FOREARM_LENGTH, HandSkin
from skillc.runtime.demonstrator.performance import Performance
from skillc.runtime.demonstrator.props import Visual, turned
from skillc.runtime.demonstrator.set_design import Look
from skillc.runtime.demonstrator.surface import Mesh
from skillc.runtime.formats.arrays import FloatArray

SLEEVE_M = 0.7
"""Beyond the picture's edge."""
SWAY_M = np.array([0.008, 0.012, 0.0])


def second_hand(
    skin: HandSkin, performance: Performance, look: Look, rng: np.random.Generator
) -> tuple[Visual, Visual]:
    """Return the first frame's hand as its mirror image, fingertips at the left of the workspace, and its sleeve."""
    mirror = np.array([-1.0, 1.0, 1.0])
    mirrored = skin.posed(performance.Ts_bone[0]) * mirror
    tips = performance.joints[0][[8, 12, 16]].mean(axis=0) * mirror
    lowest = mirrored[np.linalg.norm(mirrored - tips, axis=1) < 0.12][:, 2].min()
    moved = np.array([ASIDE_M[0] - tips[0], ASIDE_M[1] - tips[1], 0.001 - lowest])
    # textures of meshes count from the top, those of the skin from the bottom
    uv = np.stack([skin.texcoords[:, 0], 1 - skin.texcoords[:, 1]], axis=-1)
    mesh = Mesh(vertices=mirrored + moved, faces=skin.faces[:, ::-1])
    hand = Visual(mesh=mesh, uv=uv, uv_faces=mesh.faces, picture=textures.skin_palette(look.skin), shine=0.25)
    forearm = performance.Ts_bone[0][0]
    return hand, _sleeve(forearm[:3, 3] * mirror + moved, -forearm[:3, 0] * mirror, look, rng)


def _sleeve(wrist: FloatArray, along: FloatArray, look: Look, rng: np.random.Generator) -> Visual:
    """Return a sleeve from the middle of the forearm, which goes from `wrist` (3,), m, along a unit vector (3,)."""
    tube, uv, faces = turned(np.array([[0.046, 0.0], [0.050, 0.15], [0.062, SLEEVE_M], [0.0, SLEEVE_M]]))
    R, _ = Rotation.align_vectors(along[None], np.array([[0.0, 0.0, 1.0]]))
    placed = Mesh(vertices=R.apply(tube.vertices) + wrist + 0.5 * FOREARM_LENGTH * along, faces=tube.faces)
    return Visual(mesh=placed, uv=uv * [3, 2], uv_faces=faces, picture=textures.cloth(rng, look.cloth), shine=0.0)


def sway(time_s: float) -> FloatArray:
    """Return how far (3,) m the second hand has moved."""
    return SWAY_M * np.sin(np.array([1.1, 0.7, 0.0]) * 2 * np.pi * time_s / 3)
