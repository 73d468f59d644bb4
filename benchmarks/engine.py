"""What the build engine costs: a full build, a build with nothing to do, and one after a changed reward.

    python -m benchmarks.engine specs/skills/tray.yaml --data DIR [--json FILE]

The cache of earlier builds is not used: everything happens in a temporary folder.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from skillc.benchmarks.provenance import provenance

PERCEPTION = ("recording", "calibration", "landmarks", "scene", "twin", "tracks", "object_motion", "keyframes", "hands")
"""Stages a changed reward must not run again."""


def timed(*arguments: str) -> tuple[float, float, dict[str, Any]]:
    """Run `skillc ARGUMENTS --json`; returns wall seconds, CPU seconds and the document it printed."""
    before, start = os.times(), time.perf_counter()
    command = [sys.executable, "-m", "skillc", *arguments, "--json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    wall, after = time.perf_counter() - start, os.times()
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}: {done.stdout[-2000:]}")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return wall, cpu, json.loads(done.stdout)


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("spec", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="folder with the recording")
    parser.add_argument("--repeat", type=int, default=5, help="builds with nothing to do")
    parser.add_argument("--json", type=Path, help="write the numbers here")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        spec = Path(folder) / arguments.spec.name
        text = arguments.spec.read_text(encoding="utf-8")
        spec.write_text(text, encoding="utf-8")
        build = ("build", str(spec), "--data", str(arguments.data.absolute()))
        full_wall, full_cpu, first = timed(*build)
        idle = [timed(*build) for _ in range(arguments.repeat)]
        assert all(not document["ran"] for _, _, document in idle)
        spec.write_text(text.replace("action_l2: {weight: -0.01}", "action_l2: {weight: -0.02}"), encoding="utf-8")
        reward_wall, reward_cpu, second = timed(*build)
        assert second["ran"] and not set(second["ran"]) & set(PERCEPTION), second["ran"]
        journal = Path(folder) / "build" / ".skillc" / "journal" / "stages.jsonl"
        stages = {run["stage"]: run["seconds"] for run in map(json.loads, journal.read_text().splitlines()[::-1])}
        size = sum(p.stat().st_size for p in Path(first["out"]).rglob("*") if p.is_file())
    facts = provenance() | {"load": f"{os.getloadavg()[0]:.1f}"}
    result = {
        "provenance": facts, "spec": arguments.spec.name, "full_s": full_wall, "full_cpu_s": full_cpu,
        "stages": len(first["ran"]), "bytes": size, "nothing_s": statistics.median(w for w, _, _ in idle),
        "nothing_cpu_s": statistics.median(c for _, c, _ in idle), "reward_s": reward_wall,
        "reward_cpu_s": reward_cpu, "reward_ran": second["ran"], "stage_s": stages,
    }  # fmt: skip
    print(", ".join(f"{key} {value}" for key, value in facts.items()))
    print(f"{'':<34} {'wall s':>8} {'CPU s':>8}")
    print(f"{'full build, ' + str(result['stages']) + ' stages':<34} {full_wall:>8.1f} {full_cpu:>8.1f}")
    print(f"{'nothing to do (median)':<34} {result['nothing_s']:>8.2f} {result['nothing_cpu_s']:>8.2f}")
    print(f"{'one reward changed':<34} {reward_wall:>8.1f} {reward_cpu:>8.1f}  runs {', '.join(second['ran'])}")
    for name in first["ran"]:
        print(f"  {name:<32} {stages[name]:>8.1f}")
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
