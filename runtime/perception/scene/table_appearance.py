"""What the bare table looks like, how far it reaches, and how unlike it each pixel is.

The table's colour is not assumed: it is the commonest colour on the calibrated plane around the origin, with a smooth
illumination surface fitted robustly over the whole picture. Guarantees nothing where the plane shows another colour
over most of its area (a patterned tablecloth).
"""

from dataclasses import dataclass

import cv2
import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray, Image
from skillc.runtime.formats.recording import Camera
from skillc.runtime.geometry.projection import plane_points


@dataclass(frozen=True, kw_only=True)
class TableSettings:
    """Parameters of the appearance model."""

    near: float
    """Radius around the workspace in which the table's colour is looked up."""
    reach: float
    """Radius around the workspace beyond which there is no table."""
    inlier_sigmas: float
    """Pixels within this many standard deviations of the surface are table."""
    colour_floor: tuple[float, float, float]
    """Least standard deviation of L, a, b (CIELAB units): the codec's own noise."""
    colour_most: float
    """Largest one in units of the least: beyond it, it is other things that were taken for table."""
    edge_sigmas: float
    """Colour change per px, in standard deviations of the table's colour, that ends the table."""
    opening: float
    """Links between table and background thinner than this are cut (px at 960 wide; scaled with the width)."""


@dataclass(frozen=True, kw_only=True)
class TableAppearance:
    """Colour surface and extent of the table in one picture."""

    coefficients: FloatArray
    """(6, 3) quadratic surface of CIELAB over normalised pixel coordinates."""
    sigma: FloatArray
    """(3,) standard deviation of the residuals."""
    table: BoolArray
    """(H, W) pixels seen to be bare table."""
    extent: BoolArray
    """(H, W) convex hull of the bare table in the picture: where things can stand."""

    def expected(self) -> FloatArray:
        """Return the table's colour (H, W, 3) CIELAB if nothing stood on it."""
        surface: FloatArray = _basis(*self.table.shape) @ self.coefficients.astype(np.float32)
        return surface

    def residual(self, lab: FloatArray) -> FloatArray:
        """Return (H, W, 3) signed differences from the bare table in standard deviations."""
        scaled: FloatArray = (lab - self.expected()) / self.sigma.astype(np.float32)
        return scaled

    def distance(self, lab: FloatArray) -> FloatArray:
        """Return (H, W) how unlike the table each pixel is, in standard deviations."""
        found: FloatArray = np.sqrt(np.mean(self.residual(lab) ** 2, axis=-1))
        return found


def lab_image(image: Image, *, smooth_px: int = 5) -> FloatArray:
    """Return CIELAB (H, W, 3) float32 of an RGB picture after an edge-preserving median of `smooth_px`.

    From OpenCV's 8-bit conversion: one unit of rounding in a and b, 0.4 in L, below the codec's noise.
    """
    calm = cv2.medianBlur(np.ascontiguousarray(image), smooth_px) if smooth_px > 1 else image
    lab = cv2.cvtColor(calm, cv2.COLOR_RGB2LAB).astype(np.float32)
    lab *= np.array([100.0 / 255.0, 1.0, 1.0], np.float32)
    lab -= np.array([0.0, 128.0, 128.0], np.float32)
    return lab  # type: ignore[return-value]


def fit_table(
    image: Image,
    camera: Camera,
    T_camera_table: FloatArray,
    settings: TableSettings,
    workspace: tuple[float, float] = (0.0, 0.0),
) -> TableAppearance:
    """Fit the table's colour surface and extent.

    Args:
        image: (H, W, 3) RGB.
        camera: The camera of the picture.
        T_camera_table: (4, 4).
        settings: See `TableSettings`.
        workspace: x, y on the table about which things are done.

    Raises:
        ValueError: the table plane is not in the picture, or no single colour dominates it.
    """
    height, width = image.shape[:2]
    lab = lab_image(image)
    points = plane_points(camera, T_camera_table)
    away = np.hypot(points[..., 0] - workspace[0], points[..., 1] - workspace[1])
    near, within = away < settings.near, away < settings.reach
    if np.count_nonzero(near) < 0.01 * height * width:
        raise ValueError("the table plane around the workspace is hardly in the picture")
    pixels = lab[near]
    centre = _commonest(pixels[:: max(1, len(pixels) // 20_000)])
    difference = lab - centre
    # Illumination moves lightness much more than chroma, so the first gate is wide in L only.
    inlier = (np.abs(difference[..., 0]) < 25) & (np.hypot(difference[..., 1], difference[..., 2]) < 8)
    inlier &= np.isfinite(points[..., 0])
    basis = _basis(height, width)
    step = max(1, width // 240)
    sample = (slice(None, None, step), slice(None, None, step))
    basis_s, lab_s, inlier_s = (
        basis[sample].reshape(-1, 6),
        lab[sample].reshape(-1, 3),
        inlier[sample].ravel(),
    )
    floor = np.asarray(settings.colour_floor)
    # What lies farther out is another table, or the floor.
    plane_s = near[sample].ravel()
    inlier_s &= plane_s
    coefficients: FloatArray = np.zeros((6, 3))
    sigma: FloatArray = floor
    for _ in range(8):
        if np.count_nonzero(inlier_s) < 200:
            raise ValueError("no single colour dominates the table plane")
        coefficients = np.asarray(np.linalg.lstsq(basis_s[inlier_s], lab_s[inlier_s], rcond=None)[0])
        residual = lab_s - basis_s @ coefficients
        spread = 1.4826 * np.median(np.abs(residual[inlier_s]), axis=0)
        sigma = np.asarray(np.clip(spread, floor, settings.colour_most * floor))
        inlier_s = plane_s & (np.sqrt(np.mean((residual / sigma) ** 2, axis=1)) < settings.inlier_sigmas)
    surface = basis @ coefficients.astype(np.float32)
    distance = np.sqrt(np.mean(((lab - surface) / sigma.astype(np.float32)) ** 2, axis=-1))
    size = max(3, round(settings.opening * width / 960) | 1)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    # A wall of the table's colour behind it is another thing: between them runs the table's edge.
    flat = (distance < settings.inlier_sigmas) & within & (edge_strength(image, sigma) < settings.edge_sigmas)
    opened = cv2.morphologyEx(flat.astype(np.uint8), cv2.MORPH_OPEN, kernel)
    count, labels = cv2.connectedComponents(opened, connectivity=4)
    if count < 2:
        raise ValueError("no bare table was found in the picture")
    # The largest patch about the workspace; a wall may fill more of the picture.
    table = labels == 1 + int(np.argmax(np.bincount(labels[near], minlength=count)[1:]))
    rows, columns = np.nonzero(table)
    hull = cv2.convexHull(np.stack([columns, rows], axis=1).astype(np.int32))
    extent = np.zeros((height, width), np.uint8)
    cv2.fillConvexPoly(extent, hull, 1)
    return TableAppearance(coefficients=coefficients, sigma=sigma, table=table, extent=extent.astype(bool))


def edge_strength(image: Image, sigma: FloatArray) -> FloatArray:
    """Return the largest colour change per px (H, W), in standard deviations `sigma` (3,) of the table's colour."""
    lab = cv2.GaussianBlur(lab_image(image, smooth_px=1), (0, 0), 1.0 * image.shape[1] / 960)
    strength = np.zeros(image.shape[:2], np.float32)
    for channel in range(3):
        along_x = cv2.Sobel(lab[..., channel], cv2.CV_32F, 1, 0, scale=0.125)
        along_y = cv2.Sobel(lab[..., channel], cv2.CV_32F, 0, 1, scale=0.125)
        strength = np.maximum(strength, np.hypot(along_x, along_y) / sigma[channel])
    return strength  # type: ignore[return-value]


def _basis(height: int, width: int) -> FloatArray:
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = x / width - 0.5, y / height - 0.5
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)


def _commonest(colours: FloatArray) -> FloatArray:
    """Return the mode of colours (N, 3), looked for in chroma and lightness cells of 4 and 10 units."""
    cells = np.round(colours / np.array([10.0, 4.0, 4.0])).astype(np.int64)
    keys, counts = np.unique(cells, axis=0, return_counts=True)
    best = keys[np.argmax(counts)]
    close = np.all(np.abs(cells - best) <= 1, axis=1)
    centre: FloatArray = np.median(colours[close], axis=0)
    return centre
