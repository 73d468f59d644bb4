"""Camera, landmarks and hand against ground truth: the real videos, and simulated recordings where given.

    python -m benchmarks.perception --recordings DIR [--simulated DIR ...] [--json FILE]

DIR of --recordings holds tabletop_rgb/ with ground_truth/; each --simulated DIR was made by `skillc record`.
"""

import argparse
import json
import platform
import time
from pathlib import Path
from typing import Any

import numpy as np

import skillc
from skillc.runtime.estimators.catalog import MEDIAPIPE
from skillc.runtime.estimators.hands import seen_hands
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.hands import HandMotion
from skillc.runtime.formats.recording import Camera, Recording
from skillc.runtime.geometry import se3
from skillc.runtime.perception.calibrate import TAG
from skillc.runtime.perception.camera_calibration import TagTarget, calibrate_from_tag
from skillc.runtime.perception.frames import open_frames
from skillc.runtime.perception.hand_landmarks import HandChoiceParameters, acting_hand
from skillc.runtime.perception.projection import on_plane, project
from skillc.runtime.perception.recording_source import CameraSpec, Region, describe

CHOICE = HandChoiceParameters(same_hand=0.35, reach=1.5, least_share=0.3)
GROUND = np.array([[x, y, 0.0] for x in np.linspace(0, 0.5, 6) for y in np.linspace(0, 0.4, 5)])


def described(path: Path, focal: float | None, region: Region | None) -> Recording:
    camera = CameraSpec(focal=focal, focal_width=None, center=None, sensor=None)
    return describe(path, path.name, camera=camera, region=region, reference="first", focal_sigma=0.014)


def camera_errors(found: Calibration, camera: Camera, T_camera_table: Any) -> dict[str, float]:
    """Ground positions over half a metre beside the tag, through the true and the found camera."""
    pixels = project(camera, T_camera_table, GROUND)
    inside = ((pixels > 0) & (pixels < [camera.width, camera.height])).all(axis=1)
    errors = np.linalg.norm(on_plane(found.camera, found.T_camera_table, pixels) - GROUND, axis=1)[inside]
    return {
        "ground_median_m": float(np.median(errors)),
        "ground_max_m": float(errors.max()),
        "rotation_rad": se3.rotation_angle(found.T_camera_table, T_camera_table),
        "rotation_sigma_rad": found.rotation_sigma_rad,
    }


def measure(root: Path, recording: Recording, T_camera_table: Any, camera: Camera) -> dict[str, Any]:
    """Calibrate and find the hand in one recording."""
    with open_frames(recording, root) as reader:
        start = time.perf_counter()
        found, _ = calibrate_from_tag(reader, TagTarget(family="tagStandard41h12", id=0, size_m=0.0533), TAG)
        calibrated = time.perf_counter()
        seen = seen_hands(reader, MEDIAPIPE, detection=0.3, tracking=0.3, announce=print, progress=lambda k: None)
        hands = acting_hand(seen, CHOICE)
        finished = time.perf_counter()
    result: dict[str, Any] = camera_errors(found, camera, T_camera_table)
    result["landmark_coverage"] = float((hands.score > 0).mean())
    result["calibration_s"], result["landmarks_s"] = calibrated - start, finished - calibrated
    result["joints_px"] = hands.joints_px
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recordings", type=Path)
    parser.add_argument("--simulated", type=Path, nargs="*", default=[])
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    rows: dict[str, dict[str, Any]] = {}
    if arguments.recordings:
        root = arguments.recordings / "tabletop_rgb"
        truth = json.loads((root / "ground_truth" / "camera.json").read_text())
        K = truth["K"]
        camera = Camera(width=960, height=720, fx=K["fx"], fy=K["fy"], cx=K["cx"], cy=K["cy"])
        for group in truth["groups"].values():
            for name in group["videos"]:
                recording = described(root / f"{name}.mp4", 582.0, Region(x=0, y=0, width=960, height=720))
                rows[name] = measure(root, recording, np.array(group["T_camera_table"]), camera)
    for folder in arguments.simulated:
        true = Calibration.load(folder / "truth" / "calibration.json")
        joints = HandMotion.load(folder / "truth" / "hand.npz").joints_px
        recording = described(folder / "rgbd", None, None)
        row = measure(folder, recording, true.T_camera_table, true.camera)
        error = np.linalg.norm(row["joints_px"] - joints, axis=2)
        row["landmark_median_px"], row["landmark_p95_px"] = np.nanmedian(error), np.nanpercentile(error, 95)
        rows[folder.name] = row
    for row in rows.values():
        del row["joints_px"]
    print(f"skillc {skillc.__version__}, {platform.machine()}, Python {platform.python_version()}")
    print(f"{'recording':<14} {'ground mm':>16} {'tilt deg (1 s)':>16} {'found':>7} {'px':>11} {'seconds':>13}")
    for name, row in rows.items():
        px = f"{row['landmark_median_px']:.1f} / {row['landmark_p95_px']:.1f}" if "landmark_median_px" in row else "-"
        ground = f"{row['ground_median_m'] * 1e3:.1f} / {row['ground_max_m'] * 1e3:.1f}"
        tilt = f"{np.degrees(row['rotation_rad']):.2f} ({np.degrees(row['rotation_sigma_rad']):.2f})"
        seconds = f"{row['calibration_s']:.1f} + {row['landmarks_s']:.1f}"
        print(f"{name:<14} {ground:>16} {tilt:>16} {row['landmark_coverage']:>7.1%} {px:>11} {seconds:>13}")
    if arguments.json:
        text = json.dumps({"version": skillc.__version__, "rows": rows}, indent=1, default=float)
        arguments.json.write_text(text + "\n")


if __name__ == "__main__":
    main()
