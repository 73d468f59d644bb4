"""Build a real video that was brightened, turned, compressed, cut or mirrored, and hold the results to its truth.

    python -m benchmarks.variants SPEC --data FOLDER --truth FOLDER [--only NAME...] [--out FOLDER] [--json FILE]

What a camera or an editor does to a video must not change what is read from it: keyframes stay within five frames,
sizes that count as measured within 15 %, or the build is refused. *Said* is wrong where the build itself doubts it
(a keyframe below even odds); *wrong* is silently so. A mirrored video must be refused: its tag reads backwards.
"""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import yaml

from skillc.benchmarks.provenance import print_provenance, provenance
from skillc.benchmarks.real_videos import FRAME_LIMIT, FRAMES, size_rows
from skillc.runtime.formats.arrays import Image
from skillc.runtime.formats.keyframes import Keyframes
from skillc.runtime.formats.twin import Twin

SURE = 0.5
"""Confidence from which a keyframe counts as claimed."""
CUT = 10
"""Frames that are taken off the beginning; the hand comes later in all four videos."""


def _same(picture: Image, random: np.random.Generator) -> Image:
    return picture


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One way to change a video."""

    name: str
    change: Callable[[Image, np.random.Generator], Image] = _same
    """Of every picture (H, W, 3) RGB."""
    crf: int = 12
    """Of H.264: 12 shows no blocks, 38 is a messenger's preview."""
    first: int = 0
    """Frame that becomes the first."""
    step: int = 1
    """One frame in so many is kept."""
    size: float = 1.0
    """Pixels of the variant in one of the video."""
    refused: bool = False
    """It has to be."""


def _lit(factor: float) -> Callable[[Image, np.random.Generator], Image]:
    return lambda picture, random: np.asarray(np.clip(picture * factor, 0, 255), dtype=np.uint8)


def _noisy(sigma: float) -> Callable[[Image, np.random.Generator], Image]:
    return lambda picture, random: np.asarray(
        np.clip(picture + random.normal(0, sigma, picture.shape), 0, 255), dtype=np.uint8
    )


def _turned(angle_deg: float) -> Callable[[Image, np.random.Generator], Image]:
    def turn(picture: Image, random: np.random.Generator) -> Image:
        height, width = picture.shape[:2]
        about = cv2.getRotationMatrix2D((width / 2, height / 2), angle_deg, 1.0)
        return np.asarray(cv2.warpAffine(picture, about, (width, height), borderMode=cv2.BORDER_REPLICATE))

    return turn


def _half(picture: Image, random: np.random.Generator) -> Image:
    size = (picture.shape[1] // 2, picture.shape[0] // 2)
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))


VARIANTS = (
    Variant(name="brighter", change=_lit(1.3)),
    Variant(name="darker", change=_lit(0.7)),
    Variant(name="turned", change=_turned(3.0)),
    Variant(name="noise_12", change=_noisy(12.0)),
    Variant(name="noise_25", change=_noisy(25.0)),
    Variant(name="compressed", crf=38),
    Variant(name="half_rate", step=2),
    Variant(name="half_size", change=_half, size=0.5),
    Variant(name="cut", first=CUT),
    Variant(name="mirrored", change=lambda picture, random: np.ascontiguousarray(picture[:, ::-1]), refused=True),
)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What became of one variant."""

    variant: str
    outcome: str
    """"right", "refused", "said" or "wrong"."""
    rows: tuple[str, ...]


def frames_of(video: Path, region: dict[str, int] | None) -> Iterator[Image]:
    """Return the pictures of a video, cut to the region that its spec names."""
    with av.open(str(video)) as container:
        for frame in container.decode(video=0):
            picture: Image = np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8)
            if region is not None:
                x, y = region["x"], region["y"]
                picture = picture[y : y + region["height"], x : x + region["width"]]
            yield picture


def write(video: Path, pictures: Iterator[Image], rate: Fraction, crf: int) -> None:
    """Write pictures as H.264."""
    with av.open(str(video), "w") as container:
        stream: Any = None
        for picture in pictures:
            if stream is None:
                stream = container.add_stream("libx264", rate=rate, options={"crf": str(crf)})
                stream.height, stream.width, stream.pix_fmt = picture.shape[0], picture.shape[1], "yuv420p"
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")))
        container.mux(stream.encode())


def varied(spec: dict[str, Any], variant: Variant, data: Path, out: Path) -> Path:
    """Write a variant's video and spec; return the spec."""
    shown = spec["demonstrations"]
    video, region = data / shown["recording"], shown.get("region")
    with av.open(str(video)) as container:
        rate = Fraction(container.streams.video[0].average_rate or 30) / variant.step
    random = np.random.default_rng(0)
    kept = (
        variant.change(picture, random)
        for k, picture in enumerate(frames_of(video, region))
        if k >= variant.first and (k - variant.first) % variant.step == 0
    )
    write(out / video.name, kept, rate, variant.crf)
    changed = json.loads(json.dumps(spec))
    changed["demonstrations"] = {"recording": video.name}
    camera = changed["cameras"]["main"]
    camera["focal"] = f"{float(str(camera['focal']).split()[0]) * variant.size:g} px"
    file = out / f"{variant.name}.yaml"
    file.write_text(yaml.safe_dump(changed, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return file


def judge(build: Path, variant: Variant, truth: dict[str, Any]) -> Verdict:
    """Hold a finished build to the truth of the video that the variant was made of."""
    found, twin = Keyframes.load(build / "keyframes.json"), Twin.load(build / "twin" / "twin.json")
    rows, wrong, doubted = [], 0, 0
    for key, label in FRAMES.items():
        mine, sure, wanted = getattr(found, key), getattr(found.confidence, key), truth["keyframes"].get(label)
        then = None if mine is None else mine * variant.step + variant.first
        best = None if wanted is None else wanted["best"]
        good = then is None if best is None else then is not None and abs(then - best) <= FRAME_LIMIT
        if not good:
            wrong, doubted = wrong + (sure >= SURE), doubted + (sure < SURE)
        rows.append(f"{'ok  ' if good else 'FAIL'} {key:12} {then} (confidence {sure:.2f}), truth {best}")
    for role in ("manipulated", "target"):
        wanted = next((o for o in truth["objects"].values() if o["role"] == role), None)
        thing = next((o for o in twin.objects if o.role == role), None)
        if wanted is None or thing is None:
            continue
        for row in size_rows(variant.name, role, thing, wanted["size_m"]):
            wrong += row.passed is False
            if row.passed is False:
                rows.append(f"FAIL {row.what} {row.found}, truth {row.truth}")
    outcome = "wrong" if wrong or variant.refused else "said" if doubted else "right"
    return Verdict(variant=variant.name, outcome=outcome, rows=tuple(rows))


def built(spec: Path, variant: Variant, folder: Path, truth: dict[str, Any]) -> Verdict:
    """Build a variant up to its keyframes and judge it."""
    command = [sys.executable, "-m", "skillc", "build", str(spec), "--data", str(spec.parent), "--out", str(folder)]
    ran = subprocess.run([*command, "--until", "keyframes"], capture_output=True, text=True, check=False)
    if ran.returncode == 0:
        return judge(folder, variant, truth)
    said = ran.stderr + ran.stdout
    reason = next((line for line in said.splitlines() if re.search(r"SK\d+: (?!warning)", line)), said[-300:])
    # A crash is no refusal.
    refused = re.search(r"SK\d+: (?!warning)", said) is not None
    return Verdict(variant=variant.name, outcome="refused" if refused else "wrong", rows=(reason,))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("spec", type=Path)
    parser.add_argument("--data", required=True, type=Path)
    parser.add_argument("--truth", required=True, type=Path)
    parser.add_argument("--only", nargs="+", choices=[variant.name for variant in VARIANTS])
    parser.add_argument("--out", type=Path, default=Path("build/variants"))
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    spec = yaml.safe_load(given.spec.read_text(encoding="utf-8"))
    name = Path(spec["demonstrations"]["recording"]).stem
    truth = json.loads((given.truth / f"{name}.json").read_text(encoding="utf-8"))
    print_provenance()
    verdicts = []
    for variant in VARIANTS:
        if given.only is not None and variant.name not in given.only:
            continue
        folder = given.out / name / variant.name
        folder.mkdir(parents=True, exist_ok=True)
        verdicts.append(built(varied(spec, variant, given.data, folder), variant, folder / "build", truth))
        print(f"{verdicts[-1].outcome:8} {variant.name}", *verdicts[-1].rows, sep="\n    ", flush=True)
    counts = {kind: sum(v.outcome == kind for v in verdicts) for kind in ("right", "refused", "said", "wrong")}
    print(", ".join(f"{count} {kind}" for kind, count in counts.items()))
    if given.json is not None:
        body = {"provenance": provenance(), "video": name, "verdicts": [asdict(v) for v in verdicts]}
        given.json.write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
