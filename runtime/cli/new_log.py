"""Where a run of the command line keeps its log, and what it says when rows were lost."""

import sys
from pathlib import Path

from skillc.runtime.cli.failures import InputError
from skillc.runtime.evaluate.skill import Skill
from skillc.runtime.machine.log_file import LogFile


def new_log(folder: Path, skill: Skill, about: dict[str, str]) -> LogFile:
    """Return an empty log in `folder`; raises InputError where a run has left its own."""
    try:
        return LogFile(folder, skill.machine, skill.contract, skill.reference, about=about)
    except FileExistsError as reason:
        raise InputError(
            f"{reason.filename or folder} is there already", "name another folder for this run"
        ) from reason


def warn_of_loss(file: LogFile) -> None:
    """Say on stderr that a log is not whole."""
    if file.lost_ticks or file.problem:
        print(f"warning: the log lost {file.lost_ticks} ticks: {file.problem or 'disk too slow'}", file=sys.stderr)
