"""Capsules around a robot's collision geometry: what distances between moving bodies are computed with."""

import mujoco
import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.collision_model import Capsule
from skillc.runtime.geometry.chain import Chain

MOST = 64
"""Issue of speed: the safety filter measures every pair at every tick."""
WIDER = 1.15
"""ours: a box's capsule is this much wider than its cross-section needs, and reaches half as far beyond its ends."""


class TooManyCapsules(ValueError):
    """The robot has more bodies than capsules may be had."""


def capsules_around(model: mujoco.MjModel, chain: Chain) -> tuple[Capsule, ...]:
    """Return at most 64 capsules that together cover every colliding geom of the chain's bodies.

    Round geoms are covered closely, flat boxes by several capsules side by side. Where that makes too many, each body
    gets one around the box of all its geoms.

    Raises:
        TooManyCapsules: the chain has more than 64 bodies with geometry.
    """
    closely = [
        capsule for b in range(len(chain.names)) for g in _geoms(model, chain, b) for capsule in _of(model, g, b)
    ]
    if len(closely) <= MOST:
        return tuple(closely)
    corners = {b: [_corners(model, g) for g in _geoms(model, chain, b)] for b in range(len(chain.names))}
    coarse = [_around(np.concatenate(found), b) for b, found in corners.items() if found]
    if len(coarse) > MOST:
        raise TooManyCapsules(f"{len(coarse)} bodies have collision geometry; at most {MOST} can be watched")
    return tuple(coarse)


def _geoms(model: mujoco.MjModel, chain: Chain, b: int) -> list[int]:
    body = int(model.body(chain.names[b]).id)
    colliding = (model.geom_contype | model.geom_conaffinity) != 0
    return [int(g) for g in np.flatnonzero((model.geom_bodyid == body) & colliding)]


def _of(model: mujoco.MjModel, geom: int, link: int) -> list[Capsule]:
    """Cover one geom."""
    R, at, size = _rotation(model.geom_quat[geom]), model.geom_pos[geom], model.geom_size[geom]
    kinds = mujoco.mjtGeom
    match int(model.geom_type[geom]):
        case kinds.mjGEOM_SPHERE:
            return [_capsule(link, at, at, size[0])]
        case kinds.mjGEOM_CAPSULE | kinds.mjGEOM_CYLINDER:
            return [_capsule(link, at - R[:, 2] * size[1], at + R[:, 2] * size[1], size[0])]
        case _:
            box = model.geom_aabb[geom]
            return _box(link, at + R @ box[:3], R, box[3:])


def _box(link: int, centre: FloatArray, R: FloatArray, half: FloatArray) -> list[Capsule]:
    """Cover a box by capsules along its longest side, beside each other along the next."""
    c, b, a = np.argsort(half, kind="stable")
    count = max(1, round(float(half[b] / max(half[c], 1e-6)) - 0.25)) if half[b] > 1.5 * half[c] else 1
    narrow = float(np.hypot(half[b] / count, half[c]))
    reach = max(0.0, float(half[a]) - narrow * np.sqrt(WIDER**2 - 1.0)) * R[:, a]
    columns = (2.0 * np.arange(count) + 1.0 - count) / count * half[b]
    middles = [centre + column * R[:, b] for column in columns]
    return [_capsule(link, middle - reach, middle + reach, WIDER * narrow) for middle in middles]


def _around(corners: FloatArray, link: int) -> Capsule:
    """Cover points (N, 3) in the link's frame by one capsule along the longest side of their box."""
    low, high = corners.min(axis=0), corners.max(axis=0)
    middle, axis = (low + high) / 2, int(np.argmax(high - low))
    along = np.zeros(3)
    along[axis] = (high - low)[axis] / 2
    from_line = np.delete(corners - middle, axis, axis=1)
    return _capsule(link, middle - along, middle + along, float(np.linalg.norm(from_line, axis=1).max()))


def _corners(model: mujoco.MjModel, geom: int) -> FloatArray:
    """Return the corners (8, 3) of a geom's box in its body's frame."""
    signs = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])
    box = model.geom_aabb[geom]
    corners: FloatArray = model.geom_pos[geom] + (box[:3] + signs * box[3:]) @ _rotation(model.geom_quat[geom]).T
    return corners


def _rotation(quat_wxyz: FloatArray) -> FloatArray:
    R: FloatArray = np.empty(9)
    mujoco.mju_quat2Mat(R, quat_wxyz)
    return R.reshape(3, 3)


def _capsule(link: int, start: FloatArray, end: FloatArray, radius: float) -> Capsule:
    one, two = (tuple(float(v) for v in end_) for end_ in (start, end))
    return Capsule(link=link, start=one, end=two, radius=float(radius))  # type: ignore[arg-type]
