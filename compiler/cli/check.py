"""`skillc check SPEC...`: all passes; `--fix` writes what a mistake can only have meant."""

import sys
from pathlib import Path
from typing import Annotated

from typer import Option

from skillc.compiler.check.check import check_bytes
from skillc.compiler.check.mend import Mended, mended
from skillc.compiler.cli import spec_text
from skillc.compiler.cli.parameters import Data, Draft, Specs
from skillc.compiler.source.data_folders import data_folders
from skillc.compiler.source.diagnostic import Diagnostic, SourceError, has_errors, in_order
from skillc.compiler.source.render import Format, render
from skillc.compiler.source.scalar import shorten


def command(
    specs: Specs,
    draft: Draft = False,
    fix: Annotated[bool, Option("--fix", help="Write what a mistake can only have meant, and show it.")] = False,
    form: Annotated[Format, Option("--format", help="How findings are written.")] = "text",
    json: Annotated[bool, Option("--json", help="Same as --format json.")] = False,
    data: Data = None,
) -> None:
    """Check specs: structure, references, units, feasibility, contract, machine.

    `-` reads standard input; with --fix the mended text goes to standard output.
    """
    chosen: Format = "json" if json else form
    findings: list[Diagnostic] = []
    texts: dict[str, str] = {}
    for spec in specs:
        name, folders = spec_text.shown(spec), data_folders(spec, data)
        try:
            content = spec_text.read(spec)
        except SourceError as error:
            findings += in_order(error.diagnostics)
            continue
        if fix and _is_text(content):
            found = mended(
                spec_text.decoded(content),
                lambda text, n=name, f=folders: check_bytes(text.encode(), n, f, draft=draft).diagnostics,  # type: ignore[misc]
            )
            _write(spec, found, content)
            texts[name] = found.text
            findings += found.left
        else:
            texts[name] = spec_text.decoded(content)
            findings += check_bytes(content, name, folders, draft=draft).diagnostics
    told = render(findings, chosen, texts)
    if chosen == "text" and not has_errors(findings):
        told += f"{len(specs)} spec{'s' if len(specs) > 1 else ''} fine\n"
    (sys.stderr if fix and spec_text.STDIN in specs else sys.stdout).write(told)
    if has_errors(findings):
        raise SystemExit(2)


def _is_text(content: bytes) -> bool:
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return True


def _write(spec: Path, found: Mended, before: bytes) -> None:
    """Write a mended text, if there is one, and say what was mended."""
    if found.applied or spec == spec_text.STDIN:
        spec_text.write(spec, found.text, marked=before.startswith(spec_text.BYTE_ORDER_MARK))
    for mend in found.applied:
        line = mend.finding.spans[0].line
        what = f"`{shorten(mend.before)}` -> `{shorten(mend.after)}`"
        more = len(mend.finding.mend) - 1
        elsewhere = f", and at {more} other place{'s' if more > 1 else ''}" if more else ""
        print(f"mended: {spec_text.shown(spec)}:{line}: {mend.finding.code}: {what}{elsewhere}", file=sys.stderr)
