"""How a command ends: exceptions to exit codes and one message, with a report for what should never happen.

Exit codes: 0 fine, 1 the work failed, 2 the input is wrong, 3 a run ended in STOP,
70 internal error, 74 storage, 130 interrupted, 141 the reader of our output is gone, 143 terminated.
"""

import errno
import os
import platform
import sys
import tempfile
import traceback
from dataclasses import dataclass
from pathlib import Path

import skillc
from skillc.runtime.cli.extras import EXTRAS, extra_with, install
from skillc.runtime.formats.records import FormatError

WORK_FAILED, INPUT_WRONG, STOPPED, INTERNAL, STORAGE = 1, 2, 3, 70, 74
INTERRUPTED, READER_GONE, TERMINATED = 130, 141, 143
"""As shells count them: 128 and the number of the signal."""

_STORAGE_ERRNOS = {
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EIO,
    errno.EROFS,
    errno.EFBIG,
    errno.EMFILE,
    errno.ENFILE,
}


DRAWING = {"gl_context.py", "egl", "osmesa", "glfw"}
"""Files and folders of the `mujoco` package that load an OpenGL library."""


class InputError(Exception):
    """What the user gave is wrong: a path, a flag's value, a file. Exit code 2, no report."""

    def __init__(self, message: str, hint: str = "") -> None:
        """Keep what was found and expected, and what to do about it."""
        super().__init__(message)
        self.message, self.hint = message, hint


class WorkFailed(Exception):
    """The input is fine but the work could not be done. Exit code 1, no report."""

    def __init__(self, message: str, hint: str = "") -> None:
        """Keep what happened and what to do about it."""
        super().__init__(message)
        self.message, self.hint = message, hint


class StorageFull(Exception):
    """The disk cannot hold the results. Exit code 74, no report."""


class Terminated(BaseException):
    """SIGTERM or SIGHUP arrived."""


@dataclass(frozen=True, kw_only=True)
class Failure:
    """The end of a command that did not succeed."""

    exit_code: int
    message: str
    """Empty: nobody is left to hear it."""
    hint: str = ""


def failure_of(error: BaseException, arguments: list[str]) -> Failure:
    """Return how `error` is told to the user; writes a report file for internal errors."""
    if isinstance(error, KeyboardInterrupt):
        return Failure(exit_code=INTERRUPTED, message="interrupted; run the same command again to continue")
    if isinstance(error, Terminated):
        return Failure(exit_code=TERMINATED, message="terminated; run the same command again to continue")
    if isinstance(error, InputError):
        return Failure(exit_code=INPUT_WRONG, message=error.message, hint=error.hint)
    if isinstance(error, WorkFailed):
        return Failure(exit_code=WORK_FAILED, message=error.message, hint=error.hint)
    if isinstance(error, StorageFull):
        return Failure(exit_code=STORAGE, message=str(error), hint="free some space and run the same command again")
    if isinstance(error, BrokenPipeError):
        # `skillc explain SK401 | head -1`: who closed the pipe wants to hear no more.
        return Failure(exit_code=READER_GONE, message="")
    if isinstance(error, ModuleNotFoundError) and (extra := extra_with(error.name or "")) is not None:
        return Failure(
            exit_code=WORK_FAILED,
            message=f"this needs the package {error.name}, which is not installed",
            hint=f"{install(extra)}  ({EXTRAS[extra].purpose})",
        )
    if _is_about_drawing(error):
        chosen = os.environ.get("MUJOCO_GL", "")
        return Failure(
            exit_code=INPUT_WRONG if chosen else WORK_FAILED,
            message=f"no picture can be drawn: {error}",
            hint=f"MUJOCO_GL is {chosen!r}: unset it, skillc finds EGL or OSMesa itself"
            if chosen
            else "`skillc doctor` says which library is missing",
        )
    if isinstance(error, FormatError):
        return Failure(exit_code=INPUT_WRONG, message=str(error), hint=error.hint)
    if isinstance(error, FileNotFoundError) and error.filename is None:
        # Nothing but asking for the present folder fails without a name.
        return Failure(exit_code=INPUT_WRONG, message="the folder you are in was deleted", hint="change to another one")
    if isinstance(error, OSError) and (error.errno in _STORAGE_ERRNOS or error.filename is not None):
        wrong_path = isinstance(error, (FileNotFoundError, NotADirectoryError, IsADirectoryError))
        wrong_path = wrong_path or error.errno == errno.ENAMETOOLONG
        where = f": {error.filename}" if error.filename is not None else ""
        return Failure(
            exit_code=INPUT_WRONG if wrong_path else STORAGE,
            message=f"{(error.strerror or str(error)).lower()}{where}",
        )
    report = _write_report(error, arguments)
    return Failure(
        exit_code=INTERNAL,
        message=f"internal error: {type(error).__name__}: {error}",
        hint=f"this is a fault of skillc, not of your input; please send {report}",
    )


def _is_about_drawing(error: BaseException) -> bool:
    """Whether the simulator's choice of an OpenGL library failed, as far as it looks at MUJOCO_GL as it is imported."""
    places = [Path(frame.filename).parts for frame in traceback.extract_tb(error.__traceback__)]
    return any("mujoco" in place and DRAWING & set(place) for place in places)


def _write_report(error: BaseException, arguments: list[str]) -> str:
    """Write what a developer needs; the user's home folder is not named in it."""
    lines = [
        f"skillc {skillc.__version__}, Python {platform.python_version()}, {platform.platform()}",
        f"arguments: {arguments}",
        "",
        *traceback.format_exception(error),
    ]
    text = "\n".join(lines).replace(str(Path.home()), "~")
    try:
        handle, name = tempfile.mkstemp(prefix="skillc-report-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except OSError:
        print(text, file=sys.stderr)
        return "the text above"
    return name
