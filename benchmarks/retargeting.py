"""Retargeting speed and accuracy: fingertips of a real hand (set C: 621 frames), then the whole robot.

`python benchmarks/retargeting.py [DATA] [--json FILE]`; DATA is a folder with leap_targets.npz and
human_hand_joints.npz (default: hand_only beside the checkout's shared recordings). Plain Mink runs beside ours in the
same process, so that a busy machine slows both; processor seconds are printed too.
"""

import argparse
import json
import os
import time
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import mink
import mujoco
import numpy as np

from skillc.benchmarks.provenance import provenance
from skillc.runtime.formats.arrays import BoolArray, FloatArray
from skillc.runtime.formats.hands import HandMotion
from skillc.runtime.motion.kinematics.finger_chain import FingerChain
from skillc.runtime.motion.kinematics.ik import HandIk, IkParameters
from skillc.runtime.motion.retarget.branches import branch_path
from skillc.runtime.motion.retarget.hand_goals import wrist_rotation
from skillc.runtime.motion.retarget.motion import RetargetParameters, retarget
from skillc.runtime.motion.retarget.path_parameters import FingerPathParameters
from skillc.runtime.motion.retarget.robust_path import calm_paths
from skillc.runtime.robot.model import RobotModel, hand_model, robot_model
from skillc.runtime.robot.profile import load_profile

PROJECT = Path(__file__).resolve().parents[1]
ROBOT = PROJECT / "specs/hardware/kinova_gen3_leap"
METHOD = PROJECT / "specs/methods/video2sim2real.yaml"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    data = os.environ.get("SKILLC_TEST_DATA", str(PROJECT.parent / "shared"))
    parser.add_argument("data", nargs="?", type=Path, default=Path(data) / "recordings/hand_only")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    parameters = preset()
    rows = [*fingertip_rows(args.data, parameters), whole_robot_row(args.data, parameters)]
    facts = provenance() | {
        "mujoco": mujoco.__version__,
        "mink": version("mink"),
        "load": f"{os.getloadavg()[0]:.1f}",
    }
    print(", ".join(f"{key} {value}" for key, value in facts.items()))
    print(f"{'':34}{'frames/s':>9}{'cpu fr/s':>9}{'p50 mm':>8}{'p95 mm':>8}{'step p95':>9}{'step p99':>9}")
    for row in rows:
        print(
            f"{row['name']:34}{row['rate']:9.0f}{row['cpu_rate']:9.0f}{row['p50_mm']:8.2f}{row['p95_mm']:8.2f}"
            f"{row['step_p95']:9.3f}{row['step_p99']:9.3f}  "
            + ", ".join(f"{part} {p95:.2f}" for part, p95 in row["parts_p95_mm"].items())
        )
    if args.json:
        args.json.write_text(json.dumps({"facts": facts, "rows": rows}, indent=1) + "\n", encoding="utf-8")


def preset() -> RetargetParameters:
    """Return the shipped parameters (their units are SI but for millimetres, centimetres)."""
    import yaml

    from skillc.runtime.formats.records import from_json

    units = {"mm": 1e-3, "cm": 1e-2, "s": 1.0, "rad": 1.0}

    def plain(node: Any) -> Any:
        if isinstance(node, dict) and "value" in node:
            value = node["value"]
            if isinstance(value, str):
                number, unit = value.split()
                return float(number) * units[unit]
            return value
        return {key: plain(child) for key, child in node.items()}

    tree = yaml.safe_load(METHOD.read_text(encoding="utf-8"))
    found: RetargetParameters = from_json(RetargetParameters, plain(tree["stages"]["retarget"]), "retarget")
    return found


def fingertip_rows(data: Path, parameters: RetargetParameters) -> list[dict[str, Any]]:
    """Return plain Mink and ours on set C: the vendor's fingertip frames, hand fixed, 16 joints."""
    targets = np.load(data / "leap_targets.npz")
    goals, exact = targets["C"], targets["C_floor_qpos"]
    profile = load_profile(ROBOT)
    fingers = tuple(replace(f, tip_site=f"{f.name}_tip_head") for f in profile.fingers)
    heads = replace(profile, hands=(replace(profile.hands[0], fingers=fingers),))
    hand = hand_model(heads, ROBOT)
    free = apart(hand, exact)
    early = np.arange(len(goals)) < len(goals) // 2
    halves = {"first half": early, "second half": ~early}
    rows = []
    for name, method in (
        ("plain Mink, 5 programs", lambda: plain_mink(hand, goals)),
        ("branches, calm path, Mink", lambda: ours(hand, goals, parameters.ik, parameters.fingers, avoid=False)),
        ("the same, avoiding collisions", lambda: ours(hand, goals, parameters.ik, parameters.fingers, avoid=True)),
    ):
        rows.append(measured(name, method, lambda q: reached(hand, q) - goals, halves | {"collision-free": free}))
    print(f"set C: {free.mean():.0%} of its own exact postures are free of collisions")
    return rows


def apart(hand: RobotModel, postures: FloatArray) -> BoolArray:
    """Return which postures (T, 16) overlap nowhere by more than a millimetre: only those can be met with avoidance."""
    data = mujoco.MjData(hand.model)
    deepest = []
    for q in postures:
        data.qpos[hand.qpos] = q
        mujoco.mj_kinematics(hand.model, data)
        mujoco.mj_collision(hand.model, data)
        deepest.append(data.contact.dist.min(initial=0.0))
    return np.array(deepest) > -1e-3


def plain_mink(hand: RobotModel, goals: FloatArray) -> FloatArray:
    """Follow frame by frame with five programs each, as is usual."""
    configuration = mink.Configuration(hand.model)
    tasks = [mink.FrameTask(site, "site", position_cost=1.0, orientation_cost=0.0) for site in hand.tip_sites]
    limits = [mink.ConfigurationLimit(hand.model)]
    path = []
    for goal in goals:
        for task, point in zip(tasks, goal):
            task.set_target(mink.SE3.from_translation(point))
        for _ in range(5):
            move = mink.solve_ik(configuration, tasks, 1.0, "daqp", damping=1e-3, limits=limits)
            configuration.update(configuration.q + move)
        path.append(configuration.q[hand.qpos])
    return np.array(path)


def ours(
    hand: RobotModel, goals: FloatArray, ik: IkParameters, fingers: FingerPathParameters, *, avoid: bool
) -> FloatArray:
    """Return the path as the retarget stage finds it, with the arm fixed."""
    chains = [FingerChain.from_model(hand, joints=f.joints, tip_site=f.tip_site) for f in hand.profile.fingers]
    rests = [np.array([hand.profile.joint(name).home for name in chain.joints]) for chain in chains]
    paths = [branch_path(c, goals[:, k], rest=rests[k], parameters=fingers) for k, c in enumerate(chains)]
    prior = np.empty((len(goals), len(hand.qpos)))
    for chain, path in zip(chains, calm_paths(chains, paths, goals, fingers)):
        for j, name in enumerate(chain.joints):
            prior[:, hand.profile.joint_names.index(name)] = path[:, j]
    solver = HandIk(hand, ik)
    wrist = np.eye(4)
    return np.array(
        [solver.solve(q, goal, wrist, posture=q, iterations=1, avoid=avoid) for q, goal in zip(prior, goals)]
    )


def whole_robot_row(data: Path, parameters: RetargetParameters) -> dict[str, Any]:
    """Return the whole stage on the same hand held above a table: 23 joints, limits, collisions, smoothing."""
    joints = np.load(data / "human_hand_joints.npz")["joints"].astype(np.float64)
    R = np.array([[0.0, -1, 0], [-1, 0, 0], [0, 0, -1]]) @ wrist_rotation(joints[:1], handedness="right")[0].T
    placed = (joints - joints[:1, :1]) @ R.T + [0.0, 0.1, 0.2]
    count = len(placed)
    hand = HandMotion(
        frame=np.arange(count),
        joints_table_m=placed,
        joints_px=np.full((count, 21, 2), np.nan),
        confidence=np.ones(count),
        position_sigma_m=np.zeros(count),
        handedness="right",
        scale_m=0.1,
    )
    T_table_robot = np.array([[0.0, 1, 0, 0.29], [-1, 0, 0, 0.75], [0, 0, 1, 0], [0, 0, 0, 1]])
    robot = robot_model(load_profile(ROBOT), ROBOT, T_table_robot, table=((0.0, 0.2), (0.6, 0.6)))
    errors: list[FloatArray] = []

    def run() -> FloatArray:
        motion = retarget(
            hand,
            robot,
            T_table_robot,
            time_s=np.arange(count) / 30,
            parameters=parameters,
            rng=np.random.default_rng(0),
        )
        errors.append(motion.tip_error_m)
        return motion.qpos

    return measured("whole robot, 23 joints", run, lambda q: errors[0][..., None], {})


def measured(
    name: str,
    method: Callable[[], FloatArray],
    misses: Callable[[FloatArray], FloatArray],
    parts: dict[str, BoolArray],
) -> dict[str, Any]:
    """Time `method` and summarise misses (T, 4, 3), also of `parts` of the frames, and the largest joint step."""
    wall, cpu = time.perf_counter(), time.process_time()
    path = method()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    miss = 1000 * np.linalg.norm(misses(path), axis=-1)
    step = np.abs(np.diff(path, axis=0)).max(axis=1)
    return {
        "name": name,
        "rate": len(path) / wall,
        "cpu_rate": len(path) / cpu,
        "p50_mm": float(np.percentile(miss, 50)),
        "p95_mm": float(np.percentile(miss, 95)),
        "parts_p95_mm": {part: float(np.percentile(miss[which], 95)) for part, which in parts.items()},
        "step_p95": float(np.percentile(step, 95)),
        "step_p99": float(np.percentile(step, 99)),
    }


def reached(hand: RobotModel, path: FloatArray) -> FloatArray:
    """Return fingertips (T, 4, 3) by MuJoCo's kinematics, not ours."""
    data = mujoco.MjData(hand.model)
    tips = []
    for q in path:
        data.qpos[hand.qpos] = q
        mujoco.mj_kinematics(hand.model, data)
        tips.append([data.site(site).xpos.copy() for site in hand.tip_sites])
    return np.array(tips)


if __name__ == "__main__":
    main()
