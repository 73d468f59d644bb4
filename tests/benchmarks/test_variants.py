"""Variants of a video: what is written, and how a build of it is judged."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import yaml

from skillc.benchmarks.variants import VARIANTS, Variant, frames_of, judge, varied, write
from skillc.runtime.formats.arrays import Image
from tests.motion import synthetic

SPEC = {
    "demonstrations": {"recording": "film.mp4", "region": {"x": 0, "y": 0, "width": 64, "height": 48}},
    "cameras": {"main": {"focal": "582 px"}},
}
TRUTH = {"keyframes": {"contact": {"best": 20}, "release": {"best": 60}}, "objects": {}}


def film(folder: Path) -> Path:
    """Write 20 pictures of twice the region's width; the left half grows brighter, the right half is white."""

    def pictures() -> Iterator[Image]:
        for k in range(20):
            picture = np.full((48, 128, 3), 255, np.uint8)
            picture[:, :32], picture[:, 32:64] = 10 * k, 40
            yield picture

    write(folder / "film.mp4", pictures(), Fraction(30), 5)
    return folder


def made(variant: str, tmp_path: Path) -> list[Image]:
    (tmp_path / "out").mkdir()
    chosen = next(v for v in VARIANTS if v.name == variant)
    spec = varied(SPEC, chosen, film(tmp_path), tmp_path / "out")
    written = yaml.safe_load(spec.read_text())
    assert written["demonstrations"] == {"recording": "film.mp4"}
    assert written["cameras"]["main"]["focal"] == ("291 px" if variant == "half_size" else "582 px")
    return list(frames_of(tmp_path / "out" / "film.mp4", None))


@pytest.mark.parametrize(
    ("variant", "count", "shape", "left", "right"),
    [
        ("brighter", 20, (48, 64), 130, 52), ("darker", 20, (48, 64), 70, 28), ("half_rate", 10, (48, 64), 200, 40),
        ("half_size", 20, (24, 32), 100, 40), ("cut", 10, (48, 64), 200, 40), ("mirrored", 20, (48, 64), 40, 100),
    ],
)  # fmt: skip
def test_a_variant_is_what_its_name_says(
    variant: str, count: int, shape: tuple[int, int], left: int, right: int, tmp_path: Path
) -> None:
    pictures = made(variant, tmp_path)
    last = pictures[10] if len(pictures) > 10 else pictures[-1]
    assert len(pictures) == count and last.shape[:2] == shape
    # The last of half the rate is frame 18, of the cut film frame 19.
    wanted = {"half_rate": 180, "cut": 190}.get(variant, left)
    assert abs(float(last[:, : shape[1] // 3].mean()) - wanted) < 12
    assert abs(float(last[:, -shape[1] // 3 :].mean()) - right) < 12


@pytest.mark.parametrize(("contact", "outcome"), [(10, "right"), (25, "wrong")])
def test_keyframes_are_held_to_the_frames_of_the_original(contact: int, outcome: str, tmp_path: Path) -> None:
    synthetic.box().twin.save(tmp_path / "twin" / "twin.json")
    synthetic.keyframes(contact, None, 25, None, 30).save(tmp_path / "keyframes.json")
    truth = {"keyframes": TRUTH["keyframes"] | {"interaction": {"best": 50}}, "objects": {}}
    assert judge(tmp_path, Variant(name="half_rate", step=2), truth).outcome == outcome


def test_a_mirrored_video_that_builds_is_wrong(tmp_path: Path) -> None:
    synthetic.box().twin.save(tmp_path / "twin" / "twin.json")
    synthetic.keyframes(20, None, 50, None, 60).save(tmp_path / "keyframes.json")
    truth = {"keyframes": TRUTH["keyframes"] | {"interaction": {"best": 50}}, "objects": {}}
    assert judge(tmp_path, Variant(name="same"), truth).outcome == "right"
    assert judge(tmp_path, Variant(name="mirrored", refused=True), truth).outcome == "wrong"
