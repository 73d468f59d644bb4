"""`python -m skillc.runtime COMMAND`: commands that need no compiler, and the dispatcher of both command lines.

Only the module of the command asked for is imported. Whatever happens, the process ends with a documented exit code
and one message: results go to stdout, messages to stderr, and names from outside are escaped.
"""

import json
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

from skillc.runtime.cli import usage
from skillc.runtime.cli.commands import Panel, command_line
from skillc.runtime.cli.failures import READER_GONE, STORAGE, Failure, Terminated, failure_of
from skillc.runtime.cli.text import printable

PANELS = (
    Panel(title="Train it", package="skillc.runtime.cli", commands=("train",)),
    Panel(
        title="Run and judge it",
        package="skillc.runtime.cli",
        commands=("run", "chain", "eval", "plan-motion", "plan-map", "report", "replay", "view", "export"),
    ),
    Panel(title="Set up", package="skillc.runtime.cli", commands=("record", "calibrate", "doctor")),
    Panel(title="Hand it on", package="skillc.runtime.cli", commands=("bundle", "verify", "keys")),
)


def main() -> NoReturn:
    """Run the runtime's command line on `sys.argv` and exit."""
    leave(dispatch(sys.argv[1:], PANELS, "python -m skillc.runtime"))


def leave(exit_code: int) -> NoReturn:
    """Flush stdout and exit; a reader that closed the pipe or a full disk has its exit code, never a traceback."""
    try:
        sys.stdout.flush()
    except OSError as error:
        exit_code = exit_code or (READER_GONE if isinstance(error, BrokenPipeError) else STORAGE)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(exit_code)


def dispatch(arguments: Sequence[str], panels: Sequence[Panel], program: str, *, completion: bool = False) -> int:
    """Run the command named by the first argument; returns the exit code.

    Args:
        arguments: command line without the program.
        panels: the commands there are.
        program: how the user called us, for help texts.
        completion: offer to install completion for the user's shell.
    """
    _keep_standard_streams()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _terminate)
    if arguments[:1] in (["help"], ("help",)):
        arguments = [*arguments[1:2], "--help"]
    if not os.environ.get("TERMINAL_WIDTH", "0").isdigit():
        del os.environ["TERMINAL_WIDTH"]  # typer takes it for a number without looking
    as_json = "--json" in arguments
    try:
        # An exit code, or the command with its values bound.
        asked = command_line(panels, completion=completion).main(
            list(arguments), prog_name=program, standalone_mode=False
        )
        result = asked() if callable(asked) else asked
        return result if isinstance(result, int) else 0
    except BaseException as error:
        if isinstance(error, SystemExit):
            if isinstance(error.__context__, BrokenPipeError):  # rich and typer make an exit of it themselves
                return READER_GONE
            return error.code if isinstance(error.code, int) else int(error.code is not None)
        told = usage.input_error(error) if isinstance(error, usage.USAGE_ERROR) else error
        return _tell(failure_of(told, list(arguments)), as_json=as_json)


def _tell(failure: Failure, *, as_json: bool) -> int:
    if not failure.message:
        return failure.exit_code
    message, hint = printable(failure.message), printable(failure.hint)
    try:
        if as_json:
            entry = {
                "code": "", "severity": "error", "summary": message, "detail": "", "hint": hint,
                "path": "", "file": "", "line": 0, "column": 0,
            }  # fmt: skip
            print(json.dumps({"diagnostics": [entry]}, ensure_ascii=False))
        print(f"error: {message}" + (f"\nhint: {hint}" if hint else ""), file=sys.stderr)
    except OSError:
        return failure.exit_code or STORAGE
    return failure.exit_code


def _keep_standard_streams() -> None:
    # A closed descriptor 0..2 would be reused by the next file opened, and messages would end in that file.
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(descriptor)
    if sys.stdout is None:
        sys.stdout = open(1, "w", encoding="utf-8")  # noqa: SIM115 - lives as long as the process
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    raise Terminated
