"""Seconds per stage of builds on this machine, beside Table 13 (rows 1 to 6) of Video2Sim2Real.

    python -m benchmarks.stages FOLDER... [--json FILE]

FOLDER holds builds; the journal beside them (`.skillc/journal`) has the wall seconds of every stage that ran, whatever
else the machine did meanwhile. Stages taken from the cache are not in it. Medians over all runs are printed.
"""

import argparse
import json
from pathlib import Path
from statistics import median

from skillc.benchmarks.provenance import print_provenance, provenance

ROWS: dict[str, tuple[str, ...]] = {
    "digital-twin reconstruction": ("recording", "calibration", "landmarks", "scene", "twin"),
    "robot motion retargeting": ("hands", "placement", "retarget"),
    "object motion extraction": ("tracks", "object_motion"),
    "keyframe detection": ("keyframes",),
    "keyframe refinement": ("grasps",),
    "trajectory interpolation": ("reference",),
}
"""Which of our stages do what a row of Table 13 names."""

TABLE_13_S: dict[str, tuple[int, ...]] = {
    "digital-twin reconstruction": (109, 93, 67, 86, 66, 64, 60),
    "robot motion retargeting": (117, 116, 116, 111, 115, 118, 117),
    "object motion extraction": (11, 10, 11, 10, 7, 8, 8),
    "keyframe detection": (5, 5, 5, 5, 5, 5, 5),
    "keyframe refinement": (621, 525, 830, 3521, 27, 25, 26),
    "trajectory interpolation": (33, 123, 40, 76, 3, 3, 3),
}
"""Video2Sim2Real, Table 13, s: apple, peach, steak, toy, tissue, book, tray; with a GPU."""


def stage_seconds(folders: list[Path]) -> dict[str, list[float]]:
    """Return the seconds of every run of every stage; torn lines are skipped."""
    found: dict[str, list[float]] = {}
    for folder in folders:
        for line in (folder / ".skillc/journal/stages.jsonl").read_text(encoding="utf-8").splitlines():
            try:
                run = json.loads(line)
                found.setdefault(str(run["stage"]), []).append(float(run["seconds"]))
            except (ValueError, KeyError, TypeError):
                continue
    return found


def beside_table_13(seconds: dict[str, list[float]]) -> dict[str, float]:
    """Return the median seconds of our stages, added up by the rows of Table 13."""
    return {row: sum(median(seconds[stage]) for stage in stages if stage in seconds) for row, stages in ROWS.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="+", type=Path)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    seconds = stage_seconds(given.folder)
    ours = beside_table_13(seconds)
    print_provenance()
    for stage, runs in seconds.items():
        print(f"{stage:<20}{len(runs):4d} runs{median(runs):9.1f} s median{max(runs):9.1f} s at most")
    print(f"\n{'Table 13':<32}{'ours':>8}{'theirs, median':>16}{'range':>14}")
    for row, theirs in TABLE_13_S.items():
        print(f"{row:<32}{ours[row]:7.1f} s{median(theirs):14.0f} s{f'{min(theirs)} .. {max(theirs)} s':>14}")
    totals = [sum(task) for task in zip(*TABLE_13_S.values(), strict=True)]
    span = f"{min(totals)} .. {max(totals)} s"
    print(f"{'rows 1 to 6':<32}{sum(ours.values()):7.1f} s{median(totals):14.0f} s{span:>14}")
    if given.json:
        stages = {s: {"runs": len(r), "median_s": median(r), "max_s": max(r)} for s, r in seconds.items()}
        body = {"provenance": provenance(), "stages": stages, "rows_s": ours, "table_13_s": TABLE_13_S}
        given.json.write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
