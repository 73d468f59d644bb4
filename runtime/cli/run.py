"""Execute a built skill once through its state machine, in simulation."""

import dataclasses
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from typer import Option

from skillc.runtime.cli.failures import InputError
from skillc.runtime.cli.parameters import Build, Json, Unlocked
from skillc.runtime.cli.stop_signals import stop_signals

if TYPE_CHECKING:
    from skillc.runtime.evaluate.skill import Skill
    from skillc.runtime.machine.log_file import LogFile

Perturbation: TypeAlias = Literal["replay", "test"]
"""Protocols that perturb one run."""


def command(
    build: Build,
    protocol: Annotated[Perturbation, Option(help="Which perturbation to run under.")] = "replay",
    seed: Annotated[int, Option(help="Seed of the perturbation.")] = 0,
    robot: Annotated[str | None, Option(help="Hardware driver, package:name; left out: simulated.")] = None,
    log: Annotated[
        Path | None, Option(help="Folder of the run's log; default the next of BUILD/runs/0, 1, ...")
    ] = None,
    plan: Annotated[Path | None, Option(help="Folder that plan-motion wrote: its motion in its scene.")] = None,
    unlocked: Unlocked = False,
    as_json: Json = False,
) -> int:
    """Run the state machine behind the safety filter and write its log; exit code 1 when the task failed."""
    from skillc.runtime.evaluate.evaluate import built_scene, simulated_robot, summarize, task_of
    from skillc.runtime.evaluate.planned import load_plan
    from skillc.runtime.evaluate.protocol import trials
    from skillc.runtime.evaluate.skill import Skill
    from skillc.runtime.evaluate.success import score
    from skillc.runtime.formats.codec import as_json as to_json
    from skillc.runtime.machine.execute import execute
    from skillc.runtime.machine.log_file import new_folder

    skill = Skill.load(build, locked=not unlocked)
    if robot is not None:
        raise _no_hardware(robot, skill.contract.placement)
    if plan is not None:
        skill = load_plan(skill, plan)
    scene = built_scene(skill)
    trial = trials(protocol, scene.twin, skill.environment, skill.profile, 1, seed)[0]
    folder = log or new_folder(skill.contents.results / "runs")
    about = {"protocol": protocol, "seed": str(seed)}
    with stop_signals() as request, _new_log(folder, skill, about) as file:
        run = execute(
            machine=skill.machine,
            contract=skill.contract,
            reference=skill.reference,
            robot=simulated_robot(skill, scene, trial),
            log=file,
            on_tick=_states_told(skill.contract.control_rate_hz),
            interrupted=request,
        )
    result = summarize(run, score(run.log, task_of(skill, scene)), skill)
    if file.lost_ticks or file.problem:
        print(f"warning: the log lost {file.lost_ticks} ticks: {file.problem or 'disk too slow'}", file=sys.stderr)
    if as_json:
        print(
            json.dumps(
                {
                    "skill": skill.name,
                    "log": str(folder),
                    "lost_ticks": file.lost_ticks,
                    **to_json(dataclasses.asdict(result)),
                }
            )
        )
    else:
        verdict = "succeeded" if result.success else f"failed ({result.invalid or ', '.join(result.failed)})"
        print(f"{skill.name} {verdict} in {result.duration_s:.1f} s, ended in state {result.final_state}; log {folder}")
    request.end()
    return 0 if result.success else 1


def _states_told(rate_hz: float) -> Callable[[int, str, object], None]:
    """Return what tells somebody who watches each state as it is entered."""
    last = ""

    def tell(tick: int, state: str, measured: object) -> None:
        nonlocal last
        if state != last and sys.stderr.isatty():
            print(f"{tick / rate_hz:6.2f} s  {state}", file=sys.stderr, flush=True)
            last = state

    return tell


def _new_log(folder: Path, skill: "Skill", about: dict[str, str]) -> "LogFile":
    """Return an empty log in `folder`; raises InputError where a run has left its own."""
    from skillc.runtime.machine.log_file import LogFile

    try:
        return LogFile(folder, skill.machine, skill.contract, skill.reference, about=about)
    except FileExistsError as reason:
        raise InputError(
            f"{reason.filename or folder} is there already", "name another folder for this run"
        ) from reason


def _no_hardware(robot: str, placement: str) -> InputError:
    """Return why this build does not move the robot `robot`, and what would have to be there."""
    from skillc.runtime.formats.extension import names

    installed = names("skillc.drivers")
    if robot not in installed:
        return InputError(
            f"no driver {robot!r} is installed; drivers here: {', '.join(installed) or 'none'}",
            "leave --robot out to run in simulation; packages add drivers under the entry-point group skillc.drivers",
        )
    if placement == "auto":
        return InputError(
            "the robot's base was placed by the build (placement: auto); a real one stands where it stands",
            "measure it with `skillc calibrate robot` and name the file under `hardware.placement`",
        )
    return InputError(
        f"driver {robot} is installed, but this version of skillc runs skills in simulation only",
        "leave --robot out to run in simulation",
    )
