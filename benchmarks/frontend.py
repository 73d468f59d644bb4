"""How fast `skillc check` is: one spec from a cold start, and 1,000 specs of about 50 lines in one process.

    python -m benchmarks.frontend [--json FILE]

Beside it, in the same run and on the same files, `check-jsonschema`, which checks the schema alone. skillc runs all
its passes.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

from skillc.benchmarks.provenance import provenance

PROJECT = Path(__file__).parents[1]
EXAMPLES = sorted((PROJECT / "specs" / "skills").glob("*.yaml"))
SCHEMA = PROJECT / "specs" / "schema" / "skill.v1.json"
OTHER = [sys.executable, "-m", "check_jsonschema", "--schemafile", str(SCHEMA)]
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
"""As installed packages are: with compiled modules."""
OURS = [sys.executable, "-m", "skillc", "check"]


def timed(command: list[str], specs: list[str]) -> tuple[float, float]:
    """Return wall and CPU seconds of one run, which must succeed."""
    before, start = os.times(), time.perf_counter()
    done = subprocess.run([*command, *specs], capture_output=True, text=True, check=False, env=ENVIRONMENT)
    wall, after = time.perf_counter() - start, os.times()
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed: {done.stdout[-800:]}{done.stderr[-800:]}")
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return wall, spent


def many(folder: Path, count: int) -> list[str]:
    """Write specs of about 50 lines that differ in their numbers; returns their paths."""
    paths = []
    for index in range(count):
        text = EXAMPLES[index % len(EXAMPLES)].read_text(encoding="utf-8")
        text = text.replace("weight: 1.0", f"weight: {1 + index / 1000}", 1).replace("skill: ", f"skill: n{index}-", 1)
        path = folder / f"spec_{index:04d}.yaml"
        path.write_text(text, encoding="utf-8")
        paths.append(str(path))
    return paths


def main() -> None:
    """Run both tools alternately and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=5, help="cold starts of each tool")
    parser.add_argument("--count", type=int, default=1000, help="specs in one process")
    parser.add_argument("--json", type=Path, help="write the numbers here")
    arguments = parser.parse_args()
    rows: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        ENVIRONMENT["PYTHONPYCACHEPREFIX"] = str(Path(folder) / "compiled")
        one = [str(EXAMPLES[0])]
        for tool, command in (("skillc", OURS), ("check-jsonschema", OTHER)):
            timed(command, one)  # The first start compiles Python's caches.
            rows[tool] = {}
        cold: dict[str, list[tuple[float, float]]] = {tool: [] for tool in rows}
        for _ in range(arguments.repeat):
            for tool, command in (("skillc", OURS), ("check-jsonschema", OTHER)):
                cold[tool].append(timed(command, one))
        specs = many(Path(folder), arguments.count)
        for tool, command in (("skillc", OURS), ("check-jsonschema", OTHER)):
            wall, spent = timed(command, specs)
            rows[tool] = {
                "cold_wall_s": statistics.median(w for w, _ in cold[tool]),
                "cold_cpu_s": statistics.median(c for _, c in cold[tool]),
                "many_wall_s": wall,
                "many_cpu_s": spent,
            }
    facts = provenance() | {
        "check-jsonschema": version("check-jsonschema"),
        "load": f"{os.getloadavg()[0]:.1f}",
        "cold starts": str(arguments.repeat),
    }
    print(", ".join(f"{key} {value}" for key, value in facts.items()) + "\n")
    print(f"| tool | one spec, cold, median: wall (CPU) | {arguments.count} specs at once: wall (CPU) |\n|---|---|---|")
    for tool, row in rows.items():
        cold_text = f"{row['cold_wall_s']:.2f} s ({row['cold_cpu_s']:.2f} s)"
        print(f"| {tool} | {cold_text} | {row['many_wall_s']:.1f} s ({row['many_cpu_s']:.1f} s) |")
    if arguments.json:
        record = {"provenance": facts, "count": arguments.count, "tools": rows}
        arguments.json.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
