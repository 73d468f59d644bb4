"""`skillc explain X`: a value with every place that contributed, a code, a stage, or a term of the language."""

import json
from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from skillc.compiler.cli.front_end import findings_told
from skillc.compiler.explain import subject, value
from skillc.compiler.resolve.front_end import require_spec
from skillc.compiler.source.data_folders import data_folders
from skillc.runtime.cli.failures import InputError


def command(
    what: Annotated[str, Argument(help="A spec file, a code (SK402), a stage, a key or a term.")],
    path: Annotated[str | None, Argument(help="With a spec: the value's dotted path.")] = None,
    draft: Annotated[bool, Option("--draft", help="Allow values left open with `lost`.")] = False,
    as_json: Annotated[bool, Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """Explain a value of a spec (SPEC PATH), a code, a stage, or a term."""
    with findings_told(as_json=as_json):
        if path is None and not Path(what).is_file():
            try:
                text = subject.explain(what)
            except subject.UnknownSubject as error:
                raise InputError(f"nothing is called {what!r}", error.hint) from error
            print(json.dumps({"subject": what, "text": text}, ensure_ascii=False) if as_json else text)
            return
        spec = Path(what)
        resolved, _ = require_spec(spec.read_bytes(), str(spec), draft=draft, folders=data_folders(spec, None))
        if path is None and not as_json:
            print(value.overview(resolved))
            return
        try:
            found = value.explain_value(resolved, path or "")
        except value.NoSuchValue as error:
            hint = f"did you mean {error.nearest}?" if error.nearest else ""
            raise InputError(f"{spec} has no value at {error.path!r}", hint) from error
    print(json.dumps(value.as_records(found), ensure_ascii=False) if as_json else value.as_text(found))
