"""Grasp candidates per second through contact IK and collision rejection, shake tests per second, stable per second.

Run: python -m benchmarks.grasps  (an apple on the table, Kinova Gen3 with LEAP hand, the video2sim2real preset).
"""

import json
import platform
import time
from pathlib import Path

import numpy as np

from skillc.compiler.resolve.front_end import require_spec
from skillc.runtime.formats.codec import from_json
from skillc.runtime.formats.physics import PhysicsSettings
from skillc.runtime.formats.twin import Shape, TwinObject
from skillc.runtime.geometry import se3
from skillc.runtime.motion.contact_field import ContactField
from skillc.runtime.motion.grasp_check import GraspChecker
from skillc.runtime.motion.grasp_search import search_grasps
from skillc.runtime.motion.hand_model import HandModel
from skillc.runtime.motion.pregrasp import approach_directions, backed_off
from skillc.runtime.motion.refine_grasp import GraspParameters, contact_surface
from skillc.runtime.motion.stability_test import shake_test
from skillc.runtime.motion.surface import object_surface
from skillc.runtime.robot.profile import load_profile
from skillc.runtime.sim.hand_world import compile_hand_world

ROOT = Path(__file__).resolve().parents[1]
THREADS = 2
ROUNDS = 4


def main() -> None:
    spec, _ = require_spec((ROOT / "specs/skills/apple.yaml").read_bytes(), "apple.yaml")
    parameters = from_json(GraspParameters, spec.at("method.stages.grasps.grasp"), "grasp")
    physics = from_json(PhysicsSettings, spec.at("method.simulation"), "simulation")
    folder = ROOT / "specs/hardware/kinova_gen3_leap"
    profile = load_profile(folder)
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
        profile=profile, robot_folder=folder, thing=apple, twin_folder=ROOT, physics=physics, R_table_nominal=R,
        table_friction=0.6,
    )  # fmt: skip
    hand = HandModel.from_model(world.model, profile)
    rng = np.random.default_rng(0)
    surface = object_surface(world.model, world.object_geoms, count=6000, rng=rng)
    field = ContactField(hand, contact_surface(surface, parameters.cleaning), parameters.field, rng)
    checker = GraspChecker(world, margin_m=0.02)
    grip = 0.5 * (hand.tips(0.25 * (hand.upper + 3 * hand.open_posture)[None])[0][0])
    centre = se3.from_parts(R, np.array([0, 0, 0.05]) - R @ (grip[0] + grip[1:].mean(axis=0)))
    tried = valid = tested = stable = 0
    search_s = shake_s = 0.0
    for _ in range(ROUNDS):
        start = time.perf_counter()
        found, _ = search_grasps(
            hand, field, checker, Ts_centre=centre[None], T_table_object=np.eye(4), mass=apple.mass,
            centre=np.asarray(apple.center_of_mass_m), ik=parameters.ik, parameters=parameters.search, rng=rng,
            reachable=lambda Ts: np.ones(len(Ts), dtype=np.bool_),
        )  # fmt: skip
        search_s += time.perf_counter() - start
        tried, valid = tried + found.tried, valid + len(found.q)
        found = found.keep(np.arange(min(len(found.q), 64)))
        opened = backed_off(hand, found, parameters.open_m, parameters.ik)
        approach, _ = approach_directions(
            checker, found.T_object_hand, opened, np.eye(4), hand.T_hand_palm, length_m=parameters.approach_m,
            enough_m=parameters.clearance_m,
        )  # fmt: skip
        start = time.perf_counter()
        result = shake_test(
            [world], T_object_hand=found.T_object_hand, approach_object=approach, q_pre=opened,
            q_squeeze=found.q_squeeze, T_table_object=np.eye(4), parameters=parameters.stability, threads=THREADS,
        )  # fmt: skip
        shake_s += time.perf_counter() - start
        tested, stable = tested + len(found.q), stable + int(result.accepted.sum())
    print(
        json.dumps(
            {
                "machine": platform.machine(),
                "threads": THREADS,
                "candidates_per_s": round(tried / search_s, 1),
                "valid_share": round(valid / max(tried, 1), 3),
                "shake_tests_per_s": round(tested / max(shake_s, 1e-9), 1),
                "stable_share_of_tested": round(stable / max(tested, 1), 3),
                "stable_per_s": round(stable / (search_s + shake_s), 2),
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
