"""Builds of simulated recordings beside their truth: hand, object, keyframes, twin, landmarks, camera, and the sigmas.

    python -m benchmarks.simulated_truth BUILD... --simulated FOLDER [--json FILE]

BUILD is a finished build whose folder's name ends in the recording's, as in `rgbd_apple_0`; FOLDER holds the recordings
(`apple_0/truth`), as `python -m benchmarks.evidence_motion` leaves both. Builds from depth and from colour are
pooled apart.
"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from skillc.benchmarks.provenance import print_provenance, provenance
from skillc.benchmarks.truth_metrics import (
    Spread,
    ground_errors,
    landmark_errors,
    middles,
    naming,
    round_about_z,
    size_errors,
    spread,
    too_small,
    turn_errors,
)
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.hands import HandMotion
from skillc.runtime.formats.keyframes import Keyframes
from skillc.runtime.formats.landmarks import Landmarks
from skillc.runtime.formats.object_motion import ObjectMotion
from skillc.runtime.formats.recording import Recording
from skillc.runtime.formats.twin import Twin

EVENTS = ("contact", "lift", "interaction", "release")
PALM = (0, 5, 9, 13, 17)
UNITS = {
    "joints": "mm", "joints_held": "mm", "palm_held": "mm", "object": "mm", "turn": "deg", "place": "mm",
    "size": "%", "size_measured": "%", "keyframes": "frames", "landmarks": "px", "ground": "mm",
}  # fmt: skip


def compare(build: Path, truth: Path) -> tuple[dict[str, FloatArray], dict[str, Any]]:
    """Return errors by what they are of (units as in UNITS), and single facts of the build."""
    keyframes, facts = _keyframes(build, truth)
    errors = {"keyframes": keyframes}
    for part in (_hand(build, truth), _object(build, truth), _twin(build, truth), _camera(build, truth)):
        errors |= part[0]
        facts |= part[1]
    return errors, facts


def _keyframes(build: Path, truth: Path) -> tuple[FloatArray, dict[str, Any]]:
    found, true = Keyframes.load(build / "keyframes.json"), Keyframes.load(truth / "keyframes.json")
    pairs = {name: (getattr(found, name), getattr(true, name)) for name in EVENTS}
    off = {name: None if a is None or b is None else a - b for name, (a, b) in pairs.items()}
    disputed = [name for name, (a, b) in pairs.items() if (a is None) != (b is None)]
    errors = np.array([abs(o) for o in off.values() if o is not None], dtype=np.float64)
    return errors, {"keyframes_off": off, "keyframes_only_one_has": disputed}


def _hand(build: Path, truth: Path) -> tuple[dict[str, FloatArray], dict[str, Any]]:
    found, true = HandMotion.load(build / "motion/hand.npz"), HandMotion.load(truth / "hand.npz")
    away = 1e3 * np.linalg.norm(found.joints_table_m - true.joints_table_m, axis=2)
    palm = 1e3 * np.linalg.norm(
        (found.joints_table_m - true.joints_table_m)[:, list(PALM)].mean(axis=1), axis=1
    )  # fmt: skip
    marks = Keyframes.load(truth / "keyframes.json")
    held = slice(marks.contact, (marks.interaction if marks.release is None else marks.release) + 1)
    camera = Recording.load(build / "recording.json").camera
    seen = Landmarks.load(build / "motion/landmarks.npz")
    pixels, share = landmark_errors(seen.joints_px, true.joints_px, camera.width, camera.height)
    return (
        {"joints": away.ravel(), "joints_held": away[held].ravel(), "palm_held": palm[held],
         "landmarks": pixels.ravel()},
        {"hand_found": share, "hand_sigma_too_small": too_small(palm, 1e3 * found.position_sigma_m),
         "hand_length_error": found.scale_m / true.scale_m - 1},
    )  # fmt: skip


def _object(build: Path, truth: Path) -> tuple[dict[str, FloatArray], dict[str, Any]]:
    found, true = ObjectMotion.load(build / "motion/object.npz"), ObjectMotion.load(truth / "object.npz")
    mine, real = Twin.load(build / "twin/twin.json").manipulated, Twin.load(truth / "twin.json").manipulated
    away = np.linalg.norm(middles(mine, found.T_table_object) - middles(real, true.T_table_object), axis=1)
    turned = found.T_table_object[:, :3, :3] @ naming(mine, real)
    turn = turn_errors(turned, true.T_table_object[:, :3, :3], round_about_z(mine, real))
    facts = {"object_sigma_too_small": too_small(away, found.position_sigma_m)}
    return {"object": 1e3 * away, "turn": np.degrees(turn)}, facts


def _twin(build: Path, truth: Path) -> tuple[dict[str, FloatArray], dict[str, Any]]:
    found, true = Twin.load(build / "twin/twin.json"), Twin.load(truth / "twin.json")
    sizes: list[FloatArray] = []
    measured: list[FloatArray] = []
    places: list[float] = []
    rows: dict[str, Any] = {}
    for role in ("manipulated", "target"):
        pair = [next((o for o in twin.objects if o.role == role), None) for twin in (found, true)]
        mine, real = pair
        if mine is None or real is None:
            continue
        size, seen = size_errors(mine, real)
        place = np.asarray(mine.T_table_object)[:2, 3] - np.asarray(real.T_table_object)[:2, 3]
        sigma = np.array(mine.position_sigma_m[:2])
        sizes.append(100 * np.abs(size))
        measured.append(100 * np.abs(size)[seen])
        places.append(1e3 * float(np.hypot(*place)))
        rows[role] = {
            "shape": mine.shape.kind, "size_error": size.tolist(), "size_measured": seen.tolist(),
            "place_error_m": place.tolist(), "place_sigma_m": sigma.tolist(),
        }  # fmt: skip
    errors = {"size": np.concatenate(sizes), "size_measured": np.concatenate(measured), "place": np.array(places)}
    return errors, {"twin": rows}


def _camera(build: Path, truth: Path) -> tuple[dict[str, FloatArray], dict[str, Any]]:
    found, true = (Calibration.load(folder / "calibration.json") for folder in (build, truth))
    return {"ground": 1e3 * ground_errors(found, true)}, {}


def kind_of(build: Path) -> str:
    """Return "RGB-D" or "colour"."""
    return "RGB-D" if Recording.load(build / "recording.json").has_depth else "colour"


def table(title: str, rows: dict[str, dict[str, Spread | None]]) -> str:
    """Return one line per row: median / p95 of every kind of error."""
    head = f"{title:<18}" + "".join(f"{f'{name} {unit}':>20}" for name, unit in UNITS.items())
    lines = [head]
    for name, values in rows.items():
        cells = ("-" if v is None else f"{v.median:.1f} / {v.p95:.1f}" for v in (values.get(k) for k in UNITS))
        lines.append(f"{name:<18}" + "".join(f"{cell:>20}" for cell in cells))
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", nargs="+", type=Path)
    parser.add_argument("--simulated", required=True, type=Path)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    found: dict[str, tuple[str, dict[str, FloatArray], dict[str, Any]]] = {}
    for build in given.build:
        if not (build / "keyframes.json").is_file():
            print(f"{build.name}: not finished, left out")
            continue
        recording = "_".join(build.name.split("_")[-2:])
        found[build.name] = (kind_of(build), *compare(build, given.simulated / recording / "truth"))
    pooled: dict[str, dict[str, FloatArray]] = {}
    for kind, errors, _ in found.values():
        pool = pooled.setdefault(kind, {})
        for name, values in errors.items():
            pool[name] = np.concatenate([pool.get(name, np.zeros(0)), values])
    print_provenance()
    each = {name: {what: spread(values) for what, values in errors.items()} for name, (_, errors, _) in found.items()}
    pools = {kind: {what: spread(values) for what, values in pool.items()} for kind, pool in pooled.items()}
    print(table("median / p95", each | {f"all {kind}": rows for kind, rows in pools.items()}))
    for name, (_, _, facts) in found.items():
        print(f"{name:<18} {line(facts)}")
    if given.json is not None:
        body = {
            "provenance": provenance(), "units": UNITS, "pooled": _plain(pools),
            "builds": {name: {"kind": kind, "errors": _plain({"": each[name]})[""], **facts}
                       for name, (kind, _, facts) in found.items()},
        }  # fmt: skip
        given.json.write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")


def line(facts: dict[str, Any]) -> str:
    """Return the single facts of a build as text."""
    off = " ".join(f"{k} {'-' if v is None else f'{v:+d}'}" for k, v in facts["keyframes_off"].items())
    missed = f", only one has {' '.join(facts['keyframes_only_one_has'])}" if facts["keyframes_only_one_has"] else ""
    sizes = "; ".join(
        f"{role} {row['shape']} "
        + " ".join(f"{100 * e:+.0f}{'' if m else '?'}" for e, m in zip(row["size_error"], row["size_measured"]))
        + f" %, place {1e3 * np.hypot(*row['place_error_m']):.0f} +- {1e3 * np.hypot(*row['place_sigma_m']):.0f} mm"
        for role, row in facts["twin"].items()
    )
    sigmas = " ".join(
        "-" if facts[k] is None else f"{facts[k]:.1f}" for k in ("object_sigma_too_small", "hand_sigma_too_small")
    )
    return (
        f"{off}{missed} | {sizes} | hand found {facts['hand_found']:.0%},"
        f" length {100 * facts['hand_length_error']:+.0f} % | sigmas too small (object, hand) {sigmas}"
    )


def _plain(groups: dict[str, dict[str, Spread | None]]) -> dict[str, dict[str, Any]]:
    return {
        group: {name: None if value is None else asdict(value) for name, value in rows.items()}
        for group, rows in groups.items()
    }


if __name__ == "__main__":
    main()
