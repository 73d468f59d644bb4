"""Whether a camera can show everything that a spec randomizes, whatever the distance it stands at.

A nearer camera shows less of the table, a farther one the tag in fewer pixels. A detector needs a pixel for each cell
of the tag, so there is a largest width of table that can be seen together with a tag that can be read. Where the
camera stands is not known before the build; the build stage `feasibility` checks the corners in its real picture.
"""

import math
from collections.abc import Iterator, Mapping

from skillc.compiler.check.place import Placed
from skillc.compiler.resolve.drawn import everywhere
from skillc.compiler.resolve.resolved import JSON
from skillc.compiler.source.diagnostic import Diagnostic
from skillc.compiler.source.parse_quantity import format_si
from skillc.compiler.source.tree import Path

CELLS = 5
"""Cells along the corner square of the coarsest family (tagStandard41h12); the finer ones need more pixels."""
WIDEST_VIEW = math.radians(160.0)
"""Of a pinhole model: beyond it, a degree at the edge takes over ten times the pixels of one in the middle."""


def check_camera_view(placed: Placed) -> Iterator[Diagnostic]:
    """Report focal lengths no camera has, and boxes shown whole at no distance at which the tag can be read."""
    for camera, settings in placed.resolved.section("cameras").items():
        if isinstance(settings, Mapping):
            yield from _field_of_view(placed, camera, settings)
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


def _field_of_view(placed: Placed, camera: str, settings: Mapping[str, JSON]) -> Iterator[Diagnostic]:
    """Report focal lengths of no pinhole camera: a picture is flat, so its view stays well under 180 deg."""
    focal, picture = settings.get("focal"), _picture(placed, settings)
    if not isinstance(focal, (int, float)) or picture is None:
        return
    least = picture["width"] / 2 / math.tan(WIDEST_VIEW / 2)
    if focal < least:
        yield placed.error(
            "SK405",
            ("cameras", camera, "focal"),
            what=f"the focal length {focal:g} px makes {picture['width']:g} px of picture wider than any camera sees",
            detail=f"a view under {math.degrees(WIDEST_VIEW):.0f} deg needs {least:.0f} px or more",
            hint="write the focal length in pixels of this picture",
        )


def _picture(placed: Placed, camera: Mapping[str, JSON]) -> Mapping[str, JSON] | None:
    picture = placed.resolved.section("demonstrations").get("region") or camera.get("resolution")
    return picture if isinstance(picture, Mapping) else None


def _widest_view(placed: Placed, camera: Mapping[str, JSON]) -> float | None:
    """Return the picture's diagonal on the table at the farthest distance at which the tag can be read; m."""
    calibration = camera.get("calibration")
    size = calibration.get("size") if isinstance(calibration, Mapping) else None
    picture = _picture(placed, camera)
    if not isinstance(size, (int, float)) or picture is None:
        return None
    return math.hypot(picture["width"], picture["height"]) * float(size) / CELLS


def _boxes(placed: Placed) -> Iterator[tuple[Path, float]]:
    """Yield every range of places and its width; m."""
    for path, value in everywhere(placed.resolved):
        moves = isinstance(value, Mapping) and value.get("operation") in ("add", "set")
        if moves and value.get("kind") == "uniform" and ".position." in str(path[-1]):
            yield path, float(value["high"]) - float(value["low"])
