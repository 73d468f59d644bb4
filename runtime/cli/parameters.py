"""Parameters that several commands share."""

from pathlib import Path
from typing import Annotated, TypeAlias

from typer import Argument, Option

from skillc.runtime.cli.complete import builds

Build: TypeAlias = Annotated[Path, Argument(metavar="BUILD", help="A build folder or a bundle.", autocompletion=builds)]
Json: TypeAlias = Annotated[bool, Option("--json", help="Print one JSON document on stdout.")]
Unlocked: TypeAlias = Annotated[bool, Option("--unlocked", help="Accept files that were edited since the build.")]
