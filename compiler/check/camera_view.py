"""Whether a camera can show everything that a spec randomizes, whatever the distance it stands at.

A nearer camera shows less of the table, a farther one the tag in fewer pixels. A detector needs a pixel for each cell
of the tag, so there is a largest width of table that can be seen together with a tag that can be read. Where the
camera stands is not known before the build; the build stage `feasibility` checks the corners in its real picture.
"""

import math
from collections.abc import Iterator, Mapping

from skillc.compiler.check.place import Placed
from skillc.compiler.resolve.resolved import JSON
from skillc.compiler.source.diagnostic import Diagnostic
from skillc.compiler.source.parse_quantity import format_si
from skillc.compiler.source.tree import Path

CELLS = 5
"""Cells along the corner square of the coarsest family (tagStandard41h12); the finer ones need more pixels."""


def check_camera_view(placed: Placed) -> Iterator[Diagnostic]:
    """Report boxes that no distance of the camera shows whole while its tag can still be read."""
    for camera, settings in placed.resolved.section("cameras").items():
        seen = _widest_view(placed, settings) if isinstance(settings, Mapping) else None
        if seen is None:
            continue
        tag: Path = ("cameras", camera, "calibration", "size")
        for path, width in _boxes(placed):
            if width > seen:
                yield placed.error(
                    "SK508",
                    path,
                    tag,
                    what=f"the box is {format_si(width, 'length')} wide, wider than what the camera can show",
                    detail=f"at most {format_si(seen, 'length')} of table are in the picture where the tag can be read",
                    hint="narrow the range, or print a larger tag",
                )


def _widest_view(placed: Placed, camera: Mapping[str, JSON]) -> float | None:
    """Return the picture's diagonal on the table at the farthest distance at which the tag can be read; m."""
    calibration = camera.get("calibration")
    size = calibration.get("size") if isinstance(calibration, Mapping) else None
    picture = placed.resolved.section("demonstrations").get("region") or camera.get("resolution")
    if not isinstance(size, (int, float)) or not isinstance(picture, Mapping):
        return None
    return math.hypot(picture["width"], picture["height"]) * float(size) / CELLS


def _boxes(placed: Placed) -> Iterator[tuple[Path, float]]:
    """Yield every range of places and its width; m."""
    evaluation = placed.resolved.section("evaluation")
    sections: list[tuple[Path, JSON]] = [(("randomization",), placed.resolved.section("randomization"))]
    sections += [(("evaluation", name), entry) for name, entry in evaluation.items()]
    for section, entries in sections:
        for key, value in entries.items() if isinstance(entries, Mapping) else ():
            moves = isinstance(value, Mapping) and value.get("operation") in ("add", "set")
            if moves and value.get("kind") == "uniform" and ".position." in key:
                yield (*section, key), float(value["high"]) - float(value["low"])
