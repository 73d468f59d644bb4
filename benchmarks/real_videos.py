"""Compare builds of the real videos with their ground truth: keyframes, outlines, places, sizes, displacements.

    python benchmarks/real_videos.py BUILD... --truth FOLDER [--json FILE]

BUILD is a finished build folder; which video it is of is read from its recording. Ground truth is only for measuring.
"""

import argparse
import json
import platform
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.keyframes import Keyframes
from skillc.runtime.formats.object_motion import ObjectMotion
from skillc.runtime.formats.recording import Recording
from skillc.runtime.formats.scene import Masks, Scene
from skillc.runtime.formats.twin import Twin, TwinObject
from skillc.runtime.perception.object.outline_points import outline_points
from skillc.runtime.perception.scene.mask_shapes import overlap
from skillc.runtime.perception.scene.silhouette import filled, outline_of

FRAMES = {"contact": "contact", "lift": "lift_off", "interaction": "interaction", "release": "release"}
FRAME_LIMIT, IOU_LIMIT, PLACE_LIMIT_M, SIZE_LIMIT, MOVE_LIMIT_M = 5, 0.80, 0.02, 0.15, 0.03


@dataclass(frozen=True, kw_only=True)
class Row:
    """One comparison."""

    video: str
    what: str
    found: str
    truth: str
    error: float | None
    unit: str
    passed: bool | None
    """None where there is nothing to hold it to."""


def compare(build: Path, truth_folder: Path) -> list[Row]:
    """Return all rows of one build."""
    recording = Recording.load(build / "recording.json")
    name = Path(recording.source.path).stem
    truth = json.loads((truth_folder / f"{name}.json").read_text(encoding="utf-8"))
    return [*_keyframes(name, build, truth), *_objects(name, build, truth), *_motion(name, build, truth)]


def _keyframes(name: str, build: Path, truth: dict[str, Any]) -> list[Row]:
    found = Keyframes.load(build / "keyframes.json")
    rows = []
    for key, label in FRAMES.items():
        mine, wanted = getattr(found, key), truth["keyframes"].get(label)
        best = None if wanted is None else wanted["best"]
        error = None if mine is None or best is None else float(mine - best)
        passed = mine is None if best is None else error is not None and abs(error) <= FRAME_LIMIT
        rows.append(
            Row(video=name, what=key, found=str(mine), truth=str(best), error=error, unit="frames", passed=passed)
        )
    return rows


def _objects(name: str, build: Path, truth: dict[str, Any]) -> list[Row]:
    calibration = Calibration.load(build / "calibration.json")
    twin = Twin.load(build / "twin" / "twin.json")
    scene = Scene.load(build / "scene" / "scene.json")
    masks = Masks.load(build / "scene" / "masks.npz").mask
    rows = []
    for role in ("manipulated", "target"):
        wanted = next((o for o in truth["objects"].values() if o["role"] == role), None)
        thing = next((o for o in twin.objects if o.role == role), None)
        if wanted is None or thing is None:
            if wanted is not None:
                rows.append(Row(video=name, what=role, found="none", truth="one", error=None, unit="", passed=False))
            continue
        polygon = np.zeros(masks.shape[1:], np.uint8)
        cv2.fillPoly(polygon, [np.round(np.array(wanted["polygon_f0"])).astype(np.int32)], 1)
        mask = masks[[o.name for o in scene.objects].index(thing.name)]
        for what, mine in (("mask IoU", mask), ("twin IoU", _projected(thing, build, calibration, mask.shape))):
            iou = overlap(mine, polygon.astype(bool))
            rows.append(
                Row(
                    video=name,
                    what=f"{role} {what}",
                    found=f"{iou:.3f}",
                    truth="1",
                    error=1 - iou,
                    unit="",
                    passed=iou >= IOU_LIMIT,
                )
            )
        place = np.array(wanted["pos_table_m"][:2])
        away = float(np.hypot(*(np.asarray(thing.T_table_object)[:2, 3] - place)))
        sigma = float(np.hypot(*thing.position_sigma_m[:2]))
        rows.append(
            Row(
                video=name,
                what=f"{role} place",
                found=f"{np.asarray(thing.T_table_object)[:2, 3].round(4).tolist()} +- {sigma:.4f}",
                truth=str(place.tolist()),
                error=1e3 * away,
                unit="mm",
                passed=away <= PLACE_LIMIT_M,
            )
        )
        rows += size_rows(name, role, thing, wanted["size_m"])
    return rows


def size_rows(name: str, role: str, thing: TwinObject, size: dict[str, float]) -> list[Row]:
    across = size.get("diameter", size.get("rim_diameter"))
    truth = [
        across or size.get("x") or (size["base_x"] + size["rim_x"]) / 2,
        across or size.get("y") or (size["base_y"] + size["rim_y"]) / 2,
        size.get("height") or size["z"],
    ]
    rows = []
    for axis, mine, sigma, seen, wanted in zip(
        "xyz", thing.size_m, thing.size_sigma_m, thing.size_measured, truth, strict=True
    ):
        error = float(mine / wanted - 1)
        rows.append(
            Row(
                video=name,
                what=f"{role} size {axis}",
                found=f"{mine:.4f} +- {sigma:.4f}{'' if seen else ' assumed'}",
                truth=f"{wanted:.4f}",
                error=100 * error,
                unit="%",
                passed=abs(error) <= SIZE_LIMIT if seen else None,
            )
        )
    return rows


def _motion(name: str, build: Path, truth: dict[str, Any]) -> list[Row]:
    wanted = truth["final"].get("displacement_m")
    motion = ObjectMotion.load(build / "motion" / "object.npz")
    middle = np.array([0.0, 0.0, Twin.load(build / "twin" / "twin.json").manipulated.size_m[2] / 2, 1.0])
    moved = (motion.T_table_object[-1] @ middle - motion.T_table_object[0] @ middle)[:3]
    sigma = float(motion.position_sigma_m[-1])
    if wanted is None:
        return [
            Row(
                video=name,
                what="displacement",
                found=str(moved.round(4).tolist()),
                truth="none",
                error=None,
                unit="mm",
                passed=None,
            )
        ]
    error = float(np.linalg.norm(moved - np.array(wanted)))
    return [
        Row(
            video=name,
            what="displacement",
            found=f"{moved.round(4).tolist()} +- {sigma:.4f}",
            truth=str(wanted),
            error=1e3 * error,
            unit="mm",
            passed=error <= max(MOVE_LIMIT_M, 2 * sigma),
        )
    ]


def _projected(thing: TwinObject, build: Path, calibration: Calibration, shape: tuple[int, ...]) -> BoolArray:
    T: FloatArray = calibration.T_camera_table @ np.asarray(thing.T_table_object)
    seen = filled(outline_of(calibration.camera, T, outline_points(thing, build / "twin")), shape[0], shape[1])
    if thing.shape.handle is not None:
        seen |= filled(outline_of(calibration.camera, T, thing.shape.handle.corners()), shape[0], shape[1])
    return seen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", nargs="+", type=Path)
    parser.add_argument("--truth", required=True, type=Path)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    rows = [row for build in given.build for row in compare(build, given.truth)]
    print(f"python {platform.python_version()}, {platform.machine()}, opencv {cv2.__version__}")
    for row in rows:
        mark = {True: "ok  ", False: "FAIL", None: "-   "}[row.passed]
        error = "" if row.error is None else f"{row.error:+8.2f} {row.unit}"
        print(f"{mark} {row.video:6} {row.what:22} {row.found:40} {row.truth:26} {error}")
    frames = [abs(row.error) for row in rows if row.unit == "frames" and row.error is not None]
    held = [row for row in rows if row.passed is not None]
    print(f"{sum(bool(r.passed) for r in held)} of {len(held)} within limits; keyframes median {np.median(frames):.1f}")
    if given.json is not None:
        given.json.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
