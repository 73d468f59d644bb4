"""Make a recording: a simulated human performs one of the seven tasks, with ground truth beside it."""

import sys
from pathlib import Path
from typing import Annotated

from typer import Option

from skillc.runtime.cli.complete import simulated_tasks
from skillc.runtime.cli.failures import InputError, WorkFailed


def command(
    simulated: Annotated[
        str, Option(metavar="TASK", help="apple, peach, spice, toy, box, book or tray.", autocompletion=simulated_tasks)
    ],
    out: Annotated[Path, Option(help="Folder to write; must not exist yet or be empty.")],
    seed: Annotated[int, Option(help="Draws sizes, places, path, camera, light, skin.", min=0)] = 0,
    nuisance: Annotated[
        int,
        Option(help="How hard it is to look at (docs/demonstrator.md).", min=0, max=3),
    ] = 0,
) -> int:
    """Record a simulated demonstration: RGB-D folder, colour video, a spec for each, and `truth/`."""
    from rich.console import Console
    from rich.progress import Progress

    from skillc.runtime.demonstrator.grasping import GraspError
    from skillc.runtime.demonstrator.recorder import record
    from skillc.runtime.demonstrator.scripts import TASKS

    if simulated not in TASKS:
        raise InputError(f"no simulated task {simulated!r}", f"one of {', '.join(TASKS)}")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError(f"{out} exists and is not an empty folder", "name a new folder with --out")
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        job = bar.add_task("recording", total=1.0)
        try:
            made = record(
                simulated, seed, out, lambda share, text: bar.update(job, completed=share, description=text),
                level=nuisance,
            )  # fmt: skip
        except GraspError as reason:
            raise WorkFailed(f"{simulated} with seed {seed}: {reason}", "try another seed") from reason
    print(f"{made.frames} frames below {made.folder}")
    print(f"build it with: skillc build {made.rgbd_spec}   (colour only: {made.color_spec})")
    return 0
