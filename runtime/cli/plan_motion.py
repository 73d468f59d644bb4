"""Plan the skill's motion for objects that stand elsewhere than demonstrated, around obstacles."""

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Option

from skillc.runtime.cli.arrangement import Cloud, ObjectAt, Obstacles, TargetAt, arrangement_of
from skillc.runtime.cli.failures import InputError, WorkFailed
from skillc.runtime.cli.parameters import Build, Json

if TYPE_CHECKING:
    from skillc.runtime.planning.arrangement import Arrangement
    from skillc.runtime.planning.impasse import Impasse
    from skillc.runtime.planning.plan import MotionPlanner, PlannedMotion
    from skillc.runtime.planning.route import Connect


def command(
    build: Build,
    object_at: ObjectAt = "",
    target_at: TargetAt = "",
    obstacles: Obstacles = None,
    cloud: Cloud = None,
    out: Annotated[Path | None, Option(help="Where the plan goes; default the next of BUILD/plans/0, 1, ...")] = None,
    patience: Annotated[float, Option(help="Seconds for each search of a free way.", min=0.01, max=600)] = 2.0,
    seed: Annotated[int, Option(help="Seed of the search.", min=0, max=2**31 - 1)] = 0,
    curobo: Annotated[
        Path | None, Option(help="cuRobo's YAML of the arm: search free ways with it, on a GPU. Not run by us.")
    ] = None,
    as_json: Json = False,
) -> int:
    """Plan the motion for objects that stand elsewhere; exit code 1, reason and nearest place where there is none."""
    from dataclasses import replace

    from skillc.runtime.planning.impasse import NoPlan
    from skillc.runtime.planning.load import load_planner
    from skillc.runtime.view.plan_picture import draw_plan

    planner = replace(load_planner(build), patience_s=patience)
    if curobo is not None:
        planner = replace(planner, connect=_with_curobo(planner, curobo))
    asked = arrangement_of(planner, object_at, target_at, obstacles or [], cloud)
    folder = out or _next(build / "plans")
    try:  # before the work, not after it
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as reason:
        raise InputError(f"--out {folder}: {reason.strerror}", "name a folder that can be made") from reason
    try:
        planned = planner.plan(asked, seed=seed)
    except NoPlan as failed:
        return _told_why(planner, asked, failed.impasse, folder, seed, as_json)
    _save(planner, planned, folder, seed)
    draw_plan(planner.task(asked), planned.reference, folder / "plan.png")
    _tell(planned, folder, as_json)
    return 0


def _with_curobo(planner: "MotionPlanner", robot_file: Path) -> "Connect":
    from skillc.runtime.planning.curobo import CuroboMissing, CuroboSearch, curobo_modules

    if not robot_file.is_file():
        raise InputError(f"{robot_file} is no file", "cuRobo describes an arm by a YAML file with its spheres")
    try:
        curobo_modules()
    except CuroboMissing as reason:
        raise WorkFailed(str(reason), "nothing was planned") from reason
    names = planner.cell.profile.manipulator.arm_joints
    return CuroboSearch(robot_file=robot_file, joint_names=names, T_table_robot=planner.cell.T_table_robot)


def _told_why(
    planner: "MotionPlanner", asked: "Arrangement", impasse: "Impasse", folder: Path, seed: int, as_json: bool
) -> int:
    from skillc.runtime.planning.nearest import nearest_feasible
    from skillc.runtime.view.plan_picture import draw_impasse

    draw_impasse(planner.task(asked), impasse.q, impasse.between, folder / "impasse.png")
    near = nearest_feasible(planner, asked, patience_s=5.0 * planner.patience_s, seed=seed)
    place = None if near is None else _place(near.arrangement, planner)
    if as_json:
        told = {"planned": False, "constraint": impasse.constraint, "at": impasse.at, "what": impasse.what}
        print(json.dumps(told | {"message": str(impasse), "nearest": place, "picture": str(folder / "impasse.png")}))
        return 1
    print(f"no motion: {impasse}")
    print("no place near it has one, as far as was searched" if place is None else f"nearest: --object {place}")
    print(f"picture: {folder / 'impasse.png'}")
    return 1


def _save(planner: "MotionPlanner", planned: "PlannedMotion", folder: Path, seed: int) -> None:
    from skillc.runtime.evaluate.planned import MOTION_FILE
    from skillc.runtime.formats.motion_plan import MotionPlan

    planner.record(planned, seed).save(folder / MotionPlan.FILE)
    planned.reference.save(folder / MOTION_FILE)


def _tell(planned: "PlannedMotion", folder: Path, as_json: bool) -> None:
    length = float(planned.reference.time_s[-1])
    if as_json:
        told = {"planned": True, "folder": str(folder), "duration_s": length, "seconds": planned.seconds}
        print(json.dumps(told | {"clearance_m": planned.clearance_m, "hand_turn_rad": planned.hand_turn_rad}))
        return
    turned = (
        f", the hand turned by {math.degrees(planned.hand_turn_rad):.0f} deg" if planned.hand_turn_rad > 0.01 else ""
    )
    print(
        f"planned in {planned.seconds:.2f} s: {length:.1f} s long, at least {1e3 * planned.clearance_m:.1f} mm from "
        f"everything{turned}; {folder}"
    )


def _place(arrangement: "Arrangement", planner: "MotionPlanner") -> str:
    """Return a place as `--object` takes it."""
    import numpy as np

    T, T_stood = arrangement.T_table_manip, np.asarray(planner.cell.twin.manipulated.T_table_object)
    turn = T[:3, :3] @ T_stood[:3, :3].T
    yaw = math.degrees(math.atan2(turn[1, 0], turn[0, 0]))
    return f"{T[0, 3]:.3f},{T[1, 3]:.3f}" + (f",{yaw:.0f}" if abs(yaw) > 0.5 else "")


def _next(folder: Path) -> Path:
    """Return the first of folder/0, 1, ... that is not there."""
    return next(folder / str(k) for k in range(10**6) if not (folder / str(k)).exists())
