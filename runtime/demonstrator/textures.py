"""Pictures painted on the simulated things: wood with a pencil grid, paper with the tag, prints, skin, clutter."""

import cv2
import numpy as np

from skillc.runtime.demonstrator.tag import CELLS_ACROSS, draw_tag
from skillc.runtime.formats.arrays import FloatArray, Image

Rgb = tuple[float, float, float]


def smooth_noise(rng: np.random.Generator, shape: tuple[int, int], cells: tuple[int, int]) -> FloatArray:
    """Return (H, W) noise in about -1..1 with `cells` (rows, columns) random values stretched over it."""
    coarse = rng.uniform(-1, 1, (max(2, cells[0]), max(2, cells[1])))
    return np.asarray(cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC), dtype=np.float64)


def as_image(rgb: FloatArray) -> Image:
    """Return (H, W, 3) of 0..1 as uint8."""
    return (np.clip(rgb, 0.0, 1.0) * 255 + 0.5).astype(np.uint8)


def any_colour(rng: np.random.Generator, low: float, high: float) -> Rgb:
    """Return a colour whose parts lie between `low` and `high` (0..1)."""
    red, green, blue = rng.uniform(low, high, 3)
    return float(red), float(green), float(blue)


def wood(
    rng: np.random.Generator, *, width_m: float, length_m: float, origin_m: tuple[float, float], px_per_m: float
) -> Image:
    """Return a light wooden table top with a 10 cm pencil grid about `origin_m` (metres from the lower left corner).

    Row 0 is the far edge (+y of the table).
    """
    rows, columns = round(length_m * px_per_m), round(width_m * px_per_m)
    base = np.array([0.84, 0.70, 0.53]) * rng.uniform(0.93, 1.03) + rng.normal(0, 0.012, 3)
    grain = 0.5 * smooth_noise(rng, (rows, columns), (6, 240)) + 0.5 * smooth_noise(rng, (rows, columns), (30, 700))
    boards = np.repeat(rng.normal(0, 1, 9), columns // 9 + 1)[:columns]
    tone = 0.035 * grain + 0.014 * boards[None, :] + 0.03 * smooth_noise(rng, (rows, columns), (4, 5))
    picture = base + tone[..., None] * np.array([1.0, 1.05, 1.1])
    strength = np.zeros((rows, columns), dtype=np.float64)
    for k in range(1, 6):
        x = round((origin_m[0] + 0.1 * k) * px_per_m)
        y = round(rows - (origin_m[1] + 0.1 * k) * px_per_m)
        top, left = round(rows - (origin_m[1] + 0.42) * px_per_m), round((origin_m[0] + 0.05) * px_per_m)
        bottom, right = round(rows - (origin_m[1] - 0.02) * px_per_m), round((origin_m[0] + 0.55) * px_per_m)
        cv2.line(strength, (x, top), (x, bottom), 1.0, 1, cv2.LINE_AA)
        if k < 5:
            cv2.line(strength, (left, y), (right, y), 1.0, 1, cv2.LINE_AA)
    fade = np.clip(0.5 + 0.5 * smooth_noise(rng, (rows, columns), (12, 12)), 0.1, 1.0)
    return as_image(picture * (1 - 0.45 * (strength * fade)[..., None]))


def tag_paper(*, paper_cells: float, px_per_cell: int) -> Image:
    """Return tag 0 centred on a white square sheet `paper_cells` cells wide."""
    size = round(paper_cells * px_per_cell)
    sheet = np.full((size, size), 246, dtype=np.uint8)
    cells = np.where(draw_tag(0) > 127, 246, 22).astype(np.uint8)
    printed = np.kron(cells, np.ones((px_per_cell, px_per_cell), dtype=np.uint8))
    start = (size - CELLS_ACROSS * px_per_cell) // 2
    sheet[start : start + printed.shape[0], start : start + printed.shape[1]] = printed
    return np.repeat(sheet[..., None], 3, axis=-1)


def skin_palette(tone: Rgb) -> Image:
    """Return the (64, 64) palette the skin mesh points into: column = shade, row = region (0 skin .. 1 nail).

    `tone` is the linear-looking sRGB colour of well lit skin, 0..1.
    """
    shade = np.linspace(0, 1, 64)[None, :, None]
    region = np.linspace(0, 1, 64)[:, None, None]
    light = np.array(tone)
    crease = light * np.array([0.62, 0.46, 0.42])
    flushed = light * np.array([1.02, 0.86, 0.83])
    nail = 0.55 * light * np.array([1.06, 0.92, 0.92]) + 0.45 * np.array([0.93, 0.80, 0.78])
    body = light + (flushed - light) * np.clip((region - 0.25) / 0.3, 0, 1)
    body = body + (nail - body) * np.clip((region - 0.7) / 0.2, 0, 1)
    return as_image(crease + (body - crease) * shade**0.8)


def printed_pattern(rng: np.random.Generator, ground: Rgb, size: int = 512) -> Image:
    """Return a busy print (leaves, blossoms, dots) on `ground`, as on a tissue box."""
    picture = np.tile(np.array(ground), (size, size, 1))
    inks = [np.clip(rng.uniform(0.1, 0.95, 3), 0, 1) for _ in range(4)] + [np.array([0.97, 0.96, 0.93])]
    for _ in range(70):
        center = tuple(int(v) for v in rng.integers(0, size, 2))
        axes = (int(rng.integers(8, 42)), int(rng.integers(5, 18)))
        ink = inks[int(rng.integers(len(inks)))]
        cv2.ellipse(picture, center, axes, float(rng.uniform(0, 180)), 0, 360, tuple(map(float, ink)), -1, cv2.LINE_AA)
    cv2.rectangle(picture, (0, 0), (size - 1, size - 1), tuple(0.8 * float(g) for g in ground), 10)
    return as_image(picture)


def label(rng: np.random.Generator, ground: Rgb, size: tuple[int, int] = (256, 512)) -> Image:
    """Return a jar's paper label (rows, columns) with stripes, blocks and lines like text."""
    rows, columns = size
    picture = np.tile(np.array(ground), (rows, columns, 1))
    ink = tuple(float(v) for v in rng.uniform(0.05, 0.5, 3))
    second = tuple(float(v) for v in rng.uniform(0.3, 0.9, 3))
    cv2.rectangle(picture, (0, 0), (columns, rows // 8), ink, -1)
    cv2.rectangle(picture, (0, rows - rows // 9), (columns, rows), second, -1)
    for k in range(4):
        left = k * columns // 4 + int(rng.integers(4, 20))
        cv2.circle(picture, (left + 40, rows // 3), int(rng.integers(14, 26)), second, -1, cv2.LINE_AA)
        for row in range(rows // 2, rows - rows // 6, 16):
            cv2.line(picture, (left, row), (left + int(rng.integers(30, 95)), row), ink, 4, cv2.LINE_AA)
    return as_image(picture)


def book_cover(rng: np.random.Generator, ground: Rgb, size: int = 512) -> Image:
    """Return a cover with a title block, a picture field and rules."""
    picture = np.tile(np.array(ground), (size, size, 1)) + 0.03 * smooth_noise(rng, (size, size), (6, 6))[..., None]
    pale = (0.94, 0.92, 0.86)
    cv2.rectangle(picture, (60, 50), (size - 60, 190), pale, -1)
    for row, length in ((85, 300), (120, 240), (155, 180)):
        cv2.line(picture, (90, row), (90 + length, row), (0.12, 0.12, 0.14), 14, cv2.LINE_AA)
    second = tuple(float(v) for v in rng.uniform(0.2, 0.9, 3))
    cv2.circle(picture, (size // 2, 340), 95, second, -1, cv2.LINE_AA)
    cv2.ellipse(picture, (size // 2 + 30, 350), (60, 25), 30.0, 0, 360, pale, -1, cv2.LINE_AA)
    cv2.rectangle(picture, (30, 25), (size - 30, size - 25), pale, 6)
    return as_image(picture)


def pages(rng: np.random.Generator, size: int = 256) -> Image:
    """Return the cut edge of a block of paper."""
    lines = rng.normal(0, 0.035, (size, 1)) + 0.01 * rng.normal(0, 1, (size, size))
    return as_image(np.array([0.90, 0.87, 0.80]) + lines[..., None])


def fruit(rng: np.random.Generator, body: Rgb, blush: Rgb, size: tuple[int, int] = (256, 512)) -> Image:
    """Return a fruit's skin around (columns) and up (rows): a body colour with a blush on one side and fine streaks."""
    _rows, columns = size
    angle = np.linspace(0, 2 * np.pi, columns)[None, :]
    side = np.clip(0.5 + 0.5 * np.cos(angle - rng.uniform(0, 6.28)) + 0.3 * _wrapped_noise(rng, size, (5, 8)), 0, 1)
    streaks = 0.05 * _wrapped_noise(rng, size, (4, 90)) + 0.03 * _wrapped_noise(rng, size, (40, 60))
    picture = np.array(body) + (np.array(blush) - np.array(body)) * side[..., None] + streaks[..., None]
    return as_image(picture)


def clutter(rng: np.random.Generator, size: tuple[int, int] = (384, 768)) -> Image:
    """Return what lies beyond the table: a dark room with screens, cables and boxes, out of focus."""
    rows, columns = size
    picture = np.full((rows, columns, 3), 0.05) + 0.03 * smooth_noise(rng, size, (5, 9))[..., None]
    for _ in range(26):
        x, y = int(rng.integers(0, columns)), int(rng.integers(0, rows))
        w, h = int(rng.integers(20, 150)), int(rng.integers(15, 90))
        grey = float(rng.choice([0.03, 0.08, 0.15, 0.25, 0.4], p=[0.4, 0.25, 0.2, 0.1, 0.05]))
        tint = tuple(float(v) for v in np.clip(grey + rng.normal(0, 0.02, 3), 0, 1))
        cv2.rectangle(picture, (x, y), (x + w, y + h), tint, -1)
    for _ in range(14):
        ends = rng.integers(0, [columns, rows], (2, 2))
        cv2.line(picture, ends[0].tolist(), ends[1].tolist(), (0.02, 0.02, 0.02), int(rng.integers(1, 5)), cv2.LINE_AA)
    return as_image(np.asarray(cv2.GaussianBlur(picture, (0, 0), 2.0), dtype=np.float64))


def cloth(rng: np.random.Generator, tone: Rgb, size: int = 256) -> Image:
    """Return woven cloth with soft folds."""
    folds = 0.10 * smooth_noise(rng, (size, size), (5, 9)) + 0.04 * smooth_noise(rng, (size, size), (60, 60))
    return as_image(np.array(tone) + folds[..., None])


def _wrapped_noise(rng: np.random.Generator, shape: tuple[int, int], cells: tuple[int, int]) -> FloatArray:
    """Return noise whose last column continues in its first."""
    noise = smooth_noise(rng, shape, cells)
    fade = np.linspace(0, 1, shape[1])[None, :] ** 3
    return noise * (1 - fade) + noise[:, :1] * fade
