"""`skillc fmt`: write specs in their one canonical form, comments kept."""

import sys
from pathlib import Path
from typing import Annotated

from typer import Option

from skillc.compiler.cli import spec_text
from skillc.compiler.cli.front_end import findings_told
from skillc.compiler.cli.parameters import Specs
from skillc.compiler.source.canonical import canonical
from skillc.compiler.source.diagnostic import Diagnostic, SourceError
from skillc.compiler.source.load import load_bytes
from skillc.compiler.source.measured import is_measure
from skillc.runtime.cli.failures import InputError


def command(
    specs: Specs,
    check: Annotated[bool, Option("--check", help="Write nothing; exit 1 if a file would change.")] = False,
    diff: Annotated[bool, Option("--diff", help="Write nothing; show what would change.")] = False,
) -> None:
    """Write specs in canonical form: order of sections, spelling of measures, quotes, blanks. Comments stay.

    `-` reads standard input and writes to standard output.
    """
    changed: list[Path] = []
    findings: list[Diagnostic] = []
    for spec in specs:
        try:
            data = spec_text.read(spec)
            tree = load_bytes(data, spec_text.shown(spec))
        except SourceError as error:
            findings += error.diagnostics
            continue
        if "skill" not in tree.root.entries:
            raise InputError(f"{spec} is no spec: it has no `skill:`", "presets keep their own layout")
        text = canonical(tree, is_measure)
        if text.encode() != data:
            changed.append(spec)
        if diff:
            sys.stdout.write(spec_text.difference(spec, spec_text.decoded(data), text))
        elif not check and (text.encode() != data or spec == spec_text.STDIN):
            spec_text.write(spec, text)
    if findings:
        with findings_told(as_json=False):
            raise SourceError(tuple(findings))
    if not diff:
        for spec in changed:
            if check or spec != spec_text.STDIN:
                print(f"{'would change' if check else 'written'}: {spec_text.shown(spec)}", file=sys.stderr)
    if check and changed:
        raise SystemExit(1)
