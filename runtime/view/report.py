"""`report/index.html`: one self-contained page with the result, the pictures of every stage, and the numbers."""

import base64
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import jinja2

from skillc.runtime.evaluate.loads import hottest
from skillc.runtime.evaluate.report import Evaluation
from skillc.runtime.evaluate.skill import Skill
from skillc.runtime.formats.build_warnings import BuildWarnings
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.hands import HandMotion
from skillc.runtime.formats.machine import FINAL_KINDS, RESUME, State
from skillc.runtime.formats.machine_proof import longest_s
from skillc.runtime.formats.scene import DroppedRegion, Scene
from skillc.runtime.formats.twin import TwinObject
from skillc.runtime.machine.diagram import mermaid
from skillc.runtime.view.certainty import Known, certainty
from skillc.runtime.view.pictures.catalog import PICTURES

ROLLOUT = ("rollout", "The skill in simulation", "A rollout seen by the demonstration's camera.")
"""Stem, title and caption of the picture that `report` itself draws."""
TABLE_MAP = ("table_map", "Where on the table", "Places of the object for which the whole skill has a motion.")
"""The same of the picture that `plan-map` draws."""


@dataclass(frozen=True, kw_only=True)
class Embedded:
    """One embedded picture."""

    title: str
    caption: str
    data: str
    """PNG as base64."""


def write_report(build: Path) -> Path:
    """Write `report/index.html` of a finished build from its files and any evaluations in `eval/`; return its path."""
    skill = Skill.load(build)
    results = skill.contents.results
    names = ("contact", "lift", "interaction", "detachment", "release")
    confidence = skill.keyframes.confidence
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=True)
    template = environment.from_string(
        resources.files("skillc.templates").joinpath("report.html.j2").read_text(encoding="utf-8")
    )
    page = template.render(
        skill=skill.name,
        summary=skill.summary,
        edited=skill.contents.edited,
        task=skill.task_type,
        method=skill.method,
        robot=skill.profile.name,
        hottest=hottest,
        evaluations=[Evaluation.load(p) for p in sorted((results / "eval").glob("*.json"))],
        keyframes=[
            {"name": n, "frame": getattr(skill.keyframes, n), "confidence": getattr(confidence, n)} for n in names
        ],
        fidelity=skill.fidelity,
        known=known_of(skill),
        dropped=dropped_of(skill.contents.source),
        objects=[_object_row(o) for o in skill.twin.objects],
        states=[_state_row(state) for state in skill.machine.states if state.kind not in FINAL_KINDS],
        longest_s=longest_s(skill.machine),
        diagram=mermaid(skill.machine),
        pictures=pictures_of(results / "report" / "pictures"),
    )
    path = results / "report" / "index.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")
    return path


def known_of(skill: Skill) -> list[Known]:
    """Return what is measured, assumed and doubtful in a build; warnings only where its folder keeps them."""
    files = skill.files
    kept = skill.contents.source / BuildWarnings.FILE
    return certainty(
        Calibration.load(files / Calibration.FILE),
        skill.twin,
        skill.keyframes,
        skill.object_motion,
        HandMotion.load(files / HandMotion.FILE) if (files / HandMotion.FILE).exists() else None,
        skill.fidelity,
        BuildWarnings.load(kept) if kept.is_file() else None,
    )


def dropped_of(build: Path) -> tuple[DroppedRegion, ...]:
    """Return the regions of the picture that were taken for no thing; none where the build's folder is not there."""
    return Scene.load(build / Scene.FILE).dropped if (build / Scene.FILE).is_file() else ()


def pictures_of(folder: Path) -> list[Embedded]:
    """Return the pictures in `folder` in the order of the story."""
    found = []
    for stem, title, caption in (*((p.name, p.title, p.caption) for p in PICTURES), ROLLOUT, TABLE_MAP):
        file = folder / f"{stem}.png"
        if file.is_file():
            data = base64.b64encode(file.read_bytes()).decode("ascii")
            found.append(Embedded(title=title, caption=caption, data=data))
    return found


def _state_row(state: State) -> dict[str, object]:
    ways = [("back" if way.target == RESUME else way.target, way.text) for way in state.transitions]
    return {
        "name": state.name,
        "controller": state.controller,
        "phases": ", ".join(state.phases),
        "ways": [*ways, (state.on_timeout, f"after {state.timeout_s:.3g} s")],
        "entries": state.max_entries,
    }


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
