"""Draw for which places of the object on the table the whole skill has a motion."""

import json
import sys
from dataclasses import replace
from typing import Annotated

from typer import Option

from skillc.runtime.cli.parameters import Build, Json


def command(
    build: Build,
    step: Annotated[float, Option(help="Between places of the grid, m.", min=0.02, max=0.5)] = 0.1,
    patience: Annotated[float, Option(help="Seconds for each search of a free way.", min=0.01, max=600)] = 0.5,
    as_json: Json = False,
) -> int:
    """Map the feasible share of the table: the whole skill planned for every place of a grid."""
    from skillc.runtime.formats.table_map import TableMap
    from skillc.runtime.planning.load import load_planner
    from skillc.runtime.planning.table_map import table_map
    from skillc.runtime.view.report import TABLE_MAP
    from skillc.runtime.view.table_picture import draw_table_map

    def progress(index: int, total: int) -> None:
        if sys.stderr.isatty():
            end = "\n" if index + 1 == total else ""
            print(f"\rplace {index + 1} of {total}", end=end, file=sys.stderr, flush=True)

    planner = replace(load_planner(build), patience_s=patience)
    found = table_map(planner, step_m=step, on_place=progress)
    found.save(build / TableMap.FILE)
    picture = build / "report" / "pictures" / f"{TABLE_MAP[0]}.png"
    draw_table_map(planner, found, picture)
    counts = {name or "motion": found.binding.count(name) for name in dict.fromkeys(found.binding)}
    if as_json:
        print(json.dumps({"share": found.share, "places": counts, "picture": str(picture)}))
    else:
        told = ", ".join(f"{count} {name}" for name, count in sorted(counts.items(), key=lambda item: -item[1]))
        print(f"a motion for {found.share:.0%} of {len(found.binding)} places ({told}); {picture}")
    return 0
