"""`python -m skillc.runtime COMMAND`: commands that need no compiler, and the dispatcher of both command lines.

A command NAME is the annotated function `command` of the module NAME in one of the given packages. Only
the module of the command asked for is imported. Whatever happens, the process ends with a documented exit code
and one message: results go to stdout, messages to stderr, and names from outside are escaped.
"""

import ast
import importlib
import importlib.resources
import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any, NoReturn

import skillc
from skillc.runtime.cli.arguments import values_of
from skillc.runtime.cli.failures import INPUT_WRONG, STORAGE, Failure, Terminated, failure_of
from skillc.runtime.cli.text import nearest, printable

PACKAGES = ("skillc.runtime.cli",)


def main() -> NoReturn:
    """Run the runtime's command line on `sys.argv` and exit."""
    leave(dispatch(sys.argv[1:], PACKAGES, "python -m skillc.runtime"))


def leave(exit_code: int) -> NoReturn:
    """Flush stdout and exit; a reader that closed the pipe or a full disk is exit code 74, never a traceback."""
    try:
        sys.stdout.flush()
    except OSError:
        exit_code = exit_code or STORAGE
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(exit_code)


def dispatch(arguments: Sequence[str], packages: Sequence[str], program: str) -> int:
    """Run the command named by the first argument; returns the exit code.

    Args:
        arguments: command line without the program.
        packages: where commands are looked up, first match wins.
        program: how the user called us, for help texts.
    """
    _keep_standard_streams()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _terminate)
    if not arguments or arguments[0] in ("--help", "-h", "help"):
        print(_overview(packages, program))
        return 0 if arguments else INPUT_WRONG
    if arguments[0] == "--version":
        print(f"skillc {skillc.__version__}")
        return 0
    name, rest = arguments[0], list(arguments[1:])
    as_json = "--json" in rest
    try:
        function = find_command(name, packages)
        if function is None:
            return _tell(_unknown(name, packages), as_json=as_json)
        result = function(**values_of(function, rest, f"{program} {name}"))
        return result if isinstance(result, int) else 0
    except BaseException as error:
        if isinstance(error, SystemExit):
            return error.code if isinstance(error.code, int) else int(error.code is not None)
        return _tell(failure_of(error, list(arguments)), as_json=as_json)


def command_modules(packages: Sequence[str]) -> dict[str, str]:
    """Return command name -> module, found by listing the packages' folders without importing any module."""
    found: dict[str, str] = {}
    for package in packages:
        for entry in importlib.resources.files(package).iterdir():
            stem = entry.name.removesuffix(".py")
            if stem == entry.name or stem in ("__init__", "main"):
                continue
            if "\ndef command(" in entry.read_text(encoding="utf-8"):
                found.setdefault(stem.replace("_", "-"), f"{package}.{stem}")
    return found


def find_command(name: str, packages: Sequence[str]) -> Callable[..., Any] | None:
    """Return the function of command `name`, or None if no package has it."""
    module = command_modules(packages).get(name)
    if module is None:
        return None
    function: Callable[..., Any] = importlib.import_module(module).command
    return function


def _unknown(name: str, packages: Sequence[str]) -> Failure:
    known = sorted(command_modules(packages))
    close = nearest(name, known)
    hint = f"did you mean `{close}`?" if close else "commands are " + ", ".join(known)
    return Failure(exit_code=INPUT_WRONG, message=f"there is no command {name!r}", hint=hint)


def _tell(failure: Failure, *, as_json: bool) -> int:
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


def _overview(packages: Sequence[str], program: str) -> str:
    lines = [f"usage: {program} COMMAND [OPTIONS] [ARGUMENTS]", "", "commands:"]
    modules = command_modules(packages)
    for name, module in sorted(modules.items()):
        package, _, stem = module.rpartition(".")
        source = (importlib.resources.files(package) / f"{stem}.py").read_text(encoding="utf-8")
        summary = (ast.get_docstring(ast.parse(source)) or "").split("\n")[0]
        lines.append(f"  {name:<12} {summary}")
    return "\n".join(
        [*lines, "", f"`{program} COMMAND --help` explains one; `{program} --version` prints the version."]
    )


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
