"""Build a skill: twin, motion, environment, training configs and state machine from a spec and its video."""

import json
import sys
from typing import Annotated, Any

from typer import Option

from skillc.compiler.cli.parameters import Data, Out, Spec, Until
from skillc.compiler.plan import receipt, threads
from skillc.runtime.cli.parameters import Json
from skillc.runtime.cli.text import short_path


def command(
    spec: Spec,
    out: Out = None,
    data: Data = None,
    until: Until = None,
    force: Annotated[bool, Option("--force", help="Overwrite outputs that were edited by hand.")] = False,
    upgrade: Annotated[bool, Option("--upgrade", help="Rebuild a folder of another skillc version.")] = False,
    json_: Json = False,
) -> None:
    """Build everything a skill needs; what did not change is not made again."""
    paper = receipt.place(spec, out, until)
    same = receipt.still_valid(paper, spec, data)
    if same is not None:
        print(same.text, end="", file=sys.stderr)
        _conclude(same, ran=(), published=False, notes=(), as_json=json_)
        return
    threads.pin()
    # Only now: the front end and the stages bring numpy, scipy and more with them.
    from skillc.compiler.cli.building import run

    made, built = run(spec, out=out, data=data, until=until, force=force, upgrade=upgrade, paper=paper, as_json=json_)
    _conclude(made, ran=tuple(built.ran), published=built.published, notes=tuple(built.notes), as_json=json_)


def _conclude(
    made: receipt.Receipt, *, ran: tuple[str, ...], published: bool, notes: tuple[str, ...], as_json: bool
) -> None:
    reused = [name for name in made.stages if name not in ran]
    for note in notes:
        print(f"note: {note}", file=sys.stderr)
    if as_json:
        document: dict[str, Any] = {
            "out": str(made.out), "ran": ran, "reused": reused, "published": published, "notes": notes,
            "diagnostics": made.findings,
        }  # fmt: skip
        print(json.dumps(document, ensure_ascii=False))
    elif published:
        print(f"built {short_path(made.out)}: {len(ran)} of {len(made.stages)} stages ran")
    else:
        print(f"{short_path(made.out)} is up to date: {len(reused)} stages")
