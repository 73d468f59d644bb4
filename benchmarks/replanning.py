"""Objects moved between demonstration and run, and again during the approach: does a run end in success, or stop clean?

    python -m benchmarks.replanning BUILD... [--runs N] [--seed S] [--json FILE]

Each run has the object 5 to 15 cm from where it was demonstrated, on the table (a slid one is to end where that was
demonstrated, so it is moved along its way's line), under physics drawn from `test+physics`. Three arms see the same
draws. `moved`: nothing more happens. `again`: somebody moves the object by 3 to 8 cm within half a second of the
approach, and the machine's answer to `infeasible` is `retry 2`. `hold`: the same, with the answer that every skill has
by default. Clean: success, or an end in `stop`, `failed` or `missed` with no unsafe force.
"""

import argparse
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from skillc.benchmarks.evidence_planning import trial_in
from skillc.benchmarks.provenance import provenance
from skillc.runtime.drivers.measurement import Measurement
from skillc.runtime.evaluate.evaluate import in_scene, simulated_robot, summarize, task_of
from skillc.runtime.evaluate.moved_scene import MovedScene, moved_scene
from skillc.runtime.evaluate.skill import Skill
from skillc.runtime.evaluate.success import score
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.machine import Machine, Response
from skillc.runtime.machine.execute import execute
from skillc.runtime.planning.arrangement import Arrangement, standing_at
from skillc.runtime.planning.load import load_planner
from skillc.runtime.planning.plan import MotionPlanner
from skillc.runtime.tasks.catalog import task_type

Arm = Literal["moved", "again", "hold"]
ARMS: tuple[Arm, ...] = ("moved", "again", "hold")
BEFORE_M, AGAIN_M = (0.05, 0.15), (0.03, 0.08)
SHOVE_S = (2.0, 2.5)
"""Since the run began: while the arm approaches."""


@dataclass(frozen=True, kw_only=True)
class RunRow:
    """What came of one run."""

    run: int
    arm: Arm
    success: bool
    clean: bool
    looked_again: bool
    final_state: str
    why: str


def displaced(
    planner: MotionPlanner, rng: np.random.Generator, size_m: tuple[float, float], T: FloatArray
) -> FloatArray:
    """Return T (4, 4) moved by a random distance; what is slid stays near the line of its way, and is not turned."""
    distance = float(rng.uniform(*size_m))
    if task_type(planner.cell.twin.task_type).slides:
        along = (T[:3, :3] @ np.array([*planner.shown.end_direction, 0.0]))[:2]
        heading = np.arctan2(along[1], along[0]) + np.pi * rng.integers(2) + rng.uniform(-0.2, 0.2)
        turn = 0.0
    else:
        heading, turn = rng.uniform(-np.pi, np.pi), float(rng.uniform(-0.5, 0.5))
    x, y = T[:2, 3] + distance * np.array([np.cos(heading), np.sin(heading)])
    return standing_at(T, float(x), float(y), turn)


def looking_again(machine: Machine) -> Machine:
    """Return the machine with `on_fault: {infeasible: retry 2}` for its approach."""
    again = Response(kind="retry", attempts=2, target="back_off")
    states = (
        replace(s, on_fault={**s.on_fault, "infeasible": again}) if s.name == "approach" else s for s in machine.states
    )
    return replace(machine, states=tuple(states))


def run_row(there: MovedScene, arm: Arm, T_again: FloatArray, run: int, seed: int) -> RunRow:
    """Run once."""
    skill = in_scene(there.layer.skill, there.scene)
    robot = simulated_robot(skill, there.scene, trial_in(skill, there.scene, seed))
    thing, rate = there.scene.twin.manipulated, skill.contract.control_rate_hz
    T_stood = np.asarray(thing.T_table_object)

    def shove(tick: int, state: str, measured: Measurement) -> None:
        share = (tick / rate - SHOVE_S[0]) / (SHOVE_S[1] - SHOVE_S[0])
        if arm != "moved" and state == "approach" and 0.0 <= share <= 1.0:
            T = T_again.copy()
            T[:2, 3] = T_stood[:2, 3] + share * (T_again[:2, 3] - T_stood[:2, 3])
            robot.put(thing.name, T)

    done = execute(
        machine=looking_again(skill.machine) if arm == "again" else skill.machine, contract=skill.contract,
        reference=skill.reference, robot=robot, planner=there.planner_for(robot), on_tick=shove,
    )  # fmt: skip
    result = summarize(done, score(done.log, task_of(skill, there.scene)), skill)
    return RunRow(
        run=run, arm=arm, success=result.success,
        clean=result.success or (result.unsafe_force_n == 0.0 and result.final_state in ("stop", "failed", "missed")),
        looked_again=any(event.target == "back_off" for event in done.events), final_state=result.final_state,
        why="" if result.success else done.trips[0].message if done.trips else ", ".join(result.failed),
    )  # fmt: skip


def rows_of(build: Path, runs: int, seed: int) -> list[RunRow]:
    """Run every arm on the same draws."""
    skill, planner, rows = Skill.load(build), load_planner(build), []
    stood = Arrangement.of(planner.cell.twin)
    for run in range(runs):
        rng = np.random.default_rng([seed, run])
        asked = stood.standing(displaced(planner, rng, BEFORE_M, stood.T_table_manip))
        T_again = displaced(planner, rng, AGAIN_M, asked.T_table_manip)
        there = moved_scene(skill, planner, asked)
        rows += [run_row(there, arm, T_again, run, seed + run) for arm in ARMS]
    return rows


def told(name: str, rows: Sequence[RunRow]) -> list[dict[str, object]]:
    """Sum up each arm."""
    found = []
    for arm in ARMS:
        of = [row for row in rows if row.arm == arm]
        found.append({
            "skill": name, "arm": arm, "runs": len(of), "success": sum(row.success for row in of),
            "clean": sum(row.clean for row in of), "looked_again": sum(row.looked_again for row in of),
            "rows": [vars(row) for row in of],
        })  # fmt: skip
    return found


def main() -> None:
    """Print a row for each build and arm."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("builds", type=Path, nargs="+")
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--seed", type=int, default=5400)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    facts = provenance() | {"load": f"{os.getloadavg()[0]:.1f}", "seed": str(asked.seed)}
    print(", ".join(f"{key} {value}" for key, value in facts.items()))
    print(f"{'skill':24}{'arm':8}{'success':>10}{'clean':>8}{'looked again':>14}")
    found: list[dict[str, object]] = []
    for build in asked.builds:
        for row in told(build.name, rows_of(build, asked.runs, asked.seed)):
            found.append(row)
            print(
                f"{row['skill']:24}{row['arm']:8}{row['success']:>6}/{row['runs']:<3}{row['clean']:>4}/{row['runs']:<3}"
                f"{row['looked_again']:>10}/{row['runs']:<3}",
                flush=True,
            )
        if asked.json:  # after every build: a run may take hours
            asked.json.write_text(json.dumps({"facts": facts, "arms": found}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
