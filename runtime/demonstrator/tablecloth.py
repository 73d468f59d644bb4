"""What lies on the table instead of bare wood: printed cloths, and taped crosses where no tag lies."""

import cv2
import numpy as np

from skillc.runtime.demonstrator.textures import any_colour, as_image, printed_pattern, smooth_noise
from skillc.runtime.formats.arrays import Image

CROSSES_M = ((-0.03, 0.02), (0.25, -0.03), (0.52, 0.02), (0.02, 0.44), (0.28, 0.50), (0.54, 0.44))
"""Places of taped crosses, table frame."""


def cloth_for_table(rng: np.random.Generator, *, width_m: float, length_m: float, px_per_m: float) -> Image:
    """Return a checked, striped or flowered cloth as large as the table."""
    rows, columns = round(length_m * px_per_m), round(width_m * px_per_m)
    ground = any_colour(rng, 0.62, 0.95)
    pale = np.array(ground)
    ink = pale * rng.uniform(0.25, 0.8, 3)
    kind = int(rng.integers(3))
    if kind == 2:
        tile = printed_pattern(rng, ground, 384).astype(np.float64) / 255
        picture = np.tile(tile, (rows // 384 + 1, columns // 384 + 1, 1))[:rows, :columns]
        return as_image(0.55 * picture + 0.45 * pale)
    pitch = int(rng.uniform(0.018, 0.05) * px_per_m)
    y, x = np.mgrid[0:rows, 0:columns]
    stripes = (x // pitch) % 2 * 0.5
    share = stripes + (y // pitch) % 2 * 0.5 if kind == 0 else 2 * stripes
    weave = 0.03 * smooth_noise(rng, (rows, columns), (rows // 3, columns // 3))
    return as_image(pale + (ink - pale) * share[..., None] + weave[..., None])


def with_crosses(picture: Image, *, origin_m: tuple[float, float], px_per_m: float) -> Image:
    """Return the table's picture (row 0 is the far edge) with a cross of dark tape at each of `CROSSES_M`."""
    taped = picture.copy()
    arm = round(0.012 * px_per_m)
    for x, y in CROSSES_M:
        u, v = round((origin_m[0] + x) * px_per_m), round(len(picture) - (origin_m[1] + y) * px_per_m)
        for du, dv in ((arm, 0), (0, arm)):
            cv2.line(taped, (u - du, v - dv), (u + du, v + dv), (25, 28, 30), max(2, round(0.003 * px_per_m)))
    return taped
