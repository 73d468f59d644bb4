"""How the compiler's commands tell findings and failures; shared by all of them, decides nothing."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import typer

from skillc.compiler.plan.build import Edited, InputChanged
from skillc.compiler.plan.lockfile import Busy
from skillc.compiler.plan.output_folder import OutputRefused
from skillc.compiler.plan.publish import NoSpace
from skillc.compiler.source.diagnostic import Diagnostic, SourceError
from skillc.runtime.cli.failures import INPUT_WRONG, InputError, StorageFull, WorkFailed
from skillc.runtime.cli.text import printable


@contextmanager
def telling(*, as_json: bool) -> Iterator[None]:
    """Turn what the front end and the engine raise into findings, messages and exit codes."""
    try:
        yield
    except SourceError as error:
        tell(error.diagnostics, as_json=as_json)
        raise typer.Exit(INPUT_WRONG) from error
    except OutputRefused as error:
        raise InputError(error.message, error.hint) from error
    except Busy as error:
        raise WorkFailed(f"another build of this folder is running: {error}", "wait for it or stop it") from error
    except Edited as error:
        raise WorkFailed(
            f"the build folder was edited by hand: {error}", "move your changes away, or add --force to overwrite them"
        ) from error
    except InputChanged as error:
        raise WorkFailed(str(error), "nothing was published; run the same command again") from error
    except NoSpace as error:
        raise StorageFull(str(error)) from error


def tell(diagnostics: Sequence[Diagnostic], *, as_json: bool) -> None:
    """Print findings: text on stderr, and as the one JSON document on stdout if asked."""
    if as_json:
        print(json.dumps({"diagnostics": [entry(d) for d in diagnostics]}, ensure_ascii=False))
    for finding in diagnostics:
        print(text(finding), file=sys.stderr)


def text(finding: Diagnostic) -> str:
    """Return a finding as lines: `file:line:column: CODE: what; expected`, then `hint:`."""
    place = finding.spans[0]
    word = "" if finding.severity == "error" else "warning: "
    said = "; ".join(part for part in (finding.summary, finding.detail) if part)
    line = f"{place.file}:{place.line}:{place.column}: {finding.code}: {word}{said}"
    return printable(line) + (f"\nhint: {printable(finding.hint)}" if finding.hint else "")


def entry(finding: Diagnostic) -> dict[str, str | int]:
    """Return a finding as its JSON record."""
    place = finding.spans[0]
    return {
        "code": finding.code, "severity": finding.severity, "summary": finding.summary, "detail": finding.detail,
        "hint": finding.hint, "path": finding.path, "file": place.file, "line": place.line, "column": place.column,
    }  # fmt: skip
