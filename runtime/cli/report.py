"""Write one self-contained HTML page about a build: pictures of every stage, numbers, evaluations."""

from typing import Annotated

from typer import Option

from skillc.runtime.cli.parameters import Build


def command(
    build: Build,
    rollout: Annotated[bool, Option(help="Render a rollout from the demonstration's camera.")] = True,
) -> int:
    """Write BUILD/report/index.html and print its path."""
    from skillc.runtime.evaluate.skill import Skill
    from skillc.runtime.view.report import write_report
    from skillc.runtime.view.rollout_strip import draw_rollout

    if rollout:
        draw_rollout(Skill.load(build), build / "report" / "pictures" / "rollout.png")
    print(write_report(build))
    return 0
