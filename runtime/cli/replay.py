"""Decide a logged run again from its inputs, and compare every command."""

import json
from pathlib import Path
from typing import Annotated

from typer import Argument

from skillc.runtime.cli.parameters import Json


def command(
    log: Annotated[Path, Argument(metavar="LOG", help="A run's folder, or its run.mcap.")],
    as_json: Json = False,
) -> int:
    """Replay a run's log: every command must come out bit for bit; exit code 1, tick and joint where one does not."""
    from skillc.runtime.machine.log_reader import read_log
    from skillc.runtime.machine.replay import replay

    run = read_log(log)
    found = replay(run)
    if as_json:
        different = None if found is None else {"tick": found.tick, "what": found.what}
        print(json.dumps({"ticks": len(run.rows), "whole": run.ending is not None, "different": different}))
    else:
        cut = "" if run.ending is not None else "; the log breaks off before the run ended"
        verdict = "every command comes out equal" if found is None else f"differs at tick {found.tick}: {found.what}"
        print(f"{len(run.rows)} ticks replayed: {verdict}{cut}")
    return 0 if found is None else 1
