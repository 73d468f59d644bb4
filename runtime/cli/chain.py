"""Run several built skills one after another, in simulation, on one table."""

import json
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

from typer import Argument, Option

from skillc.runtime.cli.complete import builds
from skillc.runtime.cli.failures import STOPPED, InputError
from skillc.runtime.cli.parameters import Json, Unlocked


def command(
    skills: Annotated[
        list[Path], Argument(metavar="BUILD...", help="Build folders or bundles, in order.", autocompletion=builds)
    ],
    log: Annotated[
        Path | None, Option(help="Folder of the runs' logs, a folder each; default the next of the first build's runs.")
    ] = None,
    unlocked: Unlocked = False,
    as_json: Json = False,
) -> int:
    """Run built skills one after another: the next begins where the one before has left robot and objects.

    Refused before anything runs where their robots, limits, scenes or motions do not fit (SK741 to SK744). Exit code 1
    when a task failed, 3 on STOP; what follows is then not begun.
    """
    from skillc.runtime.cli.new_log import new_log, warn_of_loss
    from skillc.runtime.evaluate.chain import chained, run_chain
    from skillc.runtime.evaluate.skill import Skill
    from skillc.runtime.machine.log_file import LogFile, new_folder

    if len(skills) < 2:
        raise InputError("a chain has two skills or more", "`skillc run` runs one")
    chain = chained([Skill.load(path, locked=not unlocked) for path in skills])
    folder = log or new_folder(chain[0].contents.results / "runs")
    told: list[dict[str, Any]] = []
    logs: list[LogFile] = []
    code = 0
    with ExitStack() as closing:

        def log_of(k: int, skill: Skill) -> LogFile:
            logs.append(closing.enter_context(new_log(folder / str(k), skill, {"chain": str(k)})))
            return logs[-1]

        for link in run_chain(chain, log_of):
            final, outcome = link.run.log.final_state, link.outcome
            code = 0 if outcome.success else STOPPED if final == "stop" else 1
            told.append({"skill": link.skill.name, "success": outcome.success, "final_state": final})
            if not as_json:
                why = "succeeded" if outcome.success else f"failed ({outcome.invalid or ', '.join(outcome.failed)})"
                print(f"{link.skill.name} {why}, ended in state {final}", flush=True)
    for file in logs:
        warn_of_loss(file)
    if as_json:
        print(json.dumps({"log": str(folder), "skills": told}))
    elif len(told) < len(chain):
        print(f"not begun: {', '.join(skill.name for skill in chain[len(told) :])}")
    return code
