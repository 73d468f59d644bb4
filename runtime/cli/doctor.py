"""Show what is installed, what is missing, and how to get it."""

import dataclasses
import json

from skillc.runtime.cli.parameters import Json


def command(as_json: Json = False) -> int:
    """Look at Python, packages, system libraries, estimators and disk; exit code 1 if `build` or `run` cannot work."""
    from skillc.runtime.cli.health import as_table, checkup

    checks = checkup()
    if as_json:
        print(json.dumps({"checks": [dataclasses.asdict(c) for c in checks]}, ensure_ascii=False))
    else:
        print(as_table(checks))
    return int(any(c.verdict == "missing" for c in checks))
