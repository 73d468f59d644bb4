"""Parametric solids standing on the table: their points, their parameters' priors, and the twin shape they become.

Every family is given by the points whose projection's convex hull is its outline. Priors are weak (log-normal) and
stand for what a silhouette alone cannot say, such as a plate's height.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.twin import ShapeKind

_CIRCLE = np.stack(
    [np.cos(np.linspace(0, 2 * np.pi, 48, endpoint=False)), np.sin(np.linspace(0, 2 * np.pi, 48, endpoint=False))],
    axis=1,
)
_SIGNS = np.array([[sx, sy] for sx in (-1, 1) for sy in (-1, 1)], dtype=np.float64)


@dataclass(frozen=True, kw_only=True)
class Prior:
    """Log-normal belief about a ratio of parameters."""

    ratio: Callable[[FloatArray], float]
    """Parameters -> a positive number."""
    mean: float
    sigma: float
    """Of the logarithm."""
    measured: bool = False
    """Whether it was measured on this very thing, and is no habit of such things."""

    def residual(self, p: FloatArray) -> float:
        """Return the deviation in standard deviations."""
        return float((np.log(max(self.ratio(p), 1e-6)) - np.log(self.mean)) / self.sigma)


@dataclass(frozen=True, kw_only=True)
class Family:
    """One kind of solid."""

    kind: ShapeKind
    names: tuple[str, ...]
    """Parameter names; the first two are x and y of the axis on the table (m)."""
    points: Callable[[FloatArray], FloatArray]
    """Parameters -> (N, 3) points in the object frame (z up, lowest at 0)."""
    size: Callable[[FloatArray], FloatArray]
    """Parameters -> (3,) full extents."""
    priors: tuple[Prior, ...] = ()
    symmetric: bool = False
    """Rotationally symmetric about z."""

    def yaw(self, p: FloatArray) -> float:
        """Return the yaw (rad) in parameters `p`; 0 for symmetric families."""
        return float(p[self.names.index("yaw")]) if "yaw" in self.names else 0.0

    def pose(self, p: FloatArray) -> FloatArray:
        """Return T_table_object (4, 4) of parameters `p`."""
        yaw = self.yaw(p)
        T = np.eye(4)
        T[:2, :2] = [[np.cos(yaw), -np.sin(yaw)], [np.sin(yaw), np.cos(yaw)]]
        T[:2, 3] = p[:2]
        return T


def _rings(radii: FloatArray, heights: FloatArray) -> FloatArray:
    return np.concatenate(
        [np.column_stack([_CIRCLE * r, np.full(len(_CIRCLE), z)]) for r, z in zip(radii, heights, strict=True)]
    )


def _spheroid(p: FloatArray) -> FloatArray:
    polar = np.linspace(0.02, np.pi - 0.02, 17)
    return _rings(np.sin(polar) * p[2] / 2, (1 - np.cos(polar)) * p[3] / 2)


def bowl_profile(p: FloatArray) -> FloatArray:
    """Return the outer profile (n, 2) radius, z of bowl parameters x, y, rim, height, base share."""
    rim, height, base = p[2] / 2, p[3], p[2] / 2 * p[4]
    t = np.linspace(0, 1, 7)
    # A quarter-ellipse between foot and rim bulges outward as thrown and pressed dishes do.
    radius = base + (rim - base) * np.sin(t * np.pi / 2)
    z = height * (1 - np.cos(t * np.pi / 2))
    return np.stack([radius, z], axis=1)


def _bowl(p: FloatArray) -> FloatArray:
    profile = bowl_profile(p)
    return _rings(profile[:, 0], profile[:, 1])


def _box(p: FloatArray) -> FloatArray:
    sx, sy, sz = p[3:6] / 2
    flat = _SIGNS * np.array([sx, sy])
    return np.concatenate([np.column_stack([flat, np.zeros(4)]), np.column_stack([flat, np.full(4, 2 * sz)])])


def _drafted(p: FloatArray) -> FloatArray:
    """Box with corners rounded by p[7] of its shorter side; walls lean out by p[6] of the height; extents half-way."""
    sx, sy, sz = p[3:6]
    out = []
    corner = p[7] * min(sx, sy)
    arc = np.linspace(0, np.pi / 2, 5)
    for z, lean in ((0.0, -p[6] * sz / 2), (sz, p[6] * sz / 2)):
        hx, hy = sx / 2 + lean - corner, sy / 2 + lean - corner
        for i, (cx, cy) in enumerate(((hx, hy), (-hx, hy), (-hx, -hy), (hx, -hy))):
            a = arc + i * np.pi / 2
            out.append(np.column_stack([cx + corner * np.cos(a), cy + corner * np.sin(a), np.full(5, z)]))
    return np.concatenate(out)


SPHERE = Family(
    kind="sphere",
    names=("x", "y", "diameter"),
    points=lambda p: _spheroid(np.array([p[0], p[1], p[2], p[2]])),
    size=lambda p: np.array([p[2], p[2], p[2]]),
    symmetric=True,
)
ELLIPSOID = Family(
    kind="ellipsoid",
    names=("x", "y", "diameter", "height"),
    points=_spheroid,
    size=lambda p: np.array([p[2], p[2], p[3]]),
    priors=(Prior(ratio=lambda p: p[3] / p[2], mean=1.0, sigma=0.15),),
    symmetric=True,
)
CYLINDER = Family(
    kind="cylinder",
    names=("x", "y", "diameter", "height"),
    points=lambda p: _rings(np.array([p[2], p[2]]) / 2, np.array([0.0, p[3]])),
    size=lambda p: np.array([p[2], p[2], p[3]]),
    priors=(Prior(ratio=lambda p: p[3] / p[2], mean=1.5, sigma=1.0),),
    symmetric=True,
)
BOWL = Family(
    kind="revolve",
    names=("x", "y", "rim", "height", "base"),
    points=_bowl,
    size=lambda p: np.array([p[2], p[2], p[3]]),
    priors=(
        Prior(ratio=lambda p: p[3] / p[2], mean=0.28, sigma=0.3),
        Prior(ratio=lambda p: p[4], mean=0.6, sigma=0.2),
    ),
    symmetric=True,
)
BOX = Family(
    kind="box",
    names=("x", "y", "yaw", "x_extent", "y_extent", "height"),
    points=_box,
    size=lambda p: p[3:6].copy(),
    priors=(Prior(ratio=lambda p: p[5] / np.sqrt(p[3] * p[4]), mean=0.5, sigma=1.0),),
)
OPEN_BOX = Family(
    kind="open_box",
    names=("x", "y", "yaw", "x_extent", "y_extent", "height", "draft", "corner"),
    points=_drafted,
    size=lambda p: p[3:6].copy(),
    priors=(
        Prior(ratio=lambda p: p[5] / np.sqrt(p[3] * p[4]), mean=0.5, sigma=0.7),
        Prior(ratio=lambda p: 1 + p[6], mean=1.08, sigma=0.06),
        Prior(ratio=lambda p: 1 + p[7], mean=1.1, sigma=0.08),
    ),
)
FAMILIES = {family.kind: family for family in (SPHERE, ELLIPSOID, CYLINDER, BOWL, BOX, OPEN_BOX)}


def mesh_family(points: FloatArray, *, free_length: bool) -> Family:
    """Return the family of one given body: its place, its turn and, where nothing fixes its size, its length.

    Args:
        points: (N, 3) the body's points, lowest at 0; a largest extent of 1 where the length is free, else metres.
        free_length: Whether the last parameter is the largest extent (m).
    """
    extent = np.ptp(points, axis=0)
    return Family(
        kind="mesh",
        names=("x", "y", "yaw", "length") if free_length else ("x", "y", "yaw"),
        points=(lambda p: points * p[3]) if free_length else (lambda p: points),
        size=(lambda p: extent * p[3]) if free_length else (lambda p: extent.copy()),
    )
