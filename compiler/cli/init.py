"""`skillc init`: a commented spec for a type of task, a tag to print, or a profile of a robot."""

import sys
from functools import partial
from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from skillc.compiler.cli import complete
from skillc.compiler.cli.front_end import findings_told
from skillc.compiler.scaffold import spec_draft
from skillc.compiler.scaffold.names import (
    asked_length,
    asked_pixels,
    object_name,
    refreshed,
    skill_name,
    unused,
    written,
)
from skillc.runtime.cli.failures import InputError
from skillc.runtime.tasks.catalog import task_type

FROM_VIDEO = "From a recorded demonstration"
TAG = "A tag to print"
"""Panels of the help."""


def command(
    file: Annotated[Path, Argument(metavar="FILE", help="The spec to write; its name becomes the skill's.")] = Path(
        "skill.yaml"
    ),
    task: Annotated[
        str | None,
        Option(help="Type of task; default grasp, with --video what it shows.", autocompletion=complete.tasks),
    ] = None,
    recording: Annotated[str, Option(help="The video, as the spec will name it.")] = "demonstration.mp4",
    manipulated: Annotated[str, Option(help="Name of the object that is moved.")] = "thing",
    target: Annotated[str, Option(help="Name of the object it goes to (grasp, pour).")] = "place",
    video: Annotated[
        Path | None, Option(help="Draft the spec from this recording.", rich_help_panel=FROM_VIDEO)
    ] = None,
    object_: Annotated[
        str, Option("--object", help="Name of the object that is moved.", rich_help_panel=FROM_VIDEO)
    ] = "object_1",
    focal: Annotated[str, Option(help="The camera's focal length, e.g. '582 px'.", rich_help_panel=FROM_VIDEO)] = "",
    tag: Annotated[Path | None, Option(help="Write the tag to this PDF.", rich_help_panel=TAG)] = None,
    family: Annotated[str, Option(help="The family.", rich_help_panel=TAG)] = "tagStandard41h12",
    number: Annotated[int, Option("--id", help="The number.", rich_help_panel=TAG)] = 0,
    size: Annotated[str, Option(help="Side of the detector's corner square.", rich_help_panel=TAG)] = "53.3 mm",
    robot: Annotated[
        Path | None, Option(help="Draft a profile from this MJCF or URDF.", rich_help_panel="A robot of one's own")
    ] = None,
) -> None:
    """Write a first draft to edit; nothing that exists is overwritten."""
    with findings_told(as_json=False):
        if tag is not None:
            _tag(tag, family, number, asked_length(size, "--size"))
        elif robot is not None:
            _robot(robot, file if file.name != "skill.yaml" else robot.with_name("profile.yaml"))
        elif video is not None:
            _video(file, video, task, object_name(object_, "--object"), focal)
        else:
            _spec(file, task or "grasp", recording, manipulated, target)


def _spec(file: Path, task: str, recording: str, manipulated: str, target: str) -> None:
    _known(task)
    draft = spec_draft.Draft(
        skill=skill_name(file),
        task=task,
        recording=recording,
        manipulated=object_name(manipulated, "--manipulated"),
        target=object_name(target, "--target") if "target" in task_type(task).roles else "",
        file=file.name,
    )
    _write(file, spec_draft.spec_text(draft))
    print(f"{file} written; next: edit it, then `skillc check {file}`", file=sys.stderr)


def _video(file: Path, video: Path, task: str | None, moved: str, focal: str) -> None:
    if task is not None:
        _known(task)
    if focal:
        asked_pixels(focal, "--focal")
    picture_file = file.with_suffix(".candidates.png")
    for path in (file, picture_file):
        unused(path)
    if not video.exists():
        raise InputError(f"{video} does not exist", "give the recording's path")
    from skillc.compiler.cli.telling import telling
    from skillc.compiler.plan.progress import for_terminal
    from skillc.compiler.scaffold.video_draft import drafted  # loads what a build loads

    draft = spec_draft.Draft(
        skill=skill_name(file),
        task="grasp",
        recording=video.name,
        manipulated=moved,
        target="object_2",
        file=file.name,
    )
    with telling(as_json=False):
        draft, picture = drafted(
            video,
            draft,
            folder=file.parent,
            task=task,
            focal=focal,
            progress=for_terminal(),
            announce=lambda line: print(line, file=sys.stderr),
        )
    _write(file, spec_draft.spec_text(draft))
    if picture is not None:
        png = picture
        written(picture_file, lambda path: path.write_bytes(png))
    data = "" if draft.recording != video.name or video.parent.samefile(file.parent) else f" --data {video.parent}"
    print(f"{file} written; next: confirm what is said in it, then `skillc check {file}{data}`", file=sys.stderr)


def _known(task: str) -> None:
    if task not in spec_draft.task_types():
        raise InputError(f"there is no draft for a {task!r}", f"one of {', '.join(spec_draft.task_types())}")


def _write(file: Path, text: str) -> None:
    written(file, lambda path: path.write_text(text, encoding="utf-8"))
    refreshed(file.parent / spec_draft.SCHEMA, spec_draft.schema_text())


def _tag(file: Path, family: str, number: int, size_m: float) -> None:
    from skillc.compiler.scaffold import tag_sheet  # loads numpy and OpenCV

    try:
        width = written(file, partial(tag_sheet.write_sheet, family=family, number=number, size_m=size_m))
    except tag_sheet.TagError as error:
        raise InputError(str(error)) from error
    print(f"{file}: {family} {number}, printed {1000 * width:.1f} mm wide; print at 100 %", file=sys.stderr)


def _robot(model: Path, file: Path) -> None:
    from skillc.compiler.scaffold import robot_draft  # loads MuJoCo

    try:
        text = robot_draft.profile_text(model)
    except robot_draft.RobotModelError as error:
        raise InputError(str(error)) from error
    written(file, lambda path: path.write_text(text, encoding="utf-8"))
    print(f"{file}: {text.count('lost: ')} numbers are left to fill in, each marked `lost`", file=sys.stderr)
