"""Calibrate a camera against the table's tag, or the robot's base against the table."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from typer import Argument, Option

from skillc.runtime.cli.failures import InputError
from skillc.runtime.cli.parameters import Json

if TYPE_CHECKING:
    from skillc.runtime.perception.recording.camera_of import Region


def command(
    what: Annotated[Literal["camera", "robot"], Argument(metavar="WHAT", help="camera or robot.")],
    source: Annotated[Path, Argument(metavar="SOURCE", help="A recording; robot: a JSON file of measurements.")],
    out: Annotated[Path | None, Option(help="Where the calibration is written; default beside SOURCE.")] = None,
    tag: Annotated[str, Option(help="camera: the tag's family.")] = "tagStandard41h12",
    id_: Annotated[int, Option("--id", help="camera: the tag's number.")] = 0,
    size_mm: Annotated[float | None, Option(help="camera: side of the detector's corner square.")] = None,
    print_width_mm: Annotated[float | None, Option(help="camera: printed width, instead of the size.")] = None,
    focal_px: Annotated[float | None, Option(help="camera: focal length, unless the recording has it.")] = None,
    region: Annotated[str | None, Option(help="camera: x,y,width,height in px; default all.")] = None,
    camera: Annotated[Path | None, Option(help="robot: calibration.json of the camera (hand-eye).")] = None,
    as_json: Json = False,
) -> int:
    """Measure T_camera_table from a recording, or T_table_robot from touched points or hand-eye poses."""
    from skillc.runtime.formats.codec import as_json as to_json
    from skillc.runtime.perception.camera.calibrate import CameraRequest, calibrate_camera, calibrate_robot
    from skillc.runtime.perception.recording.faults import InputFault

    try:
        if what == "camera":
            if (size_mm is None) == (print_width_mm is None):
                raise InputError("the tag's size is needed once", "give --size-mm or --print-width-mm")
            request = CameraRequest(
                family=tag,
                id=id_,
                size_m=None if size_mm is None else size_mm / 1e3,
                print_width_m=None if print_width_mm is None else print_width_mm / 1e3,
                focal_px=focal_px,
                region=_region(region),
            )
            found, remarks = calibrate_camera(source, request)
            target = out or source.with_name("calibration.json")
            found.save(target)
            text = (
                f"camera {found.position_sigma_m * 1e3:.1f} mm, {found.rotation_sigma_rad * 57.3:.2f} deg (one sigma), "
                f"tag corners fit to {found.reprojection_rms_px:.2f} px"
            )
            document = to_json(found)
        else:
            placed = calibrate_robot(source, camera)
            target = out or source.with_name("robot_calibration.json")
            placed.save(target)
            remarks = ()
            text = (
                f"robot base from {placed.count} measurements ({placed.method}): residual "
                f"{placed.position_rms_m * 1e3:.1f} mm, {placed.rotation_rms_rad * 57.3:.2f} deg; "
                f"worst {placed.worst_m * 1e3:.1f} mm at measurement {placed.worst_index}"
            )
            document = to_json(placed)
    except InputFault as fault:
        raise InputError(f"{fault.code}: {fault.message}", fault.hint) from fault
    for remark in remarks:
        print(f"note: {remark}", file=sys.stderr)
    print(json.dumps(document, ensure_ascii=False) if as_json else f"{text}\nwritten to {target}")
    return 0


def _region(text: str | None) -> "Region | None":
    from skillc.runtime.perception.recording.camera_of import Region

    if text is None:
        return None
    try:
        x, y, width, height = (int(part) for part in text.split(","))
    except ValueError as reason:
        raise InputError(f"--region {text!r} is not x,y,width,height", "for example --region 0,0,960,720") from reason
    return Region(x=x, y=y, width=width, height=height)
