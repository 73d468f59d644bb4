"""Perception workers: which there are, which are installed, and installing or removing them."""

import json
import sys
from typing import Annotated, Literal, TypeAlias

from typer import Argument, Option

from skillc.compiler.cli import complete
from skillc.runtime.cli.failures import InputError, WorkFailed
from skillc.runtime.cli.parameters import Json

Action: TypeAlias = Literal["list", "install", "remove"]
"""What may be done with estimators."""


def command(
    action: Annotated[Action, Argument(metavar="ACTION", help="list, install or remove.")] = "list",
    name: Annotated[
        str | None, Argument(metavar="NAME", help="Which estimator.", autocompletion=complete.estimators)
    ] = None,
    again: Annotated[bool, Option("--again", help="Install anew even if it is there.")] = False,
    as_json: Json = False,
) -> int:
    """List, install or remove the isolated environments of the perception workers."""
    from skillc.runtime.estimators import environment
    from skillc.runtime.estimators.catalog import CATALOG
    from skillc.runtime.perception.recording.faults import InputFault

    if action == "list":
        rows = [
            {
                "name": e.name,
                "task": e.task,
                "installed": environment.is_installed(e),
                "ready": not environment.remedy(e),
                "remedy": environment.remedy(e),
                "code": "SK835" if environment.missing_variables(e) else "",
                "disk_mb": e.disk_mb,
                "weights": e.weights,
                "summary": e.summary,
            }
            for e in CATALOG.values()
        ]
        if as_json:
            print(json.dumps({"folder": str(environment.cache_folder()), "estimators": rows}, ensure_ascii=False))
            return 0
        for row in rows:
            state = "ready" if row["ready"] else "not ready"
            print(f"{row['name']:<15} {row['task']:<16} {state:<10} {row['summary']}")
            if row["remedy"]:
                print(f"{'':<15} {row['code'] or 'to have it':<16} {row['remedy']}")
        return 0
    if name is None or name not in CATALOG:
        raise InputError(f"no estimator {name!r}", f"estimators are {', '.join(CATALOG)}")
    estimator = CATALOG[name]
    if action == "remove":
        found = environment.remove(estimator)
        print(f"estimator {name} {'removed' if found else 'was not installed'}")
        return 0
    if again:
        environment.remove(estimator)
    try:
        environment.install(estimator, lambda text: print(text, file=sys.stderr))
    except InputFault as fault:
        raise WorkFailed(f"{fault.code}: {fault.message}", fault.hint) from fault
    print(f"estimator {name} is ready: {environment.python(estimator)}")
    return 0
