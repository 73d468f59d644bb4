"""`skillc check SPEC...`: all passes."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from skillc.compiler.check.check import check_file
from skillc.compiler.source.diagnostic import Diagnostic, has_errors
from skillc.compiler.source.render import FORMATS, Format, render


def command(
    specs: Annotated[list[Path], typer.Argument(help="Spec files.", show_default=False)],
    draft: Annotated[bool, typer.Option("--draft", help="Allow values left open with `lost`.")] = False,
    form: Annotated[str, typer.Option("--format", help="text | json | github | sarif")] = "text",
    json: Annotated[bool, typer.Option("--json", help="Same as --format json.")] = False,
    data: Annotated[Path | None, typer.Option(help="Folder with recordings; or SKILLC_DATA.")] = None,
) -> None:
    """Check specs: structure, references, units, feasibility, contract, machine."""
    chosen: Format | None = "json" if json else next((known for known in FORMATS if known == form), None)
    if chosen is None:
        raise typer.BadParameter(f"{form!r} is not one of {', '.join(FORMATS)}", param_hint="--format")
    findings: list[Diagnostic] = []
    texts: dict[str, str] = {}
    for spec in specs:
        checked = check_file(spec, draft=draft, data=data)
        findings += checked.diagnostics
        if checked.tree is not None:
            texts[checked.tree.file] = checked.tree.text
    sys.stdout.write(render(findings, chosen, texts))
    if chosen == "text" and not has_errors(findings):
        print(f"{len(specs)} spec{'s' if len(specs) > 1 else ''} fine")
    if has_errors(findings):
        raise typer.Exit(2)
