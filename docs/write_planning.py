"""The page of what planning was measured to do, `evidence-planning.md`: recorded by `make evidence-planning`."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from skillc.runtime.evaluate.statistics import wilson

RESULTS = Path(__file__).resolve().parents[1] / "benchmarks" / "results"
HEAD = """<!-- Made by `make docs` from benchmarks/results/planning_*.json. -->

# Evidence of planning

How motions are planned is in [planning.md](planning.md); what is drawn is in [protocols.md](protocols.md). Times on
the clock are of a machine that did other work, too; those of the processor are not. `open loop` is the motion as it
was built, in the same scenes.
"""
FREE_WAYS = """## Free ways among boxes
`python -m benchmarks.planning`: pairs of postures of a Gen3 with its LEAP hand over a table, the same for both; truly
free: no touch at 400 postures between each two knots.
"""
SCENES = """## Whole skills in clutter
`python -m benchmarks.evidence_planning BUILD...`: a build's things at random places in the arm's reach, turned at
random, 3 to 6 boxes about them. The draw does not ask whether there is a motion. Free: nothing touched at five times
the motion's rate. Success: executed once under physics and robot of `test+physics`, of those planned, with Wilson's
95 % interval in percent. `plain OMPL`: the same planner with OMPL's default ways and no proof; planned, and of those
free. `found later`: other seeds found a motion in 10 s more where none had been found.
"""
REPLANNING = """## Moved between demonstration and run, and again during the approach
`python -m benchmarks.replanning BUILD...`; clean: success, or an end without contact force where none belongs.
"""


def planning_page() -> str:
    """Return the page; it says so where nothing is recorded."""
    parts = [
        HEAD,
        _section(FREE_WAYS, "planning_free_ways.json", "rows", _free_ways),
        _section(SCENES, "planning_scenes.json", "skills", _scenes),
        _section(REPLANNING, "planning_replanning.json", "arms", _replanning),
    ]
    return "\n".join(parts)


Table: TypeAlias = tuple[Sequence[str], list[list[str]]]
"""Heads and rows."""


def _section(head: str, file: str, key: str, table: Callable[[Sequence[Mapping[str, Any]]], Table]) -> str:
    path = RESULTS / file
    if not path.is_file():
        return f"{head}\nNothing is recorded.\n"
    found = json.loads(path.read_text(encoding="utf-8"))
    columns, rows = table(found[key])
    lines = [f"| {' | '.join(cells)} |" for cells in (columns, ["---"] * len(columns), *rows)]
    facts = ", ".join(f"{name} {value}" for name, value in found["facts"].items())
    why = [f"- {skill['build']}, no motion: {_reasons(skill)}" for skill in found[key] if "found_later" in skill]
    return "\n".join([head, *lines, "", *why, *([""] if why else []), f"*Made with {facts}.*", ""])


def _reasons(skill: Mapping[str, Any]) -> str:
    reasons = [row["why_not"] for row in skill["rows"] if not row["planned"]]
    return "; ".join(reasons) if reasons else "none"


def _free_ways(rows: Sequence[Mapping[str, Any]]) -> Table:
    columns = ("boxes", "planner", "found", "truly free", "median, p95 ms of processor", "of the clock", "length rad")
    return columns, [
        [str(row["obstacles"]), str(row["arm"]), f"{row['solved']}/{row['problems']}", f"{row['free']}/{row['solved']}",
         f"{row['median_cpu_ms']:.1f}, {row['p95_cpu_ms']:.1f}", f"{row['median_ms']:.0f}, {row['p95_ms']:.0f}",
         f"{row['length_rad']:.2f}"]
        for row in rows
    ]  # fmt: skip


def _scenes(skills: Sequence[Mapping[str, Any]]) -> Table:
    columns = ("build", "planned", "free", "success", "open loop", "plain OMPL", "found later", "median, p95 s",
               "arm rad", "arm jerk rad/s3")  # fmt: skip
    return columns, [_scene_row(skill) for skill in skills]


def _scene_row(skill: Mapping[str, Any]) -> list[str]:
    planned, scenes, won = skill["planned"], skill["scenes"], skill["success"]
    low, high = wilson(won, planned) if planned else (float("nan"), float("nan"))
    rate = f"{won}/{planned} ({100 * low:.0f} to {100 * high:.0f})" if planned else "0/0"
    return [
        skill["build"], f"{planned}/{scenes}", f"{skill['free']}/{planned}", rate, f"{skill['open_loop']}/{scenes}",
        f"{skill['plain_planned']}/{scenes}, {skill['plain_free']}/{skill['plain_planned']}",
        f"{skill['found_later']}/{scenes - planned}", f"{skill['plan_median_s']:.1f}, {skill['plan_p95_s']:.1f}",
        "" if skill["length_rad"] is None else f"{skill['length_rad']:.1f}",
        "" if skill["arm_jerk"] is None else f"{skill['arm_jerk']:.1f}",
    ]  # fmt: skip


def _replanning(arms: Sequence[Mapping[str, Any]]) -> Table:
    columns = ("build", "arm", "success", "clean", "looked again")
    return columns, [
        [row["skill"], row["arm"], *(f"{row[name]}/{row['runs']}" for name in ("success", "clean", "looked_again"))]
        for row in arms
    ]
