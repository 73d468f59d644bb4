"""How commands that need the front end alone tell its findings; unlike `telling` it loads no engine and no numpy."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from skillc.compiler.source.diagnostic import SourceError
from skillc.compiler.source.render import render
from skillc.runtime.cli.failures import INPUT_WRONG


@contextmanager
def findings_told(*, as_json: bool) -> Iterator[None]:
    """Print what the front end raises, with the lines it is about, and exit with code 2."""
    try:
        yield
    except SourceError as error:
        files = {Path(span.file) for finding in error.diagnostics for span in finding.spans}
        texts = {str(file): file.read_text(encoding="utf-8", errors="replace") for file in files if file.is_file()}
        if as_json:
            sys.stdout.write(render(error.diagnostics, "json", texts))
        sys.stderr.write(render(error.diagnostics, "text", texts))
        raise SystemExit(INPUT_WRONG) from error
