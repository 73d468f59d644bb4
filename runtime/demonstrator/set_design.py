"""What a seed chooses besides the task: light, skin, hand size, sleeve, table, background."""

from dataclasses import dataclass

import numpy as np

Rgb = tuple[float, float, float]
TABLE_LOW, TABLE_HIGH = np.array([-0.07, -0.35]), np.array([0.72, 1.05])
"""m, corners of the table top, table frame."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """Appearance of one recording."""

    skin: Rgb
    """sRGB of well lit skin, 0..1."""
    cloth: Rgb
    light_from: tuple[float, float, float]
    """Direction the main light shines, table frame."""
    light_strength: float
    fill_strength: float
    ambient: float
    warmth: float
    """-1 cold .. 1 warm."""
    hand_scale: float
    """Hand length relative to the adult mean."""
    hand_girth: float


SKIN_TONES: tuple[Rgb, ...] = (
    (0.90, 0.71, 0.62), (0.87, 0.68, 0.58), (0.84, 0.64, 0.53), (0.79, 0.58, 0.47), (0.71, 0.51, 0.40),
    (0.62, 0.43, 0.33),
)  # fmt: skip
"""From light to dark brown, ours."""


def choose_look(rng: np.random.Generator) -> Look:
    """Return the appearance for a seed's generator."""
    tone = np.array(SKIN_TONES[int(rng.integers(len(SKIN_TONES)))]) * rng.uniform(0.96, 1.04)
    aim = np.array([rng.uniform(-0.45, 0.45), rng.uniform(-0.1, 0.6), -1.0])
    aim /= np.linalg.norm(aim)
    cloth = np.clip(np.array([0.62, 0.72, 0.80]) + rng.uniform(-0.45, 0.15, 3), 0.05, 0.95)
    return Look(
        skin=(float(tone[0]), float(tone[1]), float(tone[2])),
        cloth=(float(cloth[0]), float(cloth[1]), float(cloth[2])),
        light_from=(float(aim[0]), float(aim[1]), float(aim[2])),
        light_strength=float(rng.uniform(0.48, 0.60)),
        fill_strength=float(rng.uniform(0.18, 0.26)),
        ambient=float(rng.uniform(0.40, 0.46)),
        warmth=float(rng.uniform(-1, 1)),
        hand_scale=float(rng.uniform(0.93, 1.05)),
        hand_girth=float(rng.uniform(0.93, 1.04)),
    )
