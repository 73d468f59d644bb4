"""`make evidence-03`: build and evaluate every recording, real and simulated; resumable, kept as JSON.

Real videos: protocol `replay`, refined motion beside the retargeted one. Simulated recordings: `replay` and `truth`,
from RGB-D and from colour alone. A build or evaluation that already exists for the same code is not run again.
"""

import argparse
import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from skillc.benchmarks.provenance import provenance

TASKS = ("apple", "peach", "spice", "toy", "box", "book", "tray")
REAL = ("apple", "spice", "box", "tray")
ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, kw_only=True)
class Case:
    """One recording to build from."""

    name: str
    task: str
    kind: str
    """real, rgbd or colour."""
    spec: Path
    data: Path
    truth: Path | None


def skillc(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one command; stdout is its JSON."""
    return subprocess.run([sys.executable, "-m", "skillc", *arguments], capture_output=True, text=True, check=False)


def run_case(case: Case, out: Path, n: int) -> dict[str, object]:
    """Build and evaluate one case; failures are results, not exceptions."""
    build = out / case.name
    row: dict[str, object] = {"name": case.name, "task": case.task, "kind": case.kind}
    start = time.monotonic()
    built = skillc("build", str(case.spec), "--data", str(case.data), "--out", str(build))
    row["build_s"] = round(time.monotonic() - start, 1)
    if built.returncode:
        return row | {"error": built.stderr.strip()[-600:]}
    runs = {"replay": ["--protocol", "replay"], "retargeted": ["--protocol", "replay", "--motion", "retargeted"]}
    if case.truth is not None:
        runs["truth"] = ["--protocol", "truth", "--truth", str(case.truth)]
    for name, options in runs.items():
        count = 1 if name == "truth" else n
        result = skillc("eval", str(build), *options, "--n", str(count), "--json")
        if result.returncode:
            row[name] = {"error": result.stderr.strip()[-600:]}
            continue
        whole = json.loads(result.stdout)
        failures = [r["invalid"] or " ".join(r["failed"]) for r in whole.pop("rollouts") if not r["success"]]
        row[name] = whole | {"failures": failures}
    print(line(row), flush=True)
    return row


def line(row: dict[str, object]) -> str:
    """Return one case as one line of the table."""
    cells = [f"{row['name']:<22} {row['build_s']:>6.1f} s"]
    for name in ("replay", "retargeted", "truth"):
        result = row.get(name)
        if isinstance(result, dict) and "success_rate" in result:
            cells.append(f"{name} {result['success_rate']:5.0%} safe {result['safe_rate']:4.0%}")
    replay = row.get("replay")
    if isinstance(replay, dict) and "jerk_rms" in replay:
        cells.append(
            f"jerk {'/'.join(f'{value:.1f}' for value in replay['jerk_rms'].values())}  {replay['duration_s']:.1f} s"
            f"  pen {1e3 * replay['penetration_p99_m']:.1f} mm"
        )
    if "error" in row:
        cells.append(str(row["error"]).splitlines()[0][:90])
    return "  ".join(cells)


def cases(real: Path | None, simulated: Path | None, tasks: tuple[str, ...], seeds: int) -> list[Case]:
    """List the cases; simulated recordings that do not exist yet are recorded."""
    found = []
    if real is not None:
        for task in (t for t in REAL if t in tasks):
            spec = ROOT / "specs" / "skills" / f"{task}.yaml"
            found.append(Case(name=f"real_{task}", task=task, kind="real", spec=spec, data=real, truth=None))
    if simulated is not None:
        for task in tasks:
            for seed in range(seeds):
                folder = simulated / f"{task}_{seed}"
                if not (folder / "truth").is_dir():
                    made = skillc("record", "--simulated", task, "--seed", str(seed), "--out", str(folder))
                    if made.returncode:
                        sys.exit(made.stderr)
                for kind, name in (("rgbd", f"{task}.yaml"), ("colour", f"{task}_color.yaml")):
                    found.append(
                        Case(
                            name=f"{kind}_{task}_{seed}",
                            task=task,
                            kind=kind,
                            spec=folder / name,
                            data=folder,
                            truth=folder / "truth",
                        )
                    )
    return found


def averages(rows: list[dict[str, object]]) -> dict[str, dict[str, float]]:
    """Return mean success and safe rate per kind and evaluation; a build that failed counts as 0."""
    table: dict[str, dict[str, float]] = {}
    for kind in dict.fromkeys(str(r["kind"]) for r in rows):
        of_kind = [r for r in rows if r["kind"] == kind]
        for name in ("replay", "retargeted", "truth"):
            if kind == "real" and name == "truth":
                continue
            results = [r.get(name) for r in of_kind]
            rates = [r["success_rate"] if isinstance(r, dict) and "success_rate" in r else 0.0 for r in results]
            safe = [r["safe_rate"] if isinstance(r, dict) and "safe_rate" in r else 0.0 for r in results]
            table[f"{kind} {name}"] = {"success": mean(rates), "safe": mean(safe), "cases": float(len(rates))}
    return table


def main() -> None:
    """Run all cases two at a time and write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--real", type=Path, help="folder with the real videos")
    parser.add_argument("--simulated", type=Path, help="folder for simulated recordings")
    parser.add_argument("--tasks", default=",".join(TASKS))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--n", type=int, default=10)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path("build") / "evidence")
    parser.add_argument("--result", type=Path, default=Path("benchmarks") / "results" / "evidence_03.json")
    options = parser.parse_args()
    listed = cases(options.real, options.simulated, tuple(options.tasks.split(",")), options.seeds)
    print(provenance())
    with ThreadPoolExecutor(options.workers) as pool:
        rows = list(pool.map(lambda case: run_case(case, options.out, options.n), listed))
    summary = averages(rows)
    for name, value in summary.items():
        print(f"{name:<20} success {value['success']:6.1%}  safe {value['safe']:6.1%}  over {value['cases']:.0f}")
    options.result.parent.mkdir(parents=True, exist_ok=True)
    body = {"provenance": provenance(), "n": options.n, "averages": summary, "cases": rows}
    options.result.write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
