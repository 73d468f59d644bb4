"""How often the truth lies within what a build states: coverage of its sigmas, and of its keyframes' confidences.

    python -m benchmarks.coverage BUILD... --simulated FOLDER [--plot FILE] [--json FILE]

BUILD is a build (up to its keyframes at least) whose folder's name ends in the recording's, as in `rgbd_apple_0`;
FOLDER holds the recordings with their truth. Of a right sigma 68 % of the errors lie within one and 95 % within 1.96,
whichever axis; a keyframe of confidence p is within three frames in p of all cases. Errors of one build's frames are
not independent: every build counts once, whatever its length, and the number of builds is what n says.
"""

import argparse
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from scipy.stats import norm

from skillc.benchmarks.provenance import print_provenance, provenance
from skillc.benchmarks.truth_metrics import middles, naming, round_about_z, size_errors, turn_errors
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.keyframes import Keyframes
from skillc.runtime.formats.object_motion import ObjectMotion
from skillc.runtime.formats.twin import Twin

LEVELS = (0.68, 0.95)
EVENTS = ("contact", "lift", "interaction", "release")
RIGHT = 3
"""Frames within which a keyframe is right."""
ALLOWED = 0.07
"""By how much coverage may differ from its level."""


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """Of one quantity, over all builds."""

    builds: int
    values: int
    within: tuple[float, ...]
    """Share of errors inside each of `LEVELS`."""
    factor: float
    """By which the sigmas would have to grow for 95 % to be 95 %."""


def standardised(build: Path, truth: Path) -> dict[str, FloatArray]:
    """Return errors in standard deviations, signed where they have a sign: position, orientation, size, place."""
    found, true = ObjectMotion.load(build / "motion/object.npz"), ObjectMotion.load(truth / "object.npz")
    mine, real = Twin.load(build / "twin/twin.json"), Twin.load(truth / "twin.json")
    thing, other = mine.manipulated, real.manipulated
    away = middles(thing, found.T_table_object) - middles(other, true.T_table_object)
    told = found.position_sigma_m > 0
    turned = found.T_table_object[:, :3, :3] @ naming(thing, other)
    turn = turn_errors(turned, true.T_table_object[:, :3, :3], round_about_z(thing, other))
    # The length of a turn about two or three axes: its root mean square per axis is what the sigma is of.
    axes = 2 if round_about_z(thing, other) else 3
    relative, _ = size_errors(thing, other)
    # In the order of `size_errors`, which names the axes as the truth does.
    order = [1, 0, 2] if naming(thing, other)[0, 0] == 0 else [0, 1, 2]
    size, sigma = np.array(thing.size_m)[order], np.array(thing.size_sigma_m)[order]
    place = np.asarray(thing.T_table_object)[:2, 3] - np.asarray(other.T_table_object)[:2, 3]
    return {
        "position": (away[told] / found.position_sigma_m[told, None]).ravel(),
        "orientation": turn / np.sqrt(axes) / found.rotation_sigma_rad,
        "size": relative * size / (1 + relative) / sigma,
        "place": place / np.array(thing.position_sigma_m[:2]),
    }


def coverage(errors: list[FloatArray]) -> Coverage:
    """Return the coverage of errors in standard deviations, one array per build, each build weighing the same."""
    finite = [np.abs(e[np.isfinite(e)]) for e in errors]
    finite = [e for e in finite if len(e)]
    if not finite:
        return Coverage(builds=0, values=0, within=tuple(np.nan for _ in LEVELS), factor=np.nan)
    within = tuple(float(np.mean([np.mean(e <= limit_of(level)) for e in finite])) for level in LEVELS)
    weight = np.concatenate([np.full(len(e), 1 / len(e)) for e in finite])
    every = np.concatenate(finite)
    order = np.argsort(every)
    reached = np.cumsum(weight[order]) / weight.sum()
    factor = float(every[order][np.searchsorted(reached, 0.95)] / limit_of(0.95))
    return Coverage(builds=len(finite), values=len(every), within=within, factor=factor)


def limit_of(level: float) -> float:
    """Return within how many standard deviations a share of a normal variable lies."""
    return float(norm.ppf(0.5 + level / 2))


def claims(build: Path, truth: Path) -> list[tuple[float, bool]]:
    """Return of every keyframe that both have its confidence, and whether it is right."""
    found, true = Keyframes.load(build / "keyframes.json"), Keyframes.load(truth / "keyframes.json")
    pairs = [(getattr(found.confidence, name), getattr(found, name), getattr(true, name)) for name in EVENTS]
    return [(sure, abs(a - b) <= RIGHT) for sure, a, b in pairs if a is not None and b is not None]


def plot(errors: dict[str, list[FloatArray]], told: list[tuple[float, bool]], file: Path) -> None:
    """Draw stated against observed shares; on the diagonal a build means what it says."""
    import matplotlib.pyplot as plt

    levels = np.linspace(0.02, 0.99, 60)
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 5))
    for name, groups in errors.items():
        finite = [np.abs(e[np.isfinite(e)]) for e in groups]
        seen = [np.mean([np.mean(e <= limit_of(level)) for e in finite if len(e)]) for level in levels]
        left.plot(levels, seen, label=name)
    left.set(xlabel="stated", ylabel="observed", title="share of errors within what is stated")
    left.legend()
    sure, good = np.array([t[0] for t in told]), np.array([t[1] for t in told], dtype=float)
    for low, high in ((0.0, 0.4), (0.4, 0.6), (0.6, 1.01)):
        chosen = (sure >= low) & (sure < high)
        if chosen.any():
            right.scatter(sure[chosen].mean(), good[chosen].mean(), s=20 * chosen.sum())
            right.annotate(f"n = {chosen.sum()}", (sure[chosen].mean(), good[chosen].mean()))
    right.set(
        xlabel="confidence", ylabel=f"right within {RIGHT} frames", title="keyframes", xlim=(0, 1), ylim=(0, 1.05)
    )
    for axes in (left, right):
        axes.plot([0, 1], [0, 1], "k:", linewidth=1)
    figure.tight_layout()
    figure.savefig(file, dpi=100)
    plt.close(figure)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", nargs="+", type=Path)
    parser.add_argument("--simulated", required=True, type=Path)
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    errors: dict[str, list[FloatArray]] = {}
    told: list[tuple[float, bool]] = []
    for build in given.build:
        if not (build / "keyframes.json").is_file():
            print(f"{build.name}: not finished, left out")
            continue
        truth = given.simulated / "_".join(build.name.split("_")[-2:]) / "truth"
        for name, values in standardised(build, truth).items():
            errors.setdefault(name, []).append(values)
        told += claims(build, truth)
    print_provenance()
    found = {name: coverage(groups) for name, groups in errors.items()}
    print(f"{'':12}{'n':>4}{'values':>8}" + "".join(f"{f'within {level:.0%}':>14}" for level in LEVELS) + "  sigmas x")
    for name, row in found.items():
        held = all(abs(share - level) <= ALLOWED for share, level in zip(row.within, LEVELS, strict=True))
        cells = "".join(f"{share:14.0%}" for share in row.within)
        print(f"{name:12}{row.builds:4}{row.values:8}{cells}  {row.factor:.2f}{'' if held else '  off'}")
    if told:
        said, right = np.mean([sure for sure, _ in told]), np.mean([good for _, good in told])
        print(f"keyframes: mean confidence {said:.2f}, right within {RIGHT} frames {right:.2f} of {len(told)}")
    if given.plot is not None:
        plot(errors, told, given.plot)
    if given.json is not None:
        body = {"provenance": provenance(), "coverage": {k: asdict(v) for k, v in found.items()}, "keyframes": told}
        given.json.write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
