"""Simulation speed: the apple twin under the Kinova Gen3 with LEAP hand, with one and two threads.

`python benchmarks/physics.py [--twin FOLDER] [--seconds S] [--json FILE]`; FOLDER is `twin/` of a build, else a ball
and a bowl of the apple's and plate's size are used. The robot sways above the table with the fingers closing and
opening, through `mujoco.rollout`; every thread runs whole trajectories.
"""

import argparse
import json
import os
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import mujoco
import numpy as np
from mujoco import rollout

from skillc.benchmarks.provenance import provenance
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.physics import PhysicsSettings
from skillc.runtime.formats.scene import Role
from skillc.runtime.formats.twin import Shape, Twin, TwinObject
from skillc.runtime.robot.profile import load_profile
from skillc.runtime.sim.world import World, compile_world, reset_data

PROJECT = Path(__file__).resolve().parents[1]
ROBOT = PROJECT / "specs/hardware/kinova_gen3_leap"
T_TABLE_ROBOT = np.array([[0.0, 1, 0, 0.29], [-1, 0, 0, 0.75], [0, 0, 1, 0], [0, 0, 0, 1]])
SETTINGS: dict[str, dict[str, Any]] = {
    "implicit": {},
    "implicitfast": {"integrator": "implicitfast"},
    "implicit, 1/480 s": {"timestep_s": 1 / 480},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--twin", type=Path)
    parser.add_argument("--seconds", type=float, default=2.0, help="simulated time of one trajectory")
    parser.add_argument("--batch", type=int, default=16, help="trajectories")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    twin = Twin.load(args.twin / "twin.json") if args.twin else apple_like()
    rows = []
    for name, change in SETTINGS.items():
        world = compile_world(
            twin=twin,
            twin_folder=(args.twin or PROJECT),
            profile=load_profile(ROBOT),
            robot_folder=ROBOT,
            T_table_robot=T_TABLE_ROBOT,
            physics=physics(**change),
        )
        rows += [measured(name, world, args.seconds, args.batch, threads) for threads in (1, 2)]
    facts = provenance() | {
        "mujoco": mujoco.__version__,
        "load": f"{os.getloadavg()[0]:.1f}",
        "geoms": str(world.model.ngeom),
        "dof": str(world.model.nv),
    }
    print(", ".join(f"{key} {value}" for key, value in facts.items()))
    print(f"{'settings':22}{'threads':>8}{'steps/s':>10}{'cpu steps/s':>13}{'x real time':>13}{'bad states':>12}")
    for row in rows:
        print(
            f"{row['settings']:22}{row['threads']:8d}{row['rate']:10.0f}{row['cpu_rate']:13.0f}"
            f"{row['real_time']:13.0f}{row['bad']:12d}"
        )
    if args.json:
        args.json.write_text(json.dumps({"facts": facts, "rows": rows}, indent=1) + "\n", encoding="utf-8")


def physics(**changes: Any) -> PhysicsSettings:
    """Return the preset's settings (specs/methods/video2sim2real.yaml) with `changes`."""
    values: dict[str, Any] = {
        "timestep_s": 1 / 240,
        "control_rate_hz": 60,
        "integrator": "implicit",
        "cone": "elliptic",
        "impratio": 10,
        "solref": (0.01, 1),
        "solimp": (0.9, 0.99, 0.001),
        "iterations": 20,
        "tip_friction": 0.8,
        "tip_condim": 4,
    }
    return PhysicsSettings(**(values | changes))


def measured(name: str, world: World, seconds: float, batch: int, threads: int) -> dict[str, Any]:
    """Roll out `batch` trajectories and count steps per second of wall and processor time."""
    model = world.model
    start = reset_data(world, load_profile(ROBOT).home)
    state = np.empty(mujoco.mj_stateSize(model, mujoco.mjtState.mjSTATE_FULLPHYSICS))
    mujoco.mj_getState(model, start, state, mujoco.mjtState.mjSTATE_FULLPHYSICS)
    steps = round(seconds / model.opt.timestep)
    control = motion(world, steps, batch)
    workers = [mujoco.MjData(model) for _ in range(threads)]
    with rollout.Rollout(nthread=threads if threads > 1 else 0) as roller:
        roller.rollout(model, workers, np.tile(state, (batch, 1)), control[:, :20])
        wall, cpu = time.perf_counter(), time.process_time()
        states, _ = roller.rollout(model, workers, np.tile(state, (batch, 1)), control)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return {
        "settings": name,
        "threads": threads,
        "rate": batch * steps / wall,
        "cpu_rate": batch * steps / cpu,
        "real_time": batch * seconds / wall,
        "bad": int((~np.isfinite(states)).any(axis=(1, 2)).sum()),
    }


def motion(world: World, steps: int, batch: int) -> FloatArray:
    """Return commands (batch, steps, nu): swaying arm joints, closing and opening fingers."""
    profile = load_profile(ROBOT)
    t = np.arange(steps) * world.model.opt.timestep
    phase = np.random.default_rng(0).uniform(0, 2 * np.pi, (batch, 1, len(profile.joints)))
    wave = np.sin(2 * np.pi * 0.5 * t[None, :, None] + phase)
    size = np.where(np.arange(len(profile.joints)) < len(profile.manipulator.arm_joints), 0.15, 0.5)
    wanted = profile.home + size * (wave - np.sin(phase))
    command = np.empty((batch, steps, world.model.nu))
    command[:, :, world.actuator] = wanted
    return command


def apple_like() -> Twin:
    """Return a ball and a bowl on a table, as large as the apple and the plate of the apple task."""
    bowl = tuple((0.04 + 0.055 * float(np.sin(z / 0.04 * np.pi / 2)), float(z)) for z in np.linspace(0, 0.04, 12))
    ball, shell = Shape(kind="sphere"), Shape(kind="revolve", wall_m=0.004, profile_m=bowl)
    return Twin(
        objects=(
            thing("apple", "manipulated", ball, (0.08, 0.08, 0.08), 0.2, 0.25, 0.2),
            thing("plate", "target", shell, (0.19, 0.19, 0.04), 0.15, 0.05, 0.3),
        ),
        task_type="grasp",
        table_friction=0.6,
        table_half_size_m=(0.6, 0.6),
        table_center_m=(0.2, 0.2),
    )


def thing(
    name: str, role: Role, shape: Shape, size: tuple[float, float, float], x: float, y: float, mass: float
) -> TwinObject:
    """Return an object standing upright at (x, y)."""
    T = np.eye(4)
    T[:2, 3] = x, y
    a, b, c = size
    return TwinObject(
        name=name,
        role=role,
        shape=shape,
        size_m=size,
        size_sigma_m=(0.001, 0.001, 0.001),
        size_measured=(True, True, True),
        symmetry="z",
        T_table_object=T,
        position_sigma_m=(0.005, 0.005, 0.005),
        yaw_sigma_rad=0.1,
        mass=mass,
        mass_sigma=0.01,
        inertia=(mass * (b * b + c * c) / 12, mass * (a * a + c * c) / 12, mass * (a * a + b * b) / 12),
        center_of_mass_m=(0.0, 0.0, c / 2),
        friction=0.5,
        restitution=0.1,
        material="plastic",
        rgba=(0.8, 0.2, 0.2, 1.0),
        outline_iou=1.0,
    )


if __name__ == "__main__":
    main()
