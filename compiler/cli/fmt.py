"""`skillc fmt`: write specs in their one canonical form, comments kept."""

import sys
from pathlib import Path
from typing import Annotated

from typer import Option

from skillc.compiler.cli.front_end import findings_told
from skillc.compiler.cli.parameters import Specs
from skillc.compiler.source.canonical import canonical
from skillc.compiler.source.diagnostic import Diagnostic, SourceError
from skillc.compiler.source.load import load
from skillc.compiler.source.measured import is_measure
from skillc.runtime.cli.failures import InputError


def command(
    specs: Specs,
    check: Annotated[bool, Option("--check", help="Write nothing; exit 1 if a file would change.")] = False,
) -> None:
    """Write specs in canonical form: order of sections, spelling of measures, quotes, blanks. Comments stay."""
    changed: list[Path] = []
    findings: list[Diagnostic] = []
    for spec in specs:
        try:
            tree = load(spec)
        except SourceError as error:
            findings += error.diagnostics
            continue
        if "skill" not in tree.root.entries:
            raise InputError(f"{spec} is no spec: it has no `skill:`", "presets keep their own layout")
        text = canonical(tree, is_measure)
        if text != spec.read_text(encoding="utf-8"):
            changed.append(spec)
            if not check:
                _replace(spec, text)
    if findings:
        with findings_told(as_json=False):
            raise SourceError(tuple(findings))
    for spec in changed:
        print(f"{'would change' if check else 'written'}: {spec}", file=sys.stderr)
    if check and changed:
        raise SystemExit(1)


def _replace(path: Path, text: str) -> None:
    """Write beside and rename, so that a killed run leaves the old or the new file."""
    beside = path.with_name(f".{path.name}.fmt")
    beside.write_text(text, encoding="utf-8", newline="\n")
    beside.chmod(path.stat().st_mode & 0o777)
    beside.replace(path)
