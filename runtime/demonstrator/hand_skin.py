"""The hand's skin: one smooth mesh over hand and forearm, bound to the bones.

The resting hand is a smooth union of tapered capsules (bones with flesh, pads, ball of the thumb, heel of the hand,
webs between the fingers); its surface is meshed once and follows the bones by linear blending. Breadths follow
DIN 33402-2 (finger breadth 17-20 mm, hand breadth 84 mm, thickness 28 mm, wrist 60 mm); the rest of the form is ours.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from skillc.runtime.demonstrator.hand_skeleton import BONES, Skeleton, bone_poses, rest_posture
from skillc.runtime.demonstrator.solids import RoundCones
from skillc.runtime.demonstrator.surface import mesh_solid, smoothed
from skillc.runtime.formats.arrays import FloatArray, IntArray
from skillc.runtime.geometry import se3

FOREARM_LENGTH = 0.245
"""m from wrist to elbow crease (DIN 33402-2, mean)."""
RADII = np.array([
    [0.0150, 0.0112, 0.0104, 0.0088], [0.0112, 0.0096, 0.0084, 0.0070], [0.0114, 0.0098, 0.0086, 0.0072],
    [0.0110, 0.0094, 0.0082, 0.0069], [0.0098, 0.0083, 0.0073, 0.0062],
])  # fmt: skip
"""(5, 4) m: flesh radius at the three joints and near the end of each finger."""


@dataclass(frozen=True, kw_only=True)
class HandSkin:
    """Skin mesh in the resting pose and how it follows the bones of `BONES`."""

    vertices: FloatArray
    """(V, 3) m, hand frame, rest posture."""
    faces: IntArray
    """(F, 3)."""
    weights: FloatArray
    """(V, 17) share of each bone; rows sum to 1."""
    Ts_rest: FloatArray
    """(17, 4, 4) bone frames at rest, hand frame."""
    texcoords: FloatArray
    """(V, 2): shade in 0..1 (0 = deep crease) and region in 0..1 (see `appearance.skin_texture`)."""
    finger_radii: FloatArray
    """(5, 4) m."""

    def posed(self, Ts_table_bone: FloatArray) -> FloatArray:
        """Return the vertices (V, 3) for bone poses (17, 4, 4), in the frame these are given in."""
        Ts = Ts_table_bone @ se3.inverse(self.Ts_rest)
        homogeneous = np.concatenate([self.vertices, np.ones((len(self.vertices), 1))], axis=1)
        moved: FloatArray = np.einsum("vb,bij,vj->vi", self.weights, Ts[:, :3], homogeneous, optimize=True)
        return moved


def make_skin(skeleton: Skeleton, *, girth: float, cell: float = 0.0021) -> HandSkin:
    """Model the skin of `skeleton`; `girth` scales all breadths, `cell` is the mesh size in metres."""
    s = skeleton.scale
    radii = RADII * s * girth
    Ts_rest = np.concatenate([[np.eye(4), np.eye(4)], bone_poses(skeleton, rest_posture())])
    flesh = _flesh(skeleton, Ts_rest, radii, girth)
    low = np.array([-FOREARM_LENGTH * s - 0.05, -0.075 * s, -0.075 * s])
    high = np.array([0.215 * s, 0.125 * s, 0.055 * s])
    mesh = smoothed(mesh_solid(flesh, low=low, high=high, cell=cell, rounds=1), 2)
    weights = _spread(_weights(mesh.vertices, skeleton, Ts_rest), mesh.faces)
    shade, region = _surface_marks(mesh.vertices, mesh.normals(), flesh, skeleton, Ts_rest, radii)
    return HandSkin(
        vertices=mesh.vertices,
        faces=mesh.faces,
        weights=weights,
        Ts_rest=Ts_rest,
        texcoords=np.stack([shade, region], axis=-1),
        finger_radii=radii,
    )


def _flesh(skeleton: Skeleton, Ts_rest: FloatArray, radii: FloatArray, girth: float) -> RoundCones:
    s = skeleton.scale
    cones: list[tuple[FloatArray, FloatArray, float, float, tuple[float, float, float], int]] = []
    round_, flat = (1.0, 1.0, 1.0), (1.0, 1.0, 0.92)

    def add(
        a: ArrayLike, b: ArrayLike, ra: float, rb: float, group: int, shape: tuple[float, float, float] = round_
    ) -> None:
        cones.append((np.asarray(a), np.asarray(b), ra, rb, shape, group))

    for f in range(5):
        for i in range(3):
            T = Ts_rest[2 + 3 * f + i]
            ra, rb = radii[f, i], radii[f, i + 1]
            start = T[:3, 3]
            reach = skeleton.lengths[f, i] - (rb if i == 2 else 0.0)
            end = start + T[:3, 0] * reach
            if f == 0 and i == 0:
                add(start, end, 0.0165 * s * girth, ra * 0.86, 5, flat)
                continue
            middle = 0.5 * (start + end) - T[:3, 2] * 0.0006
            waist = 0.5 * (ra + rb) * (0.945 if i < 2 else 0.99)
            add(start, middle, ra, waist, f)
            add(middle, end, waist, rb, f, flat if i == 2 else round_)
            if i < 2:  # soft pads on the palm's side between the joints
                pad = middle - T[:3, 2] * 0.0022 * s
                along = T[:3, 0] * 0.2 * reach
                add(pad - along, pad + along, waist * 0.86, waist * 0.84, f)
            else:  # the pulp
                pulp = start + T[:3, 0] * reach * 0.72 - T[:3, 2] * 0.0012 * s
                add(pulp, pulp + T[:3, 0] * 0.002, rb * 1.02, rb * 0.98, f)
    wrist_z = -0.004 * s
    for f in range(1, 5):  # metacarpals
        base = np.array([0.004 * s, skeleton.bases[f, 1] * 0.62, wrist_z - 0.0015 * s])
        knuckle = skeleton.bases[f] + np.array([-0.004, 0.0, -0.0035]) * s
        add(base, knuckle, 0.0152 * s * girth, 0.0128 * s * girth, 5, (1.0, 1.0, 0.96))
        web = knuckle + np.array([0.013, 0.0, -0.003]) * s
        add(knuckle, web, 0.0125 * s * girth, 0.0100 * s * girth, 5, (1.0, 1.08, 0.85))
    thumb_mc, thumb_mcp = Ts_rest[2][:3, 3], Ts_rest[3][:3, 3]
    add([0.019 * s, 0.012 * s, -0.015 * s], thumb_mcp * 0.75 + thumb_mc * 0.25, 0.0165 * s * girth, 0.0125 * s, 5)
    add([0.052 * s, 0.016 * s, -0.010 * s], thumb_mcp * 0.8 + [0.008 * s, -0.004 * s, 0.0], 0.0125 * s, 0.0088 * s, 5)
    add([0.007 * s, -0.020 * s, -0.014 * s], [0.062 * s, -0.030 * s, -0.012 * s], 0.0145 * s * girth, 0.0125 * s, 5)
    arm_flat = (1.0, 1.0, 0.74)
    add([0.004 * s, 0.001, wrist_z], [-0.040 * s, 0.0, wrist_z], 0.0262 * s * girth, 0.0268 * s * girth, 5, arm_flat)
    add([-0.040 * s, 0.0, wrist_z], [-0.150 * s, 0.0, wrist_z], 0.0268 * s * girth, 0.0400 * s * girth, 5, (1, 1, 0.84))
    far = np.array([-FOREARM_LENGTH * s, 0.0, wrist_z])
    add([-0.150 * s, 0.0, wrist_z], far, 0.0400 * s * girth, 0.0430 * s * girth, 5, (1, 1, 0.90))
    return RoundCones(
        starts=np.array([c[0] for c in cones]),
        ends=np.array([c[1] for c in cones]),
        radii=np.array([[c[2], c[3]] for c in cones]),
        flatten=np.array([c[4] for c in cones]),
        groups=tuple(c[5] for c in cones),
        blend=0.006 * s,
        group_blend=0.009 * s,
    )


def _weights(vertices: FloatArray, skeleton: Skeleton, Ts_rest: FloatArray) -> FloatArray:
    """Give each vertex to the bones near it: within a finger by the position along it, never to a neighbour."""
    s = skeleton.scale
    starts, ends = Ts_rest[2:, :3, 3], np.zeros((15, 3))
    for b in range(15):
        ends[b] = starts[b] + Ts_rest[2 + b][:3, 0] * skeleton.lengths[b // 3, b % 3]
    axis = ends - starts
    along = np.einsum("vbk,bk->vb", vertices[:, None] - starts, axis) / np.einsum("bk,bk->b", axis, axis)
    nearest = starts + np.clip(along, 0, 1)[..., None] * axis
    distance = np.linalg.norm(vertices[:, None] - nearest, axis=-1)
    weights = np.zeros((len(vertices), len(BONES)))
    finger = np.argmin(distance.reshape(-1, 5, 3).min(axis=2), axis=1)
    rows = np.arange(len(vertices))
    for f in range(5):
        mine = rows[finger == f]
        offsets = vertices[mine, None] - starts[3 * f : 3 * f + 3]
        share = np.zeros((len(mine), 4))
        share[:, 0] = 1.0
        for i in range(3):
            # signed distance past joint i along the mean direction of the two bones that meet there
            before = axis[3 * f + i - 1] if i else (Ts_rest[2][:3, 0] if f == 0 else np.array([1.0, 0.0, 0.0]))
            direction = before / np.linalg.norm(before) + axis[3 * f + i] / np.linalg.norm(axis[3 * f + i])
            past = offsets[:, i] @ (direction / np.linalg.norm(direction))
            width = (0.011 if i == 0 else 0.0062) * s * (1.6 if f == 0 and i == 0 else 1.0)
            moved = _ramp(past / width)
            share[:, i + 1] = share[:, i] * moved
            share[:, i] *= 1 - moved
        if f == 0:  # the base of the thumb moves its ball only near the bone
            held = _ramp(1 - (distance[mine, 0] / (0.024 * s) - 0.9) / 0.5)
            lost = share[:, 1] * (1 - held)
            share[:, 1] -= lost
            share[:, 0] += lost
        weights[mine[:, None], [1, 2 + 3 * f, 3 + 3 * f, 4 + 3 * f]] = share
    bend = _ramp((vertices[:, 0] + 0.004 * s) / (0.022 * s))
    weights[:, 0] = weights[:, 1] * (1 - bend)
    weights[:, 1] *= bend
    shares: FloatArray = weights / weights.sum(axis=1, keepdims=True)
    return shares


def _spread(weights: FloatArray, faces: IntArray, rounds: int = 6) -> FloatArray:
    """Average the weights with their neighbours' so that webs between fingers stretch smoothly."""
    a, b = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]).T
    links = sparse.coo_matrix((np.ones(len(a)), (a, b)), shape=(len(weights),) * 2).tocsr()
    links = links + links.T
    share = sparse.diags(1 / np.maximum(np.asarray(links.sum(axis=1)).ravel(), 1))
    for _ in range(rounds):
        weights = 0.4 * weights + 0.6 * (share @ links @ weights)
    kept = np.where(weights < 0.01, 0.0, weights)
    spread: FloatArray = kept / kept.sum(axis=1, keepdims=True)
    return spread


def _surface_marks(
    vertices: FloatArray,
    normals: FloatArray,
    flesh: RoundCones,
    skeleton: Skeleton,
    Ts_rest: FloatArray,
    radii: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Return shade (V,) from concavity and creases, and region (V,): 0.25 skin, up to 0.5 redder, 1 nail."""
    reach = 0.006 * skeleton.scale
    openness = np.clip(flesh.distance(vertices + normals * reach) / reach, 0.0, 1.0)
    shade = 0.15 + 0.85 * openness**1.5
    region = np.full(len(vertices), 0.25)
    for f in range(5):
        for i in range(3):
            T = Ts_rest[2 + 3 * f + i]
            local = (vertices - T[:3, 3]) @ T[:3, :3]
            radial = np.hypot(local[:, 1], local[:, 2])
            near = radial < 1.6 * radii[f, i]
            if not (f == 0 and i == 0):  # creases over the joint: knuckle folds above, flexion lines below
                for offset, depth in ((-0.0022, 0.16), (0.0006, 0.2), (0.0032, 0.12)):
                    fold = np.exp(-0.5 * ((local[:, 0] - offset) / 0.0009) ** 2) * near
                    shade -= depth * fold * np.clip(np.abs(local[:, 2]) / radii[f, i] - 0.35, 0, 0.6)
                flush = np.exp(-0.5 * (local[:, 0] / 0.007) ** 2) * near * (local[:, 2] > 0)
                region += 0.10 * flush
            if i == 2:
                length, rb = skeleton.lengths[f, 2], radii[f, 3]
                half_width = rb * (0.80 if f else 0.86)
                edge = 0.0007 * skeleton.scale
                nail = (
                    _ramp((local[:, 2] - 0.25 * rb) / edge)
                    * _ramp((local[:, 0] - 0.48 * length) / edge)
                    * _ramp((length - 0.06 * rb - local[:, 0]) / edge)
                    * _ramp((half_width - np.abs(local[:, 1])) / edge)
                    * near
                )
                region += 0.13 * _ramp((local[:, 0] - 0.35 * length) / (0.3 * length)) * near
                region = region + (1.0 - region) * nail
    for offset in (-0.006, 0.001):  # bracelet lines of the wrist
        line = np.exp(-0.5 * ((vertices[:, 0] / skeleton.scale - offset) / 0.001) ** 2)
        shade -= 0.12 * line * (normals[:, 2] < 0.2)
    return np.clip(shade, 0.02, 0.98), np.clip(region, 0.02, 0.98)


def _ramp(x: FloatArray) -> FloatArray:
    """Return a smooth step from 0 at x = -1 to 1 at x = 1."""
    t = np.clip(0.5 * (x + 1), 0.0, 1.0)
    step: FloatArray = t * t * (3 - 2 * t)
    return step
