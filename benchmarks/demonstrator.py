"""How well MediaPipe sees the simulated hand: share of frames found and landmark error, over tasks and seeds.

Run: python -m benchmarks.demonstrator --estimator PYTHON_WITH_MEDIAPIPE [--tasks apple,tray] [--seeds 1] [--out DIR]
The estimator's interpreter runs in its own process and sees the colour video only.
"""

import argparse
import json
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import skillc
from skillc.runtime.demonstrator.recorder import record
from skillc.runtime.demonstrator.scripts import TASKS
from skillc.runtime.formats.hands import HandMotion

WORKER = """
import json, sys
import cv2, mediapipe
hands = mediapipe.solutions.hands.Hands(static_image_mode=False, max_num_hands=1, model_complexity=1)
video, found = cv2.VideoCapture(sys.argv[1]), []
while True:
    ok, picture = video.read()
    if not ok:
        break
    marks = hands.process(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)).multi_hand_landmarks
    h, w = picture.shape[:2]
    found.append([[p.x * w, p.y * h] for p in marks[0].landmark] if marks else None)
print(json.dumps(found))
"""
FOUND_PX = 60.0
"""px; a hand whose median landmark is further off than this was not found (ours: about half a palm)."""


def in_view(joints_px: np.ndarray, width: int = 960, height: int = 720) -> np.ndarray:
    """Return (T,) bool: nine tenths of the joints (T, 21, 2) inside the picture."""
    inside = ((joints_px >= 0) & (joints_px < [width, height])).all(axis=2)
    return inside.mean(axis=1) > 0.9


def measure(folder: Path, estimator: str) -> dict[str, float]:
    """Return found share, median and p95 error (px) of one recording."""
    job = subprocess.run(
        [estimator, "-c", WORKER, str(folder / "color.mp4")], capture_output=True, text=True, check=True
    )
    truth = HandMotion.load(folder / "truth" / "hand.npz").joints_px
    seen = json.loads(job.stdout.splitlines()[-1])
    errors, found = [], 0
    frames = np.flatnonzero(in_view(truth))
    for i in frames:
        if seen[i] is None:
            continue
        error = np.linalg.norm(np.array(seen[i]) - truth[i], axis=1)
        if np.median(error) < FOUND_PX:
            found += 1
            errors.append(error)
    return {
        "frames": float(len(frames)),
        "found": found / max(1, len(frames)),
        "median_px": float(np.median(errors)),
        "p95_px": float(np.percentile(errors, 95)),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--estimator", required=True, help="python interpreter with mediapipe")
    parser.add_argument("--tasks", default=",".join(TASKS))
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--out", type=Path, help="keep the recordings here (and reuse those that are there)")
    parser.add_argument("--json", type=Path, help="write the rows here")
    options = parser.parse_args()
    print(f"skillc {getattr(skillc, '__version__', '')} on {platform.machine()}, Python {platform.python_version()}")
    print(f"{'recording':12} {'seconds':>8} {'in view':>8} {'found':>7} {'median px':>10} {'p95 px':>8}")
    rows = []
    with tempfile.TemporaryDirectory() as spare:
        root = options.out or Path(spare)
        for task in options.tasks.split(","):
            for seed in range(options.seeds):
                folder = root / f"{task}_{seed}"
                start = time.process_time()
                if not (folder / "color.mp4").is_file():
                    record(task, seed, folder)
                row = {
                    "task": task,
                    "seed": seed,
                    "cpu_s": time.process_time() - start,
                    **measure(folder, options.estimator),
                }
                rows.append(row)
                print(
                    f"{task}_{seed:<6} {row['cpu_s']:8.0f} {row['frames']:8.0f} {row['found']:7.1%} "
                    f"{row['median_px']:10.1f} {row['p95_px']:8.1f}",
                    flush=True,
                )
    worst = min(float(r["found"]) for r in rows)
    print(f"mean found {np.mean([r['found'] for r in rows]):.1%}, worst {worst:.1%}; "
          f"mean of medians {np.mean([r['median_px'] for r in rows]):.1f} px")  # fmt: skip
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
