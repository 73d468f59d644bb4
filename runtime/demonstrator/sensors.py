"""What a real camera makes of a clean rendering: soft occlusion, blur and noise in colour; stereo faults in depth.

The depth camera is modelled after the D455's principle: two imagers `BASELINE_M` apart, disparity found by matching.
Datasheet facts (Intel RealSense D400 series): baseline 95 mm, disparity with 5 fractional bits; the noise and hole
rates are ours.
"""

from typing import Any, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from skillc.runtime.formats.arrays import Image
from skillc.runtime.sim.stereo import BASELINE_M, hidden_from_second_imager

DepthArray: TypeAlias = npt.NDArray[np.float32]
RawDepth: TypeAlias = npt.NDArray[np.uint16]

DISPARITY_STEP = 1.0 / 32
"""px, quantisation of disparity."""
OCCLUSION_RAYS = 10
DEPTH_UNIT = 0.0001
"""m per unit of the 16-bit depth picture."""


class Grain:
    """Noise fields drawn once per recording; every frame sees them at another random shift."""

    SPARE = 128
    """px by which the fields are larger than the picture."""

    def __init__(self, rows: int, columns: int, rng: np.random.Generator) -> None:
        """Draw fields for pictures of `rows` x `columns`."""
        size = (rows + self.SPARE, columns + self.SPARE)
        self._rng, self._shape = rng, (rows, columns)
        fine = rng.standard_normal((*size, 3), dtype=np.float32)
        coarse = cv2.resize(rng.standard_normal((size[0] // 4, size[1] // 4, 3), dtype=np.float32), size[::-1])
        self._shot = 0.4 * fine + 0.7 * cv2.GaussianBlur(fine, (0, 0), 0.6)
        self._chroma = 0.003 * coarse
        self._depth = np.stack(
            [
                cv2.GaussianBlur(rng.standard_normal(size, dtype=np.float32), (0, 0), 2.2) * 7.8,
                cv2.GaussianBlur(rng.standard_normal(size, dtype=np.float32), (0, 0), 1.2) * 4.3,
                rng.standard_normal(size, dtype=np.float32),
            ],
            axis=-1,
        )
        y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
        self.vignette = 1.0 - 0.22 * (((x - columns / 2) / columns) ** 2 + ((y - rows / 2) / rows) ** 2)[..., None]

    def color(self) -> tuple[Any, Any]:
        """Return shot noise of unit strength and colour noise, (H, W, 3) float32 each."""
        return self._window(self._shot), self._window(self._chroma)

    def depth(self) -> Any:
        """Return (H, W, 3) float32 of unit strength: correlated over 2 px, over 1 px, white."""
        return self._window(self._depth)

    def _window(self, field: Any) -> Any:
        top, left = self._rng.integers(0, self.SPARE, 2)
        return field[top : top + self._shape[0], left : left + self._shape[1]]


def expose(rgb: Image, depth: DepthArray, focal_px: float, grain: Grain) -> Image:
    """Return the noisy colour picture of a clean rendering (H, W, 3) with its depth (H, W) float32 in metres."""
    light: Any = rgb.astype(np.float32)
    light *= (_openness(depth, focal_px)[..., None] * grain.vignette) * np.float32(1 / 255)
    light = cv2.GaussianBlur(light, (5, 5), 0.85)
    shot, chroma = grain.color()
    light += shot * np.sqrt(np.float32(0.00012) * light + np.float32(0.00001)) + chroma
    return np.asarray(cv2.convertScaleAbs(np.maximum(light, 0), alpha=255.0), dtype=np.uint8)


def _openness(depth: DepthArray, focal_px: float, radius: float = 0.035) -> DepthArray:
    """Return 0..1 of ambient light (H, W) from what stands within `radius` metres above each surface point.

    Screen-space ambient occlusion (Mittring, "Finding Next Gen", SIGGRAPH 2007 course notes) at a third of the size,
    with the surface's own normal; it gives contact shadows and parts the fingers.
    """
    rows, columns = depth.shape[0] // 3, depth.shape[1] // 3
    z = cv2.resize(depth, (columns, rows), interpolation=cv2.INTER_NEAREST)
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    f = np.float32(focal_px / 3)
    points = np.stack([(x - columns / 2) * z / f, (y - rows / 2) * z / f, z], axis=-1)
    across = cv2.Scharr(points, cv2.CV_32F, 1, 0)
    down = cv2.Scharr(points, cv2.CV_32F, 0, 1)
    normal = np.stack(
        [
            down[..., 1] * across[..., 2] - down[..., 2] * across[..., 1],
            down[..., 2] * across[..., 0] - down[..., 0] * across[..., 2],
            down[..., 0] * across[..., 1] - down[..., 1] * across[..., 0],
        ],
        axis=-1,
    )
    normal /= np.maximum(np.sqrt((normal * normal).sum(axis=-1, keepdims=True)), 1e-9)
    covered = np.zeros_like(z)
    reach = f * np.float32(radius) / z
    for k in range(OCCLUSION_RAYS):
        angle, share = 2.4 * k, (k + 1) / OCCLUSION_RAYS  # golden-angle spiral
        there = cv2.remap(
            points, x + reach * np.float32(share * np.cos(angle)), y + reach * np.float32(share * np.sin(angle)),
            cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip
        offset = there - points
        length = np.sqrt((offset * offset).sum(axis=-1)) + np.float32(1e-5)
        above = np.maximum((offset * normal).sum(axis=-1) / length - 0.15, 0)
        covered += above / (1 + (length / np.float32(radius)) ** 4)
    covered = cv2.GaussianBlur(covered / OCCLUSION_RAYS, (0, 0), 1.0)
    grown: DepthArray = cv2.resize(1 - np.minimum(1.15 * covered, 0.6), (depth.shape[1], depth.shape[0]))
    return grown


def sense_depth(depth: DepthArray, rgb: Image, focal_px: float, grain: Grain) -> RawDepth:
    """Return the raw depth picture (H, W) uint16 in `DEPTH_UNIT`; 0 where the camera sees nothing.

    Args:
        depth: true depth along the optical axis, (H, W) float32 m.
        rgb: the colour picture, for dark surfaces without texture.
        focal_px: focal length of the picture.
        grain: noise source.
    """
    scale = np.float32(focal_px * BASELINE_M)
    disparity = np.asarray(scale / np.maximum(depth, np.float32(0.05)), dtype=np.float32)
    blobs, ragged, fine = np.moveaxis(grain.depth(), -1, 0)
    seen = disparity + np.float32(0.055) * blobs + np.float32(0.03) * fine
    seen = np.round(seen * np.float32(1 / DISPARITY_STEP)) * np.float32(DISPARITY_STEP)

    window = np.ones((5, 5), np.uint8)
    edge = (cv2.dilate(depth, window) - cv2.erode(depth, window)) > 0.025
    dark = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY) < 18
    lost = hidden_from_second_imager(disparity) | (edge & (ragged > -0.6)) | (dark & (blobs > 0.9)) | (depth > 6.0)
    specks = ((ragged > 3.6) & (fine > 0.5)).astype(np.uint8)
    lost |= cv2.dilate(specks, np.ones((3, 3), np.uint8)) > 0
    raw = np.round(scale / seen * np.float32(1 / DEPTH_UNIT))
    raw[lost | (raw > 65535)] = 0
    counts: RawDepth = raw.astype(np.uint16)
    return counts
