"""`report/index.html`: one self-contained page with the result, the pictures of every stage, and the numbers."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import jinja2

from skillc.runtime.evaluate.report import Evaluation
from skillc.runtime.evaluate.skill import Skill
from skillc.runtime.formats.twin import TwinObject

CAPTIONS: Mapping[str, tuple[str, str]] = {
    "recording": ("Recording", "Frames of the demonstration."),
    "calibration": ("Calibration", "The table frame drawn into the picture; its axes must lie on the tag."),
    "landmarks": ("Hand landmarks", "The 21 joints the hand estimator found."),
    "scene": ("Scene", "What stands on the table and which thing each name means."),
    "twin": ("Twin over the video", "The fitted shapes projected into the reference picture."),
    "tracks": ("Tracks", "Points followed through the recording."),
    "object_motion": ("Object motion", "The twin at its estimated pose over the video at several frames."),
    "keyframes": ("Keyframe signals", "The signals from which the keyframes were found."),
    "hands": ("Human hand", "The metric hand in the table frame."),
    "placement": ("Robot placement", "Where the base stands."),
    "retarget": ("Retargeted motion", "The human hand's motion on the robot before refinement (Eq. 1)."),
    "grasps": ("Grasps", "The chosen hand pose at contact."),
    "reference": ("Refined motion", "Commanded joints, speed and jerk, with the phases and pinned anchors."),
    "feasibility": ("Feasibility", "Margins over the randomization box."),
    "rollout": ("The skill in simulation", "A rollout seen by the demonstration's camera."),
}
"""Picture file stem in `report/pictures/` -> title and caption, in the order shown."""


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One embedded picture."""

    title: str
    caption: str
    data: str
    """PNG as base64."""


def write_report(build: Path) -> Path:
    """Write `report/index.html` of a finished build from its files and any evaluations in `eval/`; return its path."""
    skill = Skill.load(build)
    names = ("contact", "lift", "interaction", "detachment", "release")
    confidence = skill.keyframes.confidence
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=True)
    template = environment.from_string(
        resources.files("skillc.templates").joinpath("report.html.j2").read_text(encoding="utf-8")
    )
    page = template.render(
        skill=skill.name,
        summary=skill.summary,
        task=skill.task_type,
        method=skill.method,
        robot=skill.profile.name,
        evaluations=[Evaluation.load(p) for p in sorted((build / "eval").glob("*.json"))],
        keyframes=[
            {"name": n, "frame": getattr(skill.keyframes, n), "confidence": getattr(confidence, n)} for n in names
        ],
        objects=[_object_row(o) for o in skill.twin.objects],
        pictures=pictures_of(build / "report" / "pictures"),
    )
    path = build / "report" / "index.html"
    path.parent.mkdir(exist_ok=True)
    path.write_text(page, encoding="utf-8")
    return path


def pictures_of(folder: Path) -> list[Picture]:
    """Return the stage pictures in `folder` in the order of CAPTIONS."""
    found = []
    for stem, (title, caption) in CAPTIONS.items():
        file = folder / f"{stem}.png"
        if file.is_file():
            data = base64.b64encode(file.read_bytes()).decode("ascii")
            found.append(Picture(title=title, caption=caption, data=data))
    return found


def _object_row(thing: TwinObject) -> dict[str, object]:
    def millimetres(value: float, measured: bool) -> str:
        return f"{value * 1e3:.0f}" if measured else f"({value * 1e3:.0f})"

    return {
        "name": thing.name,
        "role": thing.role,
        "shape": thing.shape.kind,
        "size": " x ".join(millimetres(v, m) for v, m in zip(thing.size_m, thing.size_measured, strict=True)),
        "sigma": " x ".join(f"{v * 1e3:.0f}" for v in thing.size_sigma_m),
        "position": ", ".join(f"{v * 1e3:.0f}" for v in thing.T_table_object[:3, 3]),
        "mass": thing.mass * 1e3,
        "friction": thing.friction,
        "iou": thing.outline_iou,
    }
