"""`skillc check SPEC...`: all passes."""

import sys
from typing import Annotated

from typer import Option

from skillc.compiler.check.check import check_file
from skillc.compiler.cli.parameters import Data, Draft, Specs
from skillc.compiler.source.diagnostic import Diagnostic, has_errors
from skillc.compiler.source.render import Format, render


def command(
    specs: Specs,
    draft: Draft = False,
    form: Annotated[Format, Option("--format", help="How findings are written.")] = "text",
    json: Annotated[bool, Option("--json", help="Same as --format json.")] = False,
    data: Data = None,
) -> None:
    """Check specs: structure, references, units, feasibility, contract, machine."""
    chosen: Format = "json" if json else form
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
        raise SystemExit(2)
