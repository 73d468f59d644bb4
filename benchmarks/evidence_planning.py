"""Planned skills among obstacles: how many scenes have a motion, whether it is free, and whether it succeeds.

    python -m benchmarks.evidence_planning BUILD... [--scenes N] [--seed S] [--extra-s T] [--json FILE]

Each scene has the skill's things at random places in the arm's reach, turned at random, and 3 to 6 boxes about them;
the draw does not ask whether there is a motion, only that a pushed thing would end on the table. Arms see the same
scenes and the same trial, drawn from `test+physics` (physics, robot, latency), with poses off by those of `replay`, as
the sampled pose stands for the test box: `planned` is planned for the scene, `plain OMPL` finds the free ways of the
same planner with OMPL's defaults, `open loop` is the refined motion as it was built. Where no motion was found, it is
searched again from other seeds for `--extra-s` seconds.
"""

import argparse
import json
import os
import time
from dataclasses import dataclass, replace
from pathlib import Path
from unittest.mock import patch

import numpy as np

from skillc.benchmarks.planning import plain_route
from skillc.benchmarks.provenance import provenance
from skillc.runtime.evaluate.evaluate import RolloutScene, built_scene, roll_out, summarize, task_of
from skillc.runtime.evaluate.perturbation import Protocol
from skillc.runtime.evaluate.planned import with_plan
from skillc.runtime.evaluate.protocol import Trial, trials
from skillc.runtime.evaluate.report import RolloutResult
from skillc.runtime.evaluate.skill import Skill
from skillc.runtime.evaluate.statistics import wilson
from skillc.runtime.evaluate.success import score
from skillc.runtime.planning import lift, plan, task
from skillc.runtime.planning.arrangement import Arrangement
from skillc.runtime.planning.clutter import cluttered
from skillc.runtime.planning.impasse import NoPlan
from skillc.runtime.planning.load import load_planner
from skillc.runtime.planning.plan import MotionPlanner, PlannedMotion
from skillc.runtime.planning.prove import touched
from skillc.runtime.planning.slide import end_pose
from skillc.runtime.tasks.catalog import task_type

OBSTACLES = (3, 6)
FINER = 5
PROTOCOLS: tuple[Protocol, Protocol] = ("replay", "test+physics")
"""Where poses and where everything else of a trial is drawn from."""


@dataclass(frozen=True, kw_only=True)
class SceneRow:
    """What came of one scene."""

    scene: int
    obstacles: int
    planned: bool
    why_not: str
    found_later: bool
    """By the extra search."""
    plan_s: float
    touches: int
    """On the recheck."""
    plain_planned: bool
    """With plain OMPL's free ways, unproved."""
    plain_touches: int
    success: bool
    open_loop_success: bool
    failed: tuple[str, ...]
    arm_jerk: float
    length_rad: float


def scene_row(skill: Skill, planner: MotionPlanner, scene: int, seed: int, extra_s: float) -> SceneRow:
    """Plan for one scene, check the motion again, and execute both arms."""
    rng = np.random.default_rng([seed, scene])
    number = int(rng.integers(OBSTACLES[0], OBSTACLES[1] + 1))
    asked = drawn(planner, rng, number)
    began = time.perf_counter()
    found, why = attempted(planner, asked, 0)
    seconds = time.perf_counter() - began
    later = found is None and searched_again(planner, asked, extra_s)
    touches, length, result = 0, float("nan"), None
    if found is not None:
        touches = touched(planner.task(asked), found.reference, finer=FINER)
        arm = found.reference.qpos[:, : len(planner.cell.q_start)]
        length = float(np.linalg.norm(np.diff(arm, axis=0), axis=1).sum())
        result = executed(with_plan(skill, planner.record(found, 0), found.reference), seed + scene)
    with (
        patch.object(task, "route", plain_route),
        patch.object(lift, "route", plain_route),
        patch.object(plan, "unproved", lambda *asked: None),
    ):
        plain, _ = attempted(planner, asked, 0)
    open_loop = executed(in_arrangement(skill, planner, asked), seed + scene)
    return SceneRow(
        scene=scene, obstacles=number, planned=found is not None, why_not=why, found_later=later, plan_s=seconds,
        touches=touches, plain_planned=plain is not None,
        plain_touches=0 if plain is None else touched(planner.task(asked), plain.reference, finer=FINER),
        success=result is not None and result.success, open_loop_success=open_loop.success,
        failed=() if result is None else (*result.failed, *([result.invalid] if result.invalid else [])),
        arm_jerk=float("nan") if result is None else result.jerk_rms["arm"], length_rad=length,
    )  # fmt: skip


def drawn(planner: MotionPlanner, rng: np.random.Generator, obstacles: int) -> Arrangement:
    """Return a scene in which nothing is asked to be pushed off the table."""
    twin = planner.cell.twin
    while True:
        asked = cluttered(twin, planner.cell.T_table_robot, rng, obstacles=obstacles)
        end = end_pose(planner.task(asked))[:2, 3] if task_type(twin.task_type).slides else twin.table_center_m
        if np.all(np.abs(np.asarray(end) - twin.table_center_m) < np.array(twin.table_half_size_m) - plan.EDGE_M):
            return asked


def attempted(planner: MotionPlanner, asked: Arrangement, seed: int) -> tuple[PlannedMotion | None, str]:
    """Return the motion, or why there is none."""
    try:
        return planner.plan(asked, seed=seed), ""
    except NoPlan as reason:
        return None, str(reason)


def searched_again(planner: MotionPlanner, asked: Arrangement, extra_s: float) -> bool:
    """Whether other seeds find a motion in `extra_s` seconds."""
    until, seed = time.perf_counter() + extra_s, 1
    while time.perf_counter() < until:
        if attempted(replace(planner, patience_s=extra_s / 2), asked, seed)[0] is not None:
            return True
        seed += 1
    return False


def in_arrangement(skill: Skill, planner: MotionPlanner, asked: Arrangement) -> Skill:
    """Return the skill with the motion it was built with, in the scene of an arrangement."""
    T_end = np.asarray(skill.object_motion.T_table_object[-1])
    still = PlannedMotion(reference=skill.reference, arrangement=asked, clearance_m=0.0, hand_turn_rad=0.0, seconds=0.0)
    return with_plan(skill, replace(planner.record(still, 0), T_table_end=T_end), skill.reference)


def executed(skill: Skill, seed: int) -> RolloutResult:
    """Roll out once."""
    scene = built_scene(skill)
    run = roll_out(skill, scene, trial_in(skill, scene, seed))
    return summarize(run, score(run.log, task_of(skill, scene)), skill)


def trial_in(skill: Skill, scene: RolloutScene, seed: int) -> Trial:
    """Return perturbations of `test+physics`, with poses off by those of `replay`."""
    still, trial = (trials(name, scene.twin, skill.environment, skill.profile, 1, seed)[0] for name in PROTOCOLS)
    return replace(trial, world=replace(trial.world, T_table_object=still.world.T_table_object))


def summary(name: str, rows: list[SceneRow]) -> dict[str, object]:
    """Sum up one skill."""
    done = [row for row in rows if row.planned]
    seconds = [row.plan_s for row in done] or [float("nan")]
    won = sum(row.success for row in done)
    return {
        "skill": name, "scenes": len(rows), "planned": len(done), "free": sum(row.touches == 0 for row in done),
        "plain_planned": sum(row.plain_planned for row in rows),
        "plain_free": sum(row.plain_planned and row.plain_touches == 0 for row in rows),
        "success": won, "success_95": wilson(won, len(done)) if done else None,
        "open_loop": sum(row.open_loop_success for row in rows), "found_later": sum(row.found_later for row in rows),
        "plan_median_s": float(np.median(seconds)), "plan_p95_s": float(np.percentile(seconds, 95)),
        "arm_jerk": float(np.nanmean([row.arm_jerk for row in done])) if done else None,
        "length_rad": float(np.nanmean([row.length_rad for row in done])) if done else None,
        "rows": [vars(row) for row in rows],
    }  # fmt: skip


def main() -> None:
    """Print a row for each build."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("builds", type=Path, nargs="+")
    parser.add_argument("--scenes", type=int, default=50)
    parser.add_argument("--seed", type=int, default=540)
    parser.add_argument("--extra-s", type=float, default=10.0)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    facts = provenance() | {"load": f"{os.getloadavg()[0]:.1f}", "seed": str(asked.seed)}
    print(", ".join(f"{key} {value}" for key, value in facts.items()))
    head = f"{'skill':20}{'planned':>9}{'free':>8}{'success':>9}{'open loop':>11}{'found later':>13}"
    print(f"{head}{'median s':>10}{'p95 s':>8}")
    found = []
    for build in asked.builds:
        skill, planner = Skill.load(build), load_planner(build)
        rows = [scene_row(skill, planner, k, asked.seed, asked.extra_s) for k in range(asked.scenes)]
        row = summary(skill.name, rows)
        found.append(row | {"build": build.name})
        without = len(rows) - int(str(row["planned"]))
        print(
            f"{skill.name:20}{row['planned']:>5}/{len(rows):<3}{row['free']:>4}/{row['planned']:<3}"
            f"{row['success']:>5}/{row['planned']:<3}{row['open_loop']:>7}/{len(rows):<3}"
            f"{row['found_later']:>8}/{without:<4}{row['plan_median_s']:10.2f}{row['plan_p95_s']:8.2f}",
            flush=True,
        )
        if asked.json:  # after every build: a run may take hours
            asked.json.write_text(json.dumps({"facts": facts, "skills": found}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
