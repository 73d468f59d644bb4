"""`skillc COMMAND`: the compiler's commands and the runtime's, through the runtime's dispatcher."""

import sys
from typing import NoReturn

from skillc.runtime.cli.commands import Panel
from skillc.runtime.cli.main import PANELS as RUNTIME_PANELS
from skillc.runtime.cli.main import dispatch, leave

PANELS = (
    Panel(title="Write a spec", package="skillc.compiler.cli", commands=("init", "check", "fmt", "explain", "diff")),
    Panel(title="Build a skill", package="skillc.compiler.cli", commands=("plan", "build")),
    *RUNTIME_PANELS,
    Panel(title="Set up", package="skillc.compiler.cli", commands=("estimators",)),
)


def main() -> NoReturn:
    """Run the command line on `sys.argv` and exit."""
    leave(dispatch(sys.argv[1:], PANELS, "skillc", completion=True))
