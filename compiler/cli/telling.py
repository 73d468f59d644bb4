"""How the compiler's commands tell findings and failures; shared by all of them, decides nothing."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from skillc.compiler.plan.build import Edited, InputChanged, WorkspaceGone
from skillc.compiler.plan.graph import UnknownStage
from skillc.compiler.plan.lockfile import Busy
from skillc.compiler.plan.output_folder import OutputRefused
from skillc.compiler.plan.publish import NoSpace
from skillc.compiler.source.diagnostic import Diagnostic, SourceError
from skillc.compiler.source.render import as_record, render
from skillc.runtime.cli.failures import INPUT_WRONG, InputError, StorageFull, WorkFailed
from skillc.runtime.cli.text import nearest


@contextmanager
def telling(*, as_json: bool) -> Iterator[None]:
    """Turn what the front end and the engine raise into findings, messages and exit codes."""
    try:
        yield
    except SourceError as error:
        tell(error.diagnostics, as_json=as_json)
        raise SystemExit(INPUT_WRONG) from error
    except UnknownStage as error:
        close = nearest(error.name, error.known)
        hint = f"did you mean {close}?" if close else f"stages are {', '.join(error.known)}"
        raise InputError(f"there is no stage {error.name!r}", hint) from error
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
    except WorkspaceGone as error:
        raise WorkFailed(
            f"deleted while the build ran: {error}", "nothing was published; run the same command again"
        ) from error
    except NoSpace as error:
        raise StorageFull(str(error)) from error


def tell(diagnostics: Sequence[Diagnostic], *, as_json: bool) -> None:
    """Print findings: text on stderr, and as the one JSON document on stdout if asked."""
    if as_json:
        print(json.dumps({"diagnostics": [as_record(d) for d in diagnostics]}, ensure_ascii=False))
    print(as_text(diagnostics), end="", file=sys.stderr)


def as_text(diagnostics: Sequence[Diagnostic]) -> str:
    """Return findings as text, each with the line it points at."""
    texts = {name: _text_of(name) for name in {d.spans[0].file for d in diagnostics}}
    return render(diagnostics, "text", texts)


def _text_of(name: str) -> str:
    try:
        # A pipe would block for ever.
        return Path(name).read_text(encoding="utf-8", errors="replace") if Path(name).is_file() else ""
    except OSError:
        return ""
