"""A commented first spec for a type of task."""

import json
from dataclasses import dataclass, field
from importlib.resources import files

from jinja2 import Environment, StrictUndefined

from skillc.compiler.emit.quote import yaml_quoted
from skillc.compiler.resolve.front_end import require_spec
from skillc.compiler.resolve.preset import find_preset, preset_names
from skillc.compiler.source.canonical import canonical
from skillc.compiler.source.load import load_bytes
from skillc.compiler.source.measured import is_measure, schemas_at
from skillc.compiler.source.tree import Mapping, Scalar
from skillc.compiler.validate.schema import schema
from skillc.runtime.tasks.catalog import implemented, task_type

SCHEMA = ".skillc/skill.v1.json"
"""Where `skillc init` puts a copy of the language's schema for editors, from the spec's folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftCamera:
    """The camera lines of a draft."""

    model: str = "realsense_d455"
    focal: str = ""
    """With its unit; empty leaves the line as a comment."""
    tag: str = "tagStandard41h12"
    id: int = 0
    size: str = "53.3 mm"
    seen: bool = False
    """Whether the tag was found in the video, so that only its size is a guess."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a draft is made from."""

    skill: str
    task: str
    """One of `task_types`."""
    recording: str
    manipulated: str
    target: str = ""
    """Empty for tasks without one."""
    file: str = "skill.yaml"
    """Name of the file, for the comments."""
    camera: DraftCamera = field(default_factory=DraftCamera)
    hardware: str = "kinova_gen3_leap"
    region: str = ""
    """The part of the picture to use, as the spec writes it; empty leaves the line as a comment."""
    found: tuple[str, ...] = ()
    """What a video showed: comments at the top."""
    things: tuple[str, ...] = ()
    """What a video showed of the objects: comments above them."""


def spec_text(draft: Draft) -> str:
    """Return the spec as text in canonical form.

    Raises:
        SourceError: a name cannot stand in a spec.
    """
    environment = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False)
    environment.filters["yaml"] = yaml_quoted
    source = files("skillc.templates").joinpath("skill.yaml.j2").read_text(encoding="utf-8")
    others = [name for name in preset_names("hardware") if name != draft.hardware and _has_model(name)]
    text = environment.from_string(source).render(
        schema=SCHEMA,
        file=draft.file,
        skill=draft.skill,
        summary=task_type(draft.task).sentence.format(manipulated=draft.manipulated, target=draft.target),
        recording=draft.recording,
        region=draft.region,
        found=draft.found,
        things=draft.things,
        camera=draft.camera,
        materials=", ".join(materials()),
        manipulated=yaml_quoted(draft.manipulated),
        target=yaml_quoted(draft.target) if draft.target else "",
        material="plastic",
        target_material="ceramic",
        task=draft.task,
        success=success_defaults(draft.task),
        hardware=draft.hardware,
        other_hardware=", ".join(others) or "none",
    )
    text = canonical(load_bytes(text.encode(), draft.file), is_measure)
    require_spec(text.encode(), draft.file)
    return text


def task_types() -> tuple[str, ...]:
    """Return the types of task a draft can be made for."""
    return tuple(task.name for task in implemented() if task.sentence)


def schema_text() -> str:
    """Return the language's JSON Schema with the task types there are, for editors."""
    return json.dumps(schema().raw, indent=1, ensure_ascii=False) + "\n"


def _has_model(hardware: str) -> bool:
    """Whether a robot can be simulated: some are known from papers alone."""
    preset = find_preset("hardware", hardware)
    return preset is not None and isinstance(preset.tree.at(("mjcf",)), Scalar)


def success_defaults(task: str) -> dict[str, str]:
    """Return the conditions of a task type as they are written."""
    preset = find_preset("task", task)
    node = preset.tree.at(("success",)) if preset else None
    found: dict[str, str] = {}
    for name, entry in node.entries.items() if isinstance(node, Mapping) else ():
        value = entry.value.entries["value"].value if isinstance(entry.value, Mapping) else entry.value
        if isinstance(value, Scalar):
            found[name] = value.text
    return found


def materials() -> list[str]:
    """Return the materials the language knows (A.1.1)."""
    found = schemas_at(("scene", "objects", "thing", "material"))
    return [str(word) for schema in found for word in schema.get("enum", ())]
