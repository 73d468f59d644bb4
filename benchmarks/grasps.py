"""Grasp candidates per second through contact IK and collision rejection, shake tests per second, stable per second.

    python -m benchmarks.grasps [--rounds N] [--json FILE]

An apple on the table, Kinova Gen3 with LEAP hand, the video2sim2real preset; the search takes one thread, shaking two.
Rates are given per second of wall time and per second of processor time, because the machine may be busy: what one idle
core would do lies between the two for the search, two cores for shaking. Machines differ: the physics steps of the
apple task are timed before and after, and each rate is set against them, beside what was seen against the steps then.
"""

import argparse
import json
import os
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from skillc.benchmarks.physics import ROBOT, T_TABLE_ROBOT, apple_like, measured
from skillc.benchmarks.provenance import print_provenance, provenance
from skillc.compiler.resolve.front_end import require_spec
from skillc.runtime.formats.physics import PhysicsSettings
from skillc.runtime.formats.records import from_json
from skillc.runtime.formats.twin import Shape, TwinObject
from skillc.runtime.geometry import se3
from skillc.runtime.motion.cell.surface import object_surface
from skillc.runtime.motion.grasp.check import GraspChecker
from skillc.runtime.motion.grasp.contact_field import ContactField
from skillc.runtime.motion.grasp.parameters import GraspParameters
from skillc.runtime.motion.grasp.pregrasp import approach_directions, backed_off
from skillc.runtime.motion.grasp.refine import contact_surface
from skillc.runtime.motion.grasp.search import GraspProblem, search_grasps
from skillc.runtime.motion.grasp.stability_test import shake_test
from skillc.runtime.motion.kinematics.hand_model import HandModel
from skillc.runtime.robot.model import robot_model
from skillc.runtime.robot.profile import load_profile
from skillc.runtime.sim.hand_world import compile_hand_world
from skillc.runtime.sim.world import compile_world

ROOT = Path(__file__).resolve().parents[1]
THREADS = 2
SEEN = {"candidates_per_s": 500.0, "shake_tests_per_s": 35.0, "physics_steps_per_s": 28000.0}
"""The project's own first trials on two cores: about 500 candidates and 29 to 42 shake tests per second, where the
apple task's physics (implicit, 1/240 s, two threads) ran at 28,000 steps per second."""


class Stopwatch:
    """Wall and processor seconds of the blocks it surrounds."""

    def __init__(self) -> None:
        self.wall = self.cpu = 0.0

    def __enter__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def __exit__(self, *_: object) -> None:
        self.wall += time.perf_counter() - self._wall
        self.cpu += time.process_time() - self._cpu


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    spec, _ = require_spec((ROOT / "specs/skills/apple.yaml").read_bytes(), "apple.yaml")
    parameters = from_json(GraspParameters, spec.at("method.stages.grasps.grasp"), "grasp")
    physics = from_json(PhysicsSettings, spec.at("method.simulation"), "simulation")
    profile = load_profile(ROBOT)
    apple = TwinObject(
        name="apple", role="manipulated", shape=Shape(kind="ellipsoid"), size_m=(0.071, 0.071, 0.082),
        size_sigma_m=(0.003,) * 3, size_measured=(True,) * 3, symmetry="z", T_table_object=np.eye(4),
        position_sigma_m=(0.005,) * 3, yaw_sigma_rad=0.05, mass=0.15, mass_sigma=0.05, inertia=(9e-5, 9e-5, 8e-5),
        center_of_mass_m=(0, 0, 0.041), friction=0.5, restitution=0.1, material="plastic", rgba=(0.8, 0.2, 0.2, 1),
        outline_iou=1.0,
    )  # fmt: skip
    z = np.array([-0.5, 0.6, -0.62]) / np.linalg.norm([-0.5, 0.6, -0.62])
    x = np.array([0.0, -0.4, -0.9])
    x = (x - (x @ z) * z) / np.linalg.norm(x - (x @ z) * z)
    R = np.stack([x, np.cross(z, x), z], axis=1)
    world = compile_hand_world(
        profile=profile, robot_folder=ROBOT, thing=apple, twin_folder=ROOT, physics=physics, R_table_nominal=R,
        table_friction=0.6,
    )  # fmt: skip
    hand = HandModel.from_model(robot_model(profile, ROBOT, np.eye(4)).model, profile)
    rng = np.random.default_rng(0)
    surface = object_surface(world.model, world.object_geoms, count=6000, rng=rng)
    field = ContactField(hand, contact_surface(surface, parameters.cleaning), parameters.field, rng)
    checker = GraspChecker(world, margin_m=0.02)
    grip = 0.5 * (hand.tips(0.25 * (hand.upper + 3 * hand.open_posture)[None])[0][0])
    centre = se3.from_parts(R, np.array([0, 0, 0.05]) - R @ (grip[0] + grip[1:].mean(axis=0)))
    problem = GraspProblem(
        hand=hand, field=field, checker=checker, T_table_object=np.eye(4), mass=apple.mass,
        centre=np.asarray(apple.center_of_mass_m), ik=parameters.ik, search=parameters.search,
        reachable=lambda Ts: np.ones(len(Ts), dtype=np.bool_),
    )  # fmt: skip
    steps = [physics_rate(physics)]
    tried = valid = tested = stable = 0
    search, shake = Stopwatch(), Stopwatch()
    for _ in range(given.rounds):
        with search:
            found, _ = search_grasps(problem, centre[None], rng)
        tried, valid = tried + found.tried, valid + len(found.q)
        found = found.keep(np.arange(min(len(found.q), 64)))
        opened = backed_off(hand, found, parameters.open_m, parameters.ik)
        approach, _ = approach_directions(
            checker, found.T_object_hand, opened, np.eye(4), hand.T_hand_palm, length_m=parameters.approach_m,
            enough_m=parameters.clearance_m,
        )  # fmt: skip
        with shake:
            result = shake_test(
                [world], T_object_hand=found.T_object_hand, approach_object=approach, q_pre=opened,
                q_squeeze=found.q_squeeze, T_table_object=np.eye(4), parameters=parameters.stability, threads=THREADS,
            )  # fmt: skip
        tested, stable = tested + len(found.q), stable + int(result.accepted.sum())
    steps.append(physics_rate(physics))
    rows = {}
    for clock in ("wall", "cpu"):
        searching, shaking = getattr(search, clock), max(getattr(shake, clock), 1e-9)
        rows[clock] = {
            "candidates_per_s": tried / searching,
            "valid_grasps_per_s": valid / searching,
            "shake_tests_per_s": tested / shaking,
            # Every valid grasp is shaken: seconds to search and to shake one, over the share that holds.
            "stable_grasps_per_s": stable / max(tested, 1) / (searching / max(valid, 1) + shaking / max(tested, 1)),
        }
    pace = float(np.mean(steps))
    relative = {
        name: {"here": 1000 * rows["wall"][name] / pace, "seen": 1000 * SEEN[name] / SEEN["physics_steps_per_s"]}
        for name in ("candidates_per_s", "shake_tests_per_s")
    }
    shares = {"valid_of_candidates": valid / max(tried, 1), "stable_of_tested": stable / max(tested, 1)}
    print_provenance()
    print(f"load {os.getloadavg()[0]:.1f}, {THREADS} threads; {tried} candidates, {tested} shaken, {shares}")
    for clock, rates in rows.items():
        print(f"per {clock:4} second: " + ", ".join(f"{name[:-6]} {rate:.1f}" for name, rate in rates.items()))
    print(f"physics {steps[0]:.0f} and {steps[1]:.0f} steps/s (seen {SEEN['physics_steps_per_s']:.0f})")
    for name, rate in relative.items():
        ratio = rate["here"] / rate["seen"]
        print(f"{name[:-6]} per 1000 physics steps: {rate['here']:.2f}, seen {rate['seen']:.2f}: x {ratio:.2f}")
    if given.json:
        body = {"provenance": provenance() | {"load": f"{os.getloadavg()[0]:.1f}"}, "threads": THREADS,
                "seen": SEEN, "rates": rows, "physics_steps_per_s": steps,
                "per_1000_physics_steps": relative, "shares": shares, "tried": tried, "tested": tested}  # fmt: skip
        given.json.write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")


def physics_rate(physics: PhysicsSettings) -> float:
    """Return steps per second of the whole robot over the apple task's objects, with as many threads as shaking has."""
    world = compile_world(
        twin=apple_like(), twin_folder=ROOT, profile=load_profile(ROBOT), robot_folder=ROBOT,
        T_table_robot=T_TABLE_ROBOT, physics=physics,
    )  # fmt: skip
    return float(measured("", world, 2.0, 16, THREADS)["rate"])


if __name__ == "__main__":
    main()
