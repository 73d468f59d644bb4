"""How hard a simulated recording is to look at: one table of levels, each with all that it adds to the one before.

Level 0 is the plain studio. What a level draws comes from a generator of its own, so that the task, its objects and
the motion of one seed are the same at every level: levels are compared on the same demonstrations.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, kw_only=True)
class Nuisance:
    """One level; all numbers are ours: what videos of laboratories and kitchens show."""

    shadows: bool = False
    """The main lamp casts hard shadows."""
    highlight: float = 0.0
    """Brightness, 0..1, of a lamp mirrored in table and things; its image wanders as the lamp sways."""
    gloss: float = 12.0
    """Exponent of that highlight: a dull board 12, a varnished one 150."""
    gain_drift: float = 0.0
    """Share by which automatic exposure wanders, and follows what the hand covers."""
    white_drift: float = 0.0
    """Share by which red and blue wander against green."""
    crf: int = 17
    """libx264's constant rate factor of the video."""
    jpeg: int = 94
    """Quality of the pictures of the RGB-D folder."""
    shutter: float = 0.0
    """Share of the time between frames in which the shutter is open."""
    patterned: bool = False
    """A printed cloth covers the table."""
    printed_sides: bool = False
    """The sides of a box have other colours and prints than its top."""
    clutter: int = 0
    """Mugs with handles and printed boxes that take no part, beside what the task's seed puts there."""
    stacked: bool = False
    """One more box of them carries a mug."""
    filled: bool = False
    """Bowl, plate, pan and tray have contents."""
    sleeve_start: float | None = None
    """Share of the forearm that is bare; None as in the studio."""
    second_hand: bool = False
    """Another hand rests at the left edge of the table and is not quite still."""
    cameras: bool = False
    """Other focal lengths, places, tilts and rolls."""
    sizes: tuple[tuple[int, int], ...] = ()
    """px, width and height, of which one is drawn; none as in the studio."""
    rates_hz: tuple[float, ...] = ()
    """Of which one is drawn; none as in the studio."""
    tag: bool = True
    """A printed tag lies on the table; without one, taped crosses whose places the spec states."""


LEVELS: tuple[Nuisance, ...] = (
    Nuisance(),
    Nuisance(
        shadows=True, highlight=0.18, gain_drift=0.05, white_drift=0.03, crf=23, jpeg=88, clutter=1, sleeve_start=0.45,
    ),
    Nuisance(
        shadows=True, highlight=0.28, gloss=40.0, gain_drift=0.10, white_drift=0.05, crf=28, jpeg=75, shutter=0.4,
        patterned=True, printed_sides=True, clutter=2, stacked=True, filled=True, sleeve_start=0.15, cameras=True,
        sizes=((960, 720), (1280, 720)),
    ),
    Nuisance(
        shadows=True, highlight=0.5, gloss=150.0, gain_drift=0.18, white_drift=0.09, crf=34, jpeg=50, shutter=0.8,
        patterned=True, printed_sides=True, clutter=3, stacked=True, filled=True, sleeve_start=0.10, second_hand=True,
        cameras=True, sizes=((640, 360), (960, 540), (1920, 1080)), rates_hz=(15.0, 24.0, 60.0), tag=False,
    ),
)  # fmt: skip
"""From the studio to a room that nobody prepared."""


def own_generator(task_number: int, seed: int, level: int) -> np.random.Generator:
    """Return the generator of what `level` adds, apart from the one that draws the demonstration."""
    return np.random.default_rng([task_number, seed, level, 960])
