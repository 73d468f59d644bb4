"""`skillc explain X`: a value with every place that contributed, a code, a stage, or a term of the language."""

import json
from pathlib import Path
from typing import Annotated

from typer import Argument

from skillc.compiler.cli import complete
from skillc.compiler.cli.front_end import findings_told
from skillc.compiler.cli.parameters import Draft
from skillc.compiler.explain import responses, subject, value
from skillc.compiler.resolve.front_end import require_spec
from skillc.compiler.source.data_folders import data_folders
from skillc.compiler.source.load import read
from skillc.runtime.cli.failures import InputError
from skillc.runtime.cli.parameters import Json
from skillc.runtime.cli.text import printable


def command(
    what: Annotated[
        str,
        Argument(
            metavar="WHAT",
            help="A spec file, a code (SK402), a stage, a preset, a key or a term.",
            autocompletion=complete.subjects,
        ),
    ],
    path: Annotated[
        str | None,
        Argument(metavar="PATH", help="With a spec: the value's dotted path.", autocompletion=complete.value_paths),
    ] = None,
    draft: Draft = False,
    as_json: Json = False,
) -> None:
    """Explain a value of a spec (SPEC PATH), a code, a stage, or a term."""
    with findings_told(as_json=as_json):
        if path is None and not Path(what).is_file():
            if what.endswith((".yaml", ".yml")):
                raise InputError(f"there is no file {what}", "give the path of a spec")
            try:
                text = subject.explain(what)
            except subject.UnknownSubject as error:
                raise InputError(f"nothing is called {what!r}", error.hint) from error
            print(
                json.dumps({"subject": what, "text": text}, ensure_ascii=False)
                if as_json
                else printable(text, keep="\n")
            )
            return
        spec = Path(what)
        resolved, _ = require_spec(read(spec, str(spec)), str(spec), draft=draft, folders=data_folders(spec, None))
        if path is None and not as_json:
            print(printable(value.overview(resolved), keep="\n"))
            return
        try:
            found = value.explain_value(resolved, path or "")
        except value.NoSuchValue as error:
            hint = f"did you mean {error.nearest}?" if error.nearest else ""
            raise InputError(f"{spec} has no value at {error.path!r}", hint) from error
    if as_json:
        records = value.as_records(found)
        if told := responses.compiled(resolved, path or ""):
            records.append({"path": path, "compiled": told})
        print(json.dumps(records, ensure_ascii=False))
        return
    told_as_text = responses.as_text(resolved, path or "")
    print(printable("\n".join([value.as_text(found), *([told_as_text] if told_as_text else [])]), keep="\n"))
