"""Execute a built skill once through its state machine, in simulation or on a robot."""

import dataclasses
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from typer import Option

from skillc.runtime.cli.arrangement import Cloud, ObjectAt, Obstacles, TargetAt, arrangement_of
from skillc.runtime.cli.failures import STOPPED, InputError, WorkFailed
from skillc.runtime.cli.parameters import Build, Json, Unlocked
from skillc.runtime.cli.stop_signals import StopRequest, stop_signals

if TYPE_CHECKING:
    from skillc.runtime.evaluate.moved_scene import MovedScene
    from skillc.runtime.evaluate.skill import Skill
    from skillc.runtime.machine.execute import Run
    from skillc.runtime.machine.log_file import LogFile
    from skillc.runtime.machine.ports import Clock, Planner, Robot

Sight: TypeAlias = Literal["simulator", "rendered"]
Perturbation: TypeAlias = Literal["replay", "test"]
"""Protocols that perturb one run."""


def command(
    build: Build,
    protocol: Annotated[Perturbation, Option(help="Which perturbation to run under.")] = "replay",
    seed: Annotated[int, Option(help="Seed of the perturbation.")] = 0,
    robot: Annotated[str | None, Option(help="Driver, package:name, or a .toml file; left out: simulated.")] = None,
    yes: Annotated[bool, Option("--yes", help="Confirm that the robot may move.")] = False,
    acknowledge: Annotated[
        bool, Option("--acknowledge", help="A person has looked at why the robot's last run ended in STOP.")
    ] = False,
    log: Annotated[
        Path | None, Option(help="Folder of the run's log; default the next of BUILD/runs/0, 1, ...")
    ] = None,
    plan: Annotated[Path | None, Option(help="Folder that plan-motion wrote: its motion in its scene.")] = None,
    sight: Annotated[Sight, Option(help="rendered: objects are seen in rendered depth, not told.")] = "simulator",
    object_at: ObjectAt = "",
    target_at: TargetAt = "",
    obstacles: Obstacles = None,
    cloud: Cloud = None,
    unlocked: Unlocked = False,
    as_json: Json = False,
) -> int:
    """Run the state machine behind the safety filter and write its log; exit code 1 when the task failed, 3 on STOP.

    Where things are said to stand elsewhere, the simulated machine looks, and plans beyond the box it was tested in.
    On a terminal: p pauses and goes on, s goes on to the next state, a stops.
    """
    from skillc.runtime.evaluate.planned import load_plan
    from skillc.runtime.evaluate.skill import Skill
    from skillc.runtime.machine.log_file import new_folder

    skill = Skill.load(build, locked=not unlocked)
    if robot is not None and plan is not None:
        raise InputError("--plan and --robot are both given", "a planned motion runs in the scene it was planned in")
    if robot is not None and sight != "simulator":
        raise InputError("--sight and --robot are both given", "rendered depth is of a simulated robot's scene")
    if plan is not None:
        skill = load_plan(skill, plan)
    moved = bool(object_at or target_at or obstacles or cloud)
    if moved and (robot is not None or plan is not None):
        raise InputError("things are said to stand elsewhere", "leave --robot and --plan out: this is simulated")
    there = _moved(skill, object_at, target_at, obstacles or [], cloud) if moved else None
    with stop_signals() as request:
        if robot is not None:
            return _on_hardware(skill, robot, log, request, yes=yes, acknowledge=acknowledge)
        folder = log or new_folder(skill.contents.results / "runs")
        code = _in_simulation(skill, folder, request, protocol, seed, there, sight, as_json=as_json)
    request.end()
    return code


def _in_simulation(
    skill: "Skill",
    folder: Path,
    request: StopRequest,
    protocol: Perturbation,
    seed: int,
    there: "MovedScene | None",
    sight: Sight,
    *,
    as_json: bool,
) -> int:
    from skillc.runtime.cli.new_log import new_log, warn_of_loss
    from skillc.runtime.evaluate.evaluate import built_scene, in_scene, simulated_robot, summarize, task_of
    from skillc.runtime.evaluate.protocol import trials
    from skillc.runtime.evaluate.seeing import seen_through
    from skillc.runtime.evaluate.success import score
    from skillc.runtime.formats.codec import as_json as to_json

    scene = built_scene(skill) if there is None else there.scene
    skill = in_scene(skill, scene)
    trial = trials(protocol, scene.twin, skill.environment, skill.profile, 1, seed)[0]
    robot = simulated_robot(skill, scene, trial)
    seen = None if sight == "simulator" else seen_through(skill, scene.twin, robot, seed)
    acting = robot if seen is None else seen.robot
    planner = None if there is None else there.planner_for(acting)
    with new_log(folder, skill, {"protocol": protocol, "seed": str(seed), "sight": sight}) as file:
        run = _execute(skill, acting, file, request, None, planner)
    if seen is not None:
        run = seen.witness.corrected(run, skill.contract)
    result = summarize(run, score(run.log, task_of(skill, scene)), skill)
    warn_of_loss(file)
    if as_json:
        told = {"skill": skill.name, "log": str(folder), "lost_ticks": file.lost_ticks}
        print(json.dumps({**told, **to_json(dataclasses.asdict(result))}))
    else:
        verdict = "succeeded" if result.success else f"failed ({result.invalid or ', '.join(result.failed)})"
        print(f"{skill.name} {verdict} in {result.duration_s:.1f} s, ended in state {result.final_state}; log {folder}")
    return 0 if result.success else STOPPED if result.final_state == "stop" else 1


def _on_hardware(
    skill: "Skill", robot: str, log: Path | None, request: StopRequest, *, yes: bool, acknowledge: bool
) -> int:
    from skillc.runtime.cli import hardware, robot_file
    from skillc.runtime.cli.new_log import new_log, warn_of_loss
    from skillc.runtime.drivers.device import DeviceRefused
    from skillc.runtime.evaluate.evaluate import built_scene, roll_out
    from skillc.runtime.evaluate.protocol import Trial
    from skillc.runtime.machine.clocks import MonotonicClock
    from skillc.runtime.machine.log_file import new_folder
    from skillc.runtime.machine.robot_hold import RobotBusy, RobotHold

    if robot.endswith(robot_file.SUFFIX):
        driver = robot_file.driver_from(Path(robot), skill)
    else:
        driver = hardware.driver_of(robot, skill.contract.placement)
    try:
        with RobotHold(robot) as hold:
            hardware.require_person(hold, yes=yes, acknowledge=acknowledge)
            tried = roll_out(skill, built_scene(skill), Trial()).log.final_state
            if tried != "done":
                raise WorkFailed(
                    f"in simulation the run ended in {tried}; nothing has moved", "`skillc run` without --robot"
                )
            hardware.confirm(driver, skill.name, yes=yes)
            folder = log or new_folder(skill.contents.results / "runs")
            with new_log(folder, skill, {"robot": robot}) as file, driver.connect(skill.contract) as connected:
                hold.stop("the run did not end")
                run = _execute(skill, connected, file, request, MonotonicClock())
                hold.stop(run.events[-1].reason if run.log.final_state == "stop" else "")
    except RobotBusy as reason:
        raise InputError(str(reason), "wait for it, or stop it") from reason
    except DeviceRefused as reason:
        raise WorkFailed(str(reason), "nothing has moved") from reason
    warn_of_loss(file)
    print(f"{skill.name} ended in state {run.log.final_state}: {run.events[-1].reason}; log {folder}")
    request.end()
    return {"done": 0, "stop": STOPPED}.get(run.log.final_state, 1)


def _moved(skill: "Skill", object_at: str, target_at: str, obstacles: list[str], cloud: Path | None) -> "MovedScene":
    from skillc.runtime.evaluate.moved_scene import moved_scene
    from skillc.runtime.planning.load import load_planner

    planner = load_planner(skill.contents.results)
    return moved_scene(skill, planner, arrangement_of(planner, object_at, target_at, obstacles, cloud))


def _execute(
    skill: "Skill",
    robot: "Robot",
    file: "LogFile",
    request: StopRequest,
    clock: "Clock | None",
    planner: "Planner | None" = None,
) -> "Run":
    """Run the skill, told to whoever sits at a terminal and stopped by them."""
    from skillc.runtime.cli.operator import Operator, raw_keys
    from skillc.runtime.machine.execute import execute

    with raw_keys() as keys:
        operator = Operator(
            file,
            skill.machine,
            skill.contract,
            keys=keys,
            screen=sys.stderr if sys.stderr.isatty() else None,
            idle_s=0.0 if clock is not None else 1.0 / skill.contract.control_rate_hz,
        )
        return execute(
            machine=skill.machine,
            contract=skill.contract,
            reference=skill.reference,
            robot=robot,
            clock=clock,
            planner=planner,
            log=operator,
            paused=operator.paused,
            interrupted=lambda: request() or operator.aborted,
        )
