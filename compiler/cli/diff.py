"""`skillc diff A B`: what two specs or builds mean differently, and what must run again."""

import json
from typing import Annotated, Literal, TypeAlias

from typer import Argument, Option

from skillc.compiler.cli import complete
from skillc.compiler.cli.front_end import findings_told
from skillc.compiler.cli.parameters import Draft
from skillc.compiler.diff import compare, report
from skillc.compiler.diff.git import SideError
from skillc.compiler.diff.pull_request import compare_pull_request
from skillc.runtime.cli.failures import InputError
from skillc.runtime.cli.text import printable

Format: TypeAlias = Literal["text", "json", "markdown"]
"""How the difference is written."""


def command(
    sides: Annotated[
        list[str],
        Argument(
            metavar="SIDE",
            help="The older and the newer side: a spec, a build, git:REV:PATH.",
            autocompletion=complete.specs,
        ),
    ],
    since: Annotated[str | None, Option(help="Compare every spec with itself at this git revision.")] = None,
    pull_request: Annotated[
        str | None,
        Option(help="Compare what a branch changed since it left this revision; SIDE are glob patterns."),
    ] = None,
    draft: Draft = False,
    form: Annotated[Format, Option("--format", help="How the difference is written.")] = "text",
    as_json: Annotated[bool, Option("--json", help="Same as --format json.")] = False,
) -> None:
    """Compare two specs or builds by what they mean, with units, and say what must run again."""
    if since is not None and pull_request is not None:
        raise InputError("--since and --pull-request are both given", "keep one")
    single = since is None and pull_request is None
    if single and len(sides) != 2:
        raise InputError(f"two sides are due, {len(sides)} given", "or give specs and --since REVISION")
    with findings_told(as_json=as_json):
        try:
            if pull_request is not None:
                found = compare_pull_request(pull_request, sides, draft=draft)
            elif since is None:
                found = [compare.compare(sides[0], sides[1], draft=draft)]
            else:
                found = compare.compare_since(since, sides, draft=draft)
        except SideError as error:
            raise InputError(error.message, error.hint) from error
    if as_json or form == "json":
        records = [report.as_record(pair) for pair in found]
        print(json.dumps(records[0] if single else records, ensure_ascii=False))
    elif form == "markdown":
        print(printable(report.as_markdown(found), keep="\n"), end="")
    else:
        print(printable("\n\n".join(report.as_text(pair) for pair in found), keep="\n"))
