"""Execute a built skill once through its state machine, in simulation."""

import dataclasses
import json
import sys
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from typer import Option

from skillc.runtime.cli.failures import InputError
from skillc.runtime.cli.parameters import Build, Json, Unlocked
from skillc.runtime.cli.stop_signals import stop_signals

Perturbation: TypeAlias = Literal["replay", "test"]
"""Protocols that perturb one run."""


def command(
    build: Build,
    protocol: Annotated[Perturbation, Option(help="Which perturbation to run under.")] = "replay",
    seed: Annotated[int, Option(help="Seed of the perturbation.")] = 0,
    robot: Annotated[str | None, Option(help="Hardware driver, package:name; left out: simulated.")] = None,
    log: Annotated[Path | None, Option(help="Folder of the run's log; default BUILD/runs/<seed>.")] = None,
    unlocked: Unlocked = False,
    as_json: Json = False,
) -> int:
    """Run the state machine behind the safety filter and write its log; exit code 1 when the task failed."""
    from skillc.runtime.evaluate.evaluate import built_scene, simulated_robot, summarize, task_of
    from skillc.runtime.evaluate.protocol import trials
    from skillc.runtime.evaluate.skill import Skill
    from skillc.runtime.evaluate.success import score
    from skillc.runtime.formats.codec import as_json as to_json
    from skillc.runtime.machine.execute import execute
    from skillc.runtime.machine.run_folder import write_run

    skill = Skill.load(build, locked=not unlocked)
    if robot is not None:
        raise _no_hardware(robot, skill.contract.placement)
    scene = built_scene(skill)
    trial = trials(protocol, scene.twin, skill.environment, skill.profile, 1, seed)[0]
    last = ""

    def tell(tick: int, state: str, measured: object) -> None:
        nonlocal last
        if state != last and sys.stderr.isatty():
            print(f"{tick / skill.contract.control_rate_hz:6.2f} s  {state}", file=sys.stderr, flush=True)
            last = state

    with stop_signals() as request:
        run = execute(
            machine=skill.machine,
            contract=skill.contract,
            reference=skill.reference,
            robot=simulated_robot(skill, scene, trial),
            on_tick=tell,
            interrupted=request,
        )
    result = summarize(run, score(run.log, task_of(skill, scene)), skill.scoring)
    folder = log or build / "runs" / str(seed)
    write_run(run, skill.contract, skill.machine, folder)
    if as_json:
        print(json.dumps({"skill": skill.name, "log": str(folder), **to_json(dataclasses.asdict(result))}))
    else:
        verdict = "succeeded" if result.success else f"failed ({result.invalid or ', '.join(result.failed)})"
        print(f"{skill.name} {verdict} in {result.duration_s:.1f} s, ended in state {result.final_state}; log {folder}")
    request.end()
    return 0 if result.success else 1


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
