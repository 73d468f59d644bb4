"""Semantic scene parsing with Gemini (A.1.1 stage 1): the request, its schema, and the check of the answer.

The paper publishes the five tasks, the constraints and the JSON schema; the prompt's words are ours. Not run with a key
by the project: worker and check are tested on answers written by hand in the schema's form.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from skillc.runtime.estimators import client
from skillc.runtime.estimators.catalog import Estimator
from skillc.runtime.formats.arrays import Image

MATERIALS = ("wood", "plastic", "metal", "glass", "rubber", "ceramic", "cardboard", "foam", "fabric", "other")
"""A.1.1's vocabulary."""
TASKS = ("put_object_to_object", "manipulate_object")

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["scene"],
    "properties": {
        "scene": {
            "type": "object",
            "required": ["objects", "manipulated_object", "task_type", "target_object"],
            "properties": {
                "objects": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["prompt", "material_type"],
                        "properties": {
                            "prompt": {"type": "string"},
                            "material_type": {"type": "string", "enum": list(MATERIALS)},
                        },
                    },
                },
                "manipulated_object": {
                    "type": "object",
                    "required": ["prompt"],
                    "properties": {"prompt": {"type": "string"}},
                },
                "task_type": {"type": "string", "enum": list(TASKS)},
                "target_object": {
                    "type": "object",
                    "required": ["prompt"],
                    "properties": {"prompt": {"type": "string", "nullable": True}},
                },
            },
        }
    },
}
"""A.1.1, as JSON Schema."""

PROMPT = f"""Four photographs of one table top: first, middle and last picture of a demonstration, then the scene alone.
Everything of interest lies on the table. Answer with JSON of the given schema and nothing else:
1. objects: every distinct thing on the table. `prompt`: a few words that let a segmentation model find it; say where it
   is ("on left", "near center") where two things look alike. `material_type`: one of {", ".join(MATERIALS)}.
2. manipulated_object: the one thing that a hand moves between the middle and the last picture.
3. task_type: put_object_to_object if it is brought to another thing, manipulate_object if it is only pushed or moved.
4. target_object: for put_object_to_object the thing it is brought to, else null.
manipulated_object and target_object repeat a prompt of the list letter by letter and differ from each other."""


class AnswerError(ValueError):
    """The model's answer breaks the schema or a constraint; the message says which."""


@dataclass(frozen=True, kw_only=True)
class SemanticScene:
    """S_sem of A.1.1."""

    prompts: tuple[str, ...]
    materials: tuple[str, ...]
    """One per prompt."""
    manipulated: int
    """Index of the prompt."""
    target: int | None
    task: Literal["put_object_to_object", "manipulate_object"]


def ask(estimator: Estimator, pictures: Sequence[Image], *, model: str) -> SemanticScene:
    """Ask Gemini about I_1, I_T/2, I_T and the reference picture.

    Args:
        estimator: The installed worker.
        pictures: Four RGB pictures of one size.
        model: The model's name.

    Raises:
        AnswerError: the answer breaks the schema or a constraint.
        InputFault: SK831 when the worker fails: no network, a refused key, an unknown model.
    """
    height, width = pictures[0].shape[:2]
    answer = client.ask(
        estimator,
        "scene_semantics",
        pictures,
        width=width,
        height=height,
        frames=len(pictures),
        options={"model": model, "prompt": PROMPT, "schema": SCHEMA},
        progress=lambda k: None,
    )
    return checked(str(answer["text"]))


def checked(text: str) -> SemanticScene:
    """Return the scene of an answer.

    Raises:
        AnswerError: not JSON, a field missing or of the wrong type, a material outside the vocabulary, or a name that
            is not in the list.
    """
    try:
        scene = json.loads(text)["scene"]
        prompts = tuple(str(o["prompt"]) for o in scene["objects"])
        materials = tuple(str(o["material_type"]) for o in scene["objects"])
        manipulated, task = scene["manipulated_object"]["prompt"], scene["task_type"]
        target = (scene.get("target_object") or {}).get("prompt")
    except (ValueError, KeyError, TypeError, AttributeError) as reason:
        raise AnswerError(f"the answer does not follow the schema: {reason!r}") from reason
    if len(set(prompts)) != len(prompts):
        raise AnswerError("two objects have the same prompt")
    if strange := [m for m in materials if m not in MATERIALS]:
        raise AnswerError(f"material {strange[0]!r} is not one of {', '.join(MATERIALS)}")
    if task not in TASKS:
        raise AnswerError(f"task {task!r} is not one of {', '.join(TASKS)}")
    if manipulated not in prompts:
        raise AnswerError(f"the manipulated object {manipulated!r} is not in the list")
    if task == "put_object_to_object" and (target not in prompts or target == manipulated):
        raise AnswerError(f"the target {target!r} is not another object of the list")
    return SemanticScene(
        prompts=prompts,
        materials=materials,
        manipulated=prompts.index(manipulated),
        target=prompts.index(target) if task == "put_object_to_object" else None,
        task=task,
    )
