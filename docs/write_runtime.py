"""The page of what running a skill costs, `runtime.md`: what `make evidence-runtime` recorded."""

import json
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().parents[1] / "benchmarks" / "results"
HEAD = """<!-- Made by `make docs` from benchmarks/results/runtime.json and filter_fuzz.json. -->

# What running a skill costs

Times are the processor's unless they are called the wall's, so that other work on the machine counts little in them.
How late a tick comes is the wall's: on shared cores it says more of the machine than of the loop, and what must hold
there is that a late loop is held (R32). `benchmarks/runtime.py` and `benchmarks/filter_fuzz.py` say how each figure is
taken.
"""
NOTHING = "Nothing is recorded on this code."


def runtime_page() -> str:
    """Return the page; it says so where nothing is recorded."""
    found, fuzzed = _read("runtime.json"), _read("filter_fuzz.json")
    lines = [HEAD, *(_costs(found) if found else [NOTHING]), "", "## Hostile commands", ""]
    return "\n".join([*lines, *(_fuzzed(fuzzed) if fuzzed else [NOTHING])]) + "\n"


def _costs(found: dict[str, Any]) -> list[str]:
    late, machine = found["late_ms"], found["machine_us"]
    capsules = [name for name in found if name.startswith("filter_us_")]
    rows = [("core step, us", "20", _spread(found["core_us"]))]
    for name in capsules:
        count = name.split("_")[2]
        rows.append((f"safety filter with {count} capsules, us", "500 (p50), 1000 (p99)", _spread(found[name])))
    rows += [
        ("kinematic run, times real time", "50", f"{found['times_real_time']:.0f}"),
        ("the same with its log", "-", f"{found['times_real_time_logged']:.0f}"),
        ("with physics, times real time", "5", f"{found['times_real_time_physics']:.0f}"),
        ("the machine's own step, us", "-", f"{machine['skillc']:.1f}"),
    ]
    peers = sorted(set(machine) - {"skillc", "states", "ticks"}, key=lambda name: float(machine[name]))
    rows += [(f"the same machine in {name}, us", "-", f"{machine[name]:.1f}") for name in peers]
    told = ", ".join(f"{name} {late[name]:.1f}" for name in ("p50", "p99", "p99.9", "most"))
    rows.append((f"lateness over {late['minutes']:g} min at 60 Hz ({late['ticks']} ticks), ms", "-", told))
    size = f"{found['joints']} joints, {found['ticks']} ticks"
    about = f"Skill {found['skill']}, {size}; {_made(found)}, load {found['load']:.0f}."
    return [about, "", "| what | aim | measured |", "|---|---|---|", *(f"| {a} | {b} | {c} |" for a, b, c in rows)]


def _spread(times: dict[str, float]) -> str:
    return f"p50 {times['p50']:.0f}, p99 {times['p99']:.0f}, the wall's p99 {times['wall_p99']:.0f}"


def _fuzzed(found: dict[str, Any]) -> list[str]:
    worst = ", ".join(f"{name} {share:.6f}" for name, share in found["worst"].items())
    wrong = "; ".join(found["wrong"]) or "none"
    return [
        f"{found['ticks']:,} ticks in {found['sequences']:,} sequences; {_made(found)}.",
        f"Largest differences of what left the filter, as shares of their limits: {worst}.",
        f"Beyond a limit, outside the range, not finite, or after a STOP: {wrong}.",
    ]


def _made(found: dict[str, Any]) -> str:
    return f"commit {found['commit']}, {found['machine']}, Python {found['python']}"


def _read(name: str) -> dict[str, Any]:
    file = RESULTS / name
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return found
