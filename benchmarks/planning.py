"""Free ways among 0, 5, 10 and 20 obstacles: how long they take and how many are truly free, beside plain OMPL.

    python -m benchmarks.planning [--problems N] [--json FILE]

A Kinova Gen3 with its LEAP hand over a table. Problems are pairs of postures without contact, both arms see the same
ones. Plain OMPL is RRT-Connect with its default range, its default resolution of 1 % of the space's extent and its own
simplification, and asks the same geometry whether a posture touches anything. Truly free: no posture of 400 between
each two knots touches. Times are on the clock and, as other work may share the machine, of the processor.
"""

import argparse
import itertools
import json
import os
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from skillc.benchmarks.physics import ROBOT, T_TABLE_ROBOT, apple_like, physics
from skillc.benchmarks.provenance import provenance
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.formats.twin import Twin
from skillc.runtime.motion.kinematics.arm_ik import Arm
from skillc.runtime.planning.arrangement import Arrangement
from skillc.runtime.planning.clear_space import ClearSpace, Room
from skillc.runtime.planning.clutter import cluttered
from skillc.runtime.planning.route import Passage, Search, route
from skillc.runtime.robot.profile import load_profile
from skillc.runtime.sim.world import compile_world

OBSTACLES = (0, 5, 10, 20)
KEEP = Room(robot_scene=0.005, robot_manipulated=0.005)
TOUCH = Room(robot_scene=0.0, robot_manipulated=0.0)
PATIENCE_S = 2.0
SCENES = 5
"""Problems are spread over so many scenes of each kind."""
FINE = 400
"""Postures between two knots of the fine recheck."""
AROUND_RAD = 1.6
"""Postures are drawn this far about the home posture, which is where a hand can be over a table."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Two postures (n,) with room, in one scene."""

    passage: Passage
    start: FloatArray
    goal: FloatArray
    arm: Arm
    seed: int


def problems(obstacles: int, count: int) -> list[Problem]:
    """Return problems of one kind; the same ones in every run."""
    profile, twin = load_profile(ROBOT), apple_like()
    found: list[Problem] = []
    for scene in range(SCENES):
        rng = np.random.default_rng([obstacles, scene])
        space, arm = _space(profile, twin, obstacles, rng)
        passage = Passage(space=space, q_hand=profile.home[len(arm.home) :], room=KEEP)
        while len(found) < (scene + 1) * count // SCENES:
            ends = [np.clip(arm.home + rng.uniform(-AROUND_RAD, AROUND_RAD, len(arm.home)), arm.lower, arm.upper)
                    for _ in range(2)]  # fmt: skip
            if all(passage.fits(q) for q in ends):
                found.append(Problem(passage=passage, start=ends[0], goal=ends[1], arm=arm, seed=len(found)))
    return found


def _space(profile: RobotProfile, twin: Twin, obstacles: int, rng: np.random.Generator) -> tuple[ClearSpace, Arm]:
    made = cluttered(twin, T_TABLE_ROBOT, rng, obstacles=obstacles, least_gap_m=0.01)
    there: Arrangement = replace(made, T_table_manip=np.asarray(twin.manipulated.T_table_object))
    world = compile_world(
        twin=replace(twin, objects=(*twin.objects, *there.obstacles)), twin_folder=Path(), profile=profile,
        robot_folder=ROBOT, T_table_robot=T_TABLE_ROBOT, physics=physics(),
    )  # fmt: skip
    poses = {twin.manipulated.name: made.T_table_manip}
    if twin.target is not None and made.T_table_target is not None:
        poses[twin.target.name] = made.T_table_target
    return ClearSpace(world, profile, twin.manipulated.name, poses), Arm.from_model(world.model, profile)


def proved(problem: Problem) -> FloatArray | None:
    """Return the knots that this project's planner finds."""
    arm, search = problem.arm, Search(patience_s=PATIENCE_S, seed=problem.seed)
    return route(problem.passage, problem.start, problem.goal, arm.lower, arm.upper, search)


def plain(problem: Problem) -> FloatArray | None:
    """Return the knots of plain OMPL."""
    arm, search = problem.arm, Search(patience_s=PATIENCE_S, seed=problem.seed)
    return plain_route(problem.passage, problem.start, problem.goal, arm.lower, arm.upper, search)


def plain_route(
    passage: Passage, q_from: FloatArray, q_to: FloatArray, lower: FloatArray, upper: FloatArray, search: Search
) -> FloatArray | None:
    """Return the knots of OMPL's RRT-Connect and simplification with their defaults; arguments as of `route`."""
    from ompl import base, geometric, util

    util.noOutputHandler()
    util.RNG.setSeed(search.seed + 1)
    n = len(q_from)
    space = base.RealVectorStateSpace(n)
    bounds = base.RealVectorBounds(n)
    for k in range(n):
        bounds.setLow(k, float(min(lower[k], q_from[k], q_to[k])))
        bounds.setHigh(k, float(max(upper[k], q_from[k], q_to[k])))
    space.setBounds(bounds)
    setup = geometric.SimpleSetup(space)

    def valid(state: object) -> bool:
        q = np.array([state[k] for k in range(n)])  # type: ignore[index]
        return passage.space.room(passage.whole(q), TOUCH) >= 0.0

    setup.setStateValidityChecker(valid)
    ends = [space.allocState(), space.allocState()]
    for state, q in zip(ends, (q_from, q_to)):
        for k in range(n):
            state[k] = float(q[k])
    setup.setStartAndGoalStates(*ends)
    setup.setPlanner(geometric.RRTConnect(setup.getSpaceInformation()))
    setup.solve(search.patience_s)
    if not setup.haveExactSolutionPath():
        return None
    setup.simplifySolution()
    path = setup.getSolutionPath()
    return np.array([[path.getState(k)[j] for j in range(n)] for k in range(path.getStateCount())])


def truly_free(problem: Problem, knots: FloatArray) -> bool:
    """Whether no posture between the knots touches anything, looked at `FINE` times each."""
    passage = problem.passage
    return all(
        passage.space.room(passage.whole(a + s * (b - a)), TOUCH) >= 0.0
        for a, b in itertools.pairwise(knots)
        for s in np.linspace(0.0, 1.0, FINE)
    )


def measured(obstacles: int, count: int) -> list[dict[str, object]]:
    """Return one row for each arm on the same problems."""
    drawn, rows = problems(obstacles, count), []
    for name, solve in (("proved", proved), ("plain OMPL", plain)):
        seconds, cpu, free, solved, lengths = [], [], 0, 0, []
        for problem in drawn:
            began, worked = time.perf_counter(), time.process_time()
            knots = solve(problem)
            seconds.append(time.perf_counter() - began)
            cpu.append(time.process_time() - worked)
            if knots is not None:
                solved += 1
                free += truly_free(problem, knots)
                lengths.append(float(np.linalg.norm(np.diff(knots, axis=0), axis=1).sum()))
        rows.append({
            "obstacles": obstacles, "arm": name, "problems": len(drawn), "solved": solved, "free": free,
            "median_cpu_ms": 1e3 * float(np.median(cpu)), "p95_cpu_ms": 1e3 * float(np.percentile(cpu, 95)),
            "median_ms": 1e3 * float(np.median(seconds)), "p95_ms": 1e3 * float(np.percentile(seconds, 95)),
            "length_rad": float(np.median(lengths)) if lengths else None,
        })  # fmt: skip
    return rows


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--problems", type=int, default=50, help="of each number of obstacles")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    facts = provenance() | {"load": f"{os.getloadavg()[0]:.1f}"}
    print(", ".join(f"{key} {value}" for key, value in facts.items()))
    print(
        f"{'obstacles':>9} {'arm':11}{'solved':>9}{'truly free':>12}{'median ms':>11}{'p95 ms':>9}"
        f"{'cpu ms':>8}{'p95':>7}{'length rad':>12}"
    )
    rows = []
    for number in OBSTACLES:
        for row in measured(number, asked.problems):
            rows.append(row)
            print(
                f"{row['obstacles']:9} {row['arm']:11}{row['solved']:>5}/{row['problems']:<3}"
                f"{row['free']:>8}/{row['solved']:<3}{row['median_ms']:11.1f}{row['p95_ms']:9.1f}"
                f"{row['median_cpu_ms']:8.1f}{row['p95_cpu_ms']:7.1f}"
                f"{row['length_rad'] or float('nan'):12.2f}",
                flush=True,
            )
    if asked.json:
        asked.json.write_text(json.dumps({"facts": facts, "rows": rows}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
