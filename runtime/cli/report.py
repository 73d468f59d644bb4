"""Write one self-contained HTML page about a build, or tell what happened in a run."""

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from skillc.runtime.cli.complete import builds
from skillc.runtime.cli.text import printable


def command(
    build: Annotated[
        Path, Argument(metavar="BUILD|LOG", help="A build folder, a bundle, or a run's folder.", autocompletion=builds)
    ],
    rollout: Annotated[bool, Option(help="Render a rollout from the demonstration's camera.")] = True,
) -> int:
    """Write BUILD/report/index.html and print its path; of a run's log, print what happened."""
    if build.suffix == ".mcap" or (build / "run.mcap").is_file():
        from skillc.runtime.machine.log_reader import read_log
        from skillc.runtime.machine.run_report import run_report

        print(printable(run_report(read_log(build)), keep="\n"), end="")
        return 0
    from skillc.runtime.bundle.contents import results_of
    from skillc.runtime.evaluate.skill import Skill
    from skillc.runtime.view.report import write_report
    from skillc.runtime.view.rollout_strip import draw_rollout

    if rollout:
        draw_rollout(Skill.load(build), results_of(build) / "report" / "pictures" / "rollout.png")
    print(write_report(build))
    return 0
