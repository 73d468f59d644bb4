"""Build the videos of other laboratories without a tag and hold the results to their ground truth.

    python -m benchmarks.other_labs [NAME...] --data FOLDER [--out FOLDER] [--clicks] [--json FILE]

Each clip gets a spec as a user would write it: points of the table as calibration (those of the ground truth), the
objects by name, the task; with `--clicks` also a pixel on each object. A clip is *right* if object, keyframes and
outlines are; *refused* if the build stops, which is true or false as `TRUE_REASONS` says; *said* if it is wrong where
the build itself doubts it; else *wrong*, silently. Ground truth is only for the points, the clicks and the score.
"""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.keyframes import Keyframes
from skillc.runtime.formats.object_motion import ObjectMotion
from skillc.runtime.formats.twin import Twin
from skillc.runtime.perception.object.outline_points import outline_parts
from skillc.runtime.perception.scene.mask_shapes import overlap
from skillc.runtime.perception.scene.silhouette import filled, filled_together, outline_of

FRAME_LIMIT, IOU_LIMIT, SURE = 5, 0.75, 0.5
"""Frames beside the best, least overlap of outlines, and the confidence from which a keyframe counts as claimed."""
MOMENTS = {
    "contact": ("motion_onset", "sustained_motion"),
    "lift": ("lift_off",),
    "interaction": ("interaction",),
    "release": ("release",),
}
"""Keyframe -> what the ground truth calls it; a nudge that is followed by rest may be taken for the contact or not."""
TASKS = {"slide": "push"}
"""What the ground truth calls a task -> the type of the language, where they differ."""
TRUE_REASONS: dict[str, dict[str, str]] = {
    "okami_snack": {"SK866": "a foil bag that turns over and deforms, blurred in five of its fifteen frames of flight"},
    "demodiff_banana": {"SK868": "curved: an ellipsoid overlaps the outline drawn by hand by 0.7"},
    "demodiff_bear": {"SK868": "a plush toy with limbs", "SK866": "it is squeezed and hangs by its head"},
    "demodiff_iron": {"SK868": "an open handle over a pointed sole"},
    "okami_salt": {
        "SK866": "black and pale blue before a black and pale blue shirt; turned over, blurred in 18 of its 27 frames"
    },
    "h2s2r_wc_pour": {
        "SK840": "a white can on a white table before a person who moves: nothing stands out",
        "SK868": "a can with a long spout and an open handle",
    },
}
"""Clip -> code -> why a refusal with it tells the truth, judged by hand from the pictures."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What became of one clip."""

    clip: str
    outcome: str
    """"right", "refused", "refused falsely", "said" or "wrong"."""
    rows: tuple[str, ...]
    """What was compared, or the reason of a refusal."""


def spec_of(name: str, truth: dict[str, Any], *, clicks: bool) -> str:
    """Return the spec a user would write for a clip."""
    camera = truth["camera"]
    points = [
        f"        - {{at: {{x: {p['pixel'][0]:g}, y: {p['pixel'][1]:g}}},"
        f" table: {{x: {100 * p['table_m'][0]:g} cm, y: {100 * p['table_m'][1]:g} cm}}}}"
        for p in camera["table_points"]
    ]
    task = TASKS.get(truth["task"], truth["task"])
    things = {key: thing for key, thing in truth["objects"].items() if task != "push" or thing["role"] != "target"}
    if len(things) == 1 and task == "grasp":
        task = "lift"
    objects = [
        f"    {key.replace(' ', '_')}: {{role: {thing['role']}, material: plastic"
        + (f", at: {{x: {at[0]}, y: {at[1]}}}" if clicks and (at := _middle(thing["polygon_reference"])) else "")
        + "}"
        for key, thing in things.items()
    ]
    lines = [
        f"skill: {name.replace('_', '-')}",
        "language: 1",
        "demonstrations:",
        f"  recording: {truth['video']}",
        f"  reference: {truth['reference_frame']}",
        "cameras:",
        "  main:",
        f"    focal: {camera['fx_guess_px']:.0f} px",
        "    calibration:",
        "      points:",
        *points,
        "scene:",
        "  objects:",
        *objects,
        f"task: {{type: {task}}}",
        "hardware: kinova_gen3_leap",
        "method: video2sim2real",
        "deploy: {on_fault: {else: hold}}",
    ]
    return "\n".join(lines) + "\n"


def _middle(polygon: list[list[float]]) -> tuple[int, int]:
    """Return the pixel farthest inside an outline."""
    points = np.array(polygon)
    low = points.min(axis=0) - 2
    mask = filled(points - low, *(np.ptp(points, axis=0)[::-1] + 5).astype(int))
    field = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 5)
    row, column = np.unravel_index(int(np.argmax(field)), field.shape)
    return round(column + low[0]), round(row + low[1])


def built(name: str, truth: dict[str, Any], data: Path, out: Path, *, clicks: bool) -> tuple[Path, str]:
    """Build a clip up to its keyframes; return the build's folder and what the command said."""
    spec = out / f"{name}.yaml"
    spec.write_text(spec_of(name, truth, clicks=clicks), encoding="utf-8")
    folder = out / name
    command = [sys.executable, "-m", "skillc", "build", str(spec), "--data", str(data), "--out", str(folder)]
    ran = subprocess.run([*command, "--until", "keyframes"], capture_output=True, text=True, check=False)
    said = ran.stderr + ran.stdout
    (out / f"{name}.log").write_text(said, encoding="utf-8")
    return folder if ran.returncode == 0 else Path(), said


def judge(name: str, truth: dict[str, Any], build: Path, said: str) -> Verdict:
    """Hold a clip's build to its ground truth."""
    if build == Path():
        codes = [c for c in re.findall(r"(SK\d+): (?!warning)", said)]
        reason = next((line for line in said.splitlines() if re.search(r"SK\d+: (?!warning)", line)), said[-300:])
        true = any(code in TRUE_REASONS.get(name, {}) for code in codes)
        return Verdict(clip=name, outcome="refused" if true else "refused falsely", rows=(reason.split(": ", 1)[-1],))
    rows, wrong, doubted = _keyframes(truth, build)
    more, lost = _outlines(truth, build)
    doubts = set(re.findall(r"(SK86[79]): warning", said))
    if lost and doubts:
        doubted, lost = doubted + 1, 0
    outcome = "wrong" if wrong + lost else "said" if doubted else "right"
    return Verdict(clip=name, outcome=outcome, rows=(*rows, *more, *(f"doubts: {code}" for code in sorted(doubts))))


def _keyframes(truth: dict[str, Any], build: Path) -> tuple[list[str], int, int]:
    """Return a line for each keyframe, how many are wrong while sure, and how many are wrong and doubted."""
    found = Keyframes.load(build / "keyframes.json")
    rows, wrong, doubted = [], 0, 0
    for key, names in MOMENTS.items():
        mine, sure = getattr(found, key), getattr(found.confidence, key)
        wanted = [truth["keyframes"][n] for n in names if truth["keyframes"].get(n) is not None]
        if mine is None or not wanted:
            good = mine is None and not wanted
        else:
            good = any(w["min"] <= mine <= w["max"] or abs(mine - w["best"]) <= FRAME_LIMIT for w in wanted)
        ranges = " or ".join(f"{w['best']} [{w['min']}, {w['max']}]" for w in wanted) or "none"
        rows.append(f"{'ok  ' if good else 'FAIL'} {key:12} {mine} (confidence {sure:.2f}), truth {ranges}")
        if not good:
            # A keyframe that is missing claims that it does not happen; its confidence is that of the claim.
            wrong, doubted = wrong + (sure >= SURE), doubted + (sure < SURE)
    return rows, wrong, doubted


def _outlines(truth: dict[str, Any], build: Path) -> tuple[list[str], int]:
    """Return a line for the object's outline in the reference and the final picture, and how many are wrong."""
    twin = Twin.load(build / "twin" / "twin.json")
    calibration, motion = (
        Calibration.load(build / "calibration.json"),
        ObjectMotion.load(build / "motion" / "object.npz"),
    )
    wanted = next(thing for thing in truth["objects"].values() if thing["role"] == "manipulated")
    final = wanted["final_polygon"]
    parts = outline_parts(twin.manipulated, build / "twin")
    places = [
        ("reference", truth["reference_frame"], wanted["polygon_reference"]),
        ("final", final["frame"], final["polygon"]),
    ]
    rows, lost = [], 0
    for what, frame, polygon in places:
        shown = _outline(calibration, motion.T_table_object[frame], parts)
        iou = overlap(shown, filled(np.array(polygon), *shown.shape))
        rows.append(f"{'ok  ' if iou >= IOU_LIMIT else 'FAIL'} outline IoU {what} {iou:.3f}")
        lost += iou < IOU_LIMIT
    return rows, lost


def _outline(calibration: Calibration, T_table_object: FloatArray, parts: Sequence[FloatArray]) -> BoolArray:
    camera, T = calibration.camera, calibration.T_camera_table @ T_table_object
    return filled_together([outline_of(camera, T, part) for part in parts], camera.height, camera.width)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clips", nargs="*")
    parser.add_argument("--data", required=True, type=Path)
    parser.add_argument("--out", type=Path, default=Path("build/other_labs"))
    parser.add_argument("--clicks", action="store_true", help="give a pixel on each object")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    truths = {f.stem: json.loads(f.read_text(encoding="utf-8")) for f in sorted(given.data.glob("ground_truth/*.json"))}
    verdicts = []
    for name in given.clips or truths:
        build, said = built(name, truths[name], given.data, given.out, clicks=given.clicks)
        verdicts.append(judge(name, truths[name], build, said))
        print(f"{verdicts[-1].outcome:16} {name}", *verdicts[-1].rows, sep="\n    ", flush=True)
    counts = {
        kind: sum(v.outcome == kind for v in verdicts) for kind in ("right", "refused", "refused falsely", "said")
    }
    silent = sum(v.outcome == "wrong" for v in verdicts)
    print(", ".join(f"{count} {kind}" for kind, count in counts.items()) + f", {silent} silently wrong")
    if given.json is not None:
        given.json.write_text(json.dumps([asdict(v) for v in verdicts], indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
