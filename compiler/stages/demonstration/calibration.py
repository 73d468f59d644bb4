"""Stage `calibration`: where the camera is in the table frame."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from skillc.compiler.plan.stage import Stage, StageContext, StageError
from skillc.compiler.plan.taken import taken
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec
from skillc.compiler.stages.demonstration.recording import fixed_camera, fixed_camera_name, recorded
from skillc.runtime.perception.recording.faults import InputFault

if TYPE_CHECKING:
    from skillc.runtime.formats.calibration import Calibration
    from skillc.runtime.formats.recording import Recording
    from skillc.runtime.perception.camera.calibration import TagTarget
    from skillc.runtime.perception.recording.frames import FrameReader


WAYS = {"file", "tag", "points", "sheet", "board", "plane"}
"""Keys of which one says how the camera's place is known."""


@dataclass(frozen=True, kw_only=True)
class Pixel:
    """A place in the picture, px."""

    x: float
    y: float


@dataclass(frozen=True, kw_only=True)
class TablePlace:
    """A place on the table, m."""

    x: float
    y: float


@dataclass(frozen=True, kw_only=True)
class KnownPoint:
    """A place of the table and the pixel that shows it."""

    at: Pixel
    table: TablePlace


@dataclass(frozen=True, kw_only=True)
class Marker:
    """How the spec says that the camera's place is known, one of the ways; empty where it does not say."""

    file: str | None = None
    """A calibration measured before."""
    tag: str | None = None
    """Family of a printed tag."""
    id: int = 0
    size: float | None = None
    """m, of the tag's inner square."""
    print_width: float | None = None
    """m, of the whole print, where the size is not given."""
    points: tuple[KnownPoint, ...] = ()
    sheet: str | None = None
    """A paper size."""
    corners: tuple[Pixel, ...] = ()
    """Of the sheet."""
    board: str | None = None
    """"chessboard" or "charuco"."""
    columns: int = 0
    rows: int = 0
    square: float = 0.0
    """m."""
    marker: float | None = None
    """m, of a ChArUco board."""
    dictionary: str | None = None
    plane: str | None = None
    """"depth": the table is the plane that the depth shows."""


@dataclass(frozen=True, kw_only=True)
class ChosenCamera:
    """The camera that saw the demonstration."""

    path: str
    """Spec path."""


@dataclass(frozen=True, kw_only=True)
class PointSigmas:
    """How well points, sheets and boards are known."""

    click_px: float
    """At 960 px picture width."""
    place_m: float
    flat_m: float
    size: float
    corner_px: float
    square: float
    """Relative deviation from a square at which a tag contradicts another calibration."""


@dataclass(frozen=True, kw_only=True)
class PlaneDepth:
    """How much depth is looked at."""

    frames: int


def _parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    own = spec.section("method.stages.calibration")
    return {
        "camera": {"path": f"cameras.{fixed_camera_name(spec)}"},
        "marker": dict(fixed_camera(spec).get("calibration") or {}),
        "tag": taken(own, "frames", "size_sigma", corner_sigma_px="corner_sigma", moved_px="moved"),
        "plane": taken(
            own,
            reach_m="plane_reach",
            inlier_m="plane_inlier",
            tilt="plane_tilt",
            scale="plane_scale",
            least_points="plane_points",
        ),
        "depth": taken(own, frames="depth_frames"),
        "sigmas": taken(
            own,
            "square",
            click_px="click_sigma",
            place_m="place_sigma",
            flat_m="flat_sigma",
            size="size_sigma",
            corner_px="corner_sigma",
        ),
        "limits": taken(own, "misfit", spread="point_spread"),
    }


def _refuse(parameters: Mapping[str, JSON]) -> None:
    marker, where = parameters["marker"], parameters["camera"]["path"]
    if not WAYS & marker.keys():
        raise StageError(
            "SK820", "the spec does not say how the camera's place is known", "write `calibration` there", where
        )
    if "tag" in marker and "size" not in marker and "print_width" not in marker:
        raise StageError(
            "SK857",
            f"nothing says how large the tag {marker['tag']} is",
            "write `size`, the side of its corner square, or `print_width`, the width of the print",
            f"{where}.calibration",
        )
    if marker.get("board") == "charuco":
        missing = [key for key in ("marker", "dictionary") if key not in marker]
        if missing:
            raise StageError(
                "SK857",
                f"nothing says the {' and the '.join(missing)} of the ChArUco board",
                "write `marker`, the side of a marker, and `dictionary`, its family",
                f"{where}.calibration",
            )
        if not marker["marker"] < marker["square"]:
            raise StageError(
                "SK857",
                f"a marker of {1e3 * marker['marker']:g} mm does not fit a square of {1e3 * marker['square']:g} mm",
                "measure both on the print",
                f"{where}.calibration.marker",
            )


def _inspect(parameters: Mapping[str, JSON], find_data: Callable[[str], Path]) -> None:
    if "file" in parameters["marker"]:
        _loaded(parameters["marker"]["file"], find_data, parameters["camera"]["path"])


def _loaded(name: str, find_data: Callable[[str], Path], camera: str) -> Calibration:
    """Return a calibration measured before; `camera` is the spec path of its camera."""
    file = find_data(name)
    from skillc.runtime.formats.calibration import Calibration
    from skillc.runtime.formats.records import FormatError

    try:
        return Calibration.load(file)
    except FormatError as reason:
        raise StageError(
            "SK826", str(reason), "make it with: skillc calibrate camera", f"{camera}.calibration.file"
        ) from reason


def _target(family: str, marker: Marker) -> TagTarget:
    from skillc.runtime.perception.camera.calibration import TagTarget
    from skillc.runtime.perception.camera.tag_families import print_width_to_size

    size = print_width_to_size(family, marker.print_width or 0.0) if marker.size is None else marker.size
    return TagTarget(family=family, id=marker.id, size_m=size)


def _given(context: StageContext, name: str, recording: Recording, where: str) -> Calibration:
    """Return a calibration measured before; it must be of a camera with these very optics."""
    given = _loaded(name, context.find_data, where)
    camera = recording.camera
    same_size = (given.camera.width, given.camera.height) == (camera.width, camera.height)
    if not same_size or not abs(given.camera.fx - camera.fx) <= 3 * max(camera.focal_sigma, 0.01 * camera.fx):
        raise StageError(
            "SK826",
            f"{name} is of a camera {given.camera.width}x{given.camera.height} px, focal {given.camera.fx:.0f} px; "
            f"the recording's is {camera.width}x{camera.height} px, focal {camera.fx:.0f} px",
            "calibrate the camera in the mode it records in",
            f"{where}.calibration.file",
        )
    return replace(given, source="given")


def _run(context: StageContext) -> None:
    from skillc.runtime.formats.recording import Recording
    from skillc.runtime.perception.recording.frames import open_recording

    _refuse(context.parameters)
    where = context.read("camera", ChosenCamera).path
    recording = context.made.load(Recording)
    try:
        with open_recording(recording, context.find_data) as reader:
            calibration, remarks = _placed(context, reader, where)
    except InputFault as fault:
        raise StageError(fault.code, fault.message, fault.hint, f"{where}.calibration") from fault
    for remark in remarks:
        context.warn("SK824", remark, f"{where}.calibration")
    calibration.save(context.out / "calibration.json")
    context.progress(1.0, f"camera known to {1e3 * calibration.position_sigma_m:.0f} mm")


def _placed(context: StageContext, reader: FrameReader, where: str) -> tuple[Calibration, tuple[str, ...]]:
    """Return where the camera is, as the spec says that it is known, and remarks."""
    import numpy as np

    from skillc.runtime.perception.camera.cross_check import check_against_tag, mirrored
    from skillc.runtime.perception.camera.depth_table import calibrate_from_depth
    from skillc.runtime.perception.camera.table_plane import PlaneParameters, check_with_depth, refine_with_depth
    from skillc.runtime.perception.recording.frames import median_depth

    marker, recording = context.read("marker", Marker), reader.recording
    pictures = [reader.color(k) for k in (0, len(reader) - 1)]
    depth, plane, rng = None, context.read("plane", PlaneParameters), np.random.default_rng(0)
    if recording.has_depth:
        context.progress(0.3, "reading the depth")
        depth = median_depth(reader, context.read("depth", PlaneDepth).frames)
    context.progress(0.5, "looking for the table")
    remarks: tuple[str, ...] = ()
    if marker.file is not None:
        calibration = _given(context, marker.file, recording, where)
        if depth is not None:
            check_with_depth(calibration, depth, plane, rng)
    elif marker.plane is not None:
        if depth is None:
            raise InputFault(
                "SK819", "the recording has no depth to find the table in", "calibrate by a tag, points or a sheet"
            )
        calibration = calibrate_from_depth(recording.camera, depth, plane, rng)
    else:
        try:
            calibration, remarks = _by_target(context, marker, reader)
        except InputFault as fault:
            raise mirrored(pictures) or fault from fault
        if depth is not None:
            calibration = refine_with_depth(calibration, depth, plane, rng)
    if marker.tag is None:
        contradiction = check_against_tag(calibration, pictures, context.read("sigmas", PointSigmas).square)
        if contradiction is not None:
            context.warn(contradiction.code, f"{contradiction.message}: {contradiction.hint}", f"{where}.calibration")
    return calibration, remarks


def _by_target(context: StageContext, marker: Marker, reader: FrameReader) -> tuple[Calibration, tuple[str, ...]]:
    """Return where the camera is by a tag, a board, a sheet, or points of the table, and remarks."""
    import numpy as np

    from skillc.runtime.perception.camera.calibration import TagParameters, calibrate_from_tag
    from skillc.runtime.perception.camera.point_pose import Landmarked, PointLimits, calibrate_from_points
    from skillc.runtime.perception.camera.table_targets import (
        Board,
        TargetSigmas,
        calibrate_from_board,
        calibrate_from_sheet,
    )

    tag, limits, known = (
        context.read("tag", TagParameters),
        context.read("limits", PointLimits),
        reader.recording.camera,
    )
    if marker.tag is not None:
        return calibrate_from_tag(reader, _target(marker.tag, marker), tag)
    stated = context.read("sigmas", PointSigmas)
    click = stated.click_px * known.width / 960
    sigmas = TargetSigmas(corner_px=stated.corner_px, click_px=click, flat_m=stated.flat_m, size=stated.size)
    if marker.board is not None:
        board = Board(
            kind=marker.board,
            columns=marker.columns,
            rows=marker.rows,
            square_m=marker.square,
            marker_m=marker.marker,
            dictionary=marker.dictionary,
        )
        return calibrate_from_board(reader, board, tag.frames, sigmas, limits)
    if marker.sheet is not None:
        corners = np.array([[corner.x, corner.y] for corner in marker.corners])
        return calibrate_from_sheet(corners, marker.sheet, known, sigmas, limits)
    seen = Landmarked(
        pixels=np.array([[point.at.x, point.at.y] for point in marker.points]),
        table_m=np.array([[point.table.x, point.table.y, 0.0] for point in marker.points]),
        pixel_sigma=click,
        table_sigma_m=stated.place_m,
        size_sigma=stated.size,
    )
    return calibrate_from_points(seen, known, limits, source="points")


def _files(spec: ResolvedSpec) -> tuple[str, ...]:
    file = (fixed_camera(spec).get("calibration") or {}).get("file")
    return (*recorded(spec), *([str(file)] if file else []))


STAGE = Stage(
    name="calibration",
    needs=("recording",),
    makes=("calibration.json",),
    code=("skillc.compiler.stages.demonstration.calibration",),
    parameters=_parameters,
    run=_run,
    files=_files,
    refuse=_refuse,
    inspect=_inspect,
)
