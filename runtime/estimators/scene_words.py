"""What words and SAM add to the clusters found on the table: masks by name, materials, redrawn outlines."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from skillc.runtime.estimators.catalog import Estimator
from skillc.runtime.estimators.gemini_scene import SemanticScene
from skillc.runtime.estimators.masks import by_places, by_words
from skillc.runtime.formats.arrays import BoolArray, Image
from skillc.runtime.formats.scene import Role
from skillc.runtime.perception.scene.mask_shapes import overlap
from skillc.runtime.tasks.task_type import TaskType

SAME_THING = 0.5
"""ours: two outlines that share more than half of their pixels are of one thing."""
LEAST_SCORE = 0.5
"""ours: SAM 3 itself keeps detections from this score on."""


@dataclass(frozen=True, kw_only=True)
class Thing:
    """One thing in words."""

    words: str
    material: str
    """One of A.1.1's vocabulary."""


@dataclass(frozen=True, kw_only=True)
class Stated:
    """What the spec says about an object in words."""

    role: Role
    prompt: str | None = None
    material: str | None = None


@dataclass(frozen=True, kw_only=True)
class Words:
    """Everything on the table in words: the spec's objects by name, and what the spec does not name."""

    named: Mapping[str, Thing]
    others: tuple[Thing, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Redrawn:
    """Masks from SAM, to be used in place of clusters."""

    redraw: Callable[[Sequence[BoolArray]], list[BoolArray]]
    """Clusters (H, W) -> what stands on the table."""
    of: Mapping[str, BoolArray]
    """Name -> mask (H, W), for objects found by words."""
    materials: tuple[tuple[BoolArray, str], ...]
    """Masks of unnamed things with their materials."""
    notes: tuple[str, ...]


def words_of(objects: Mapping[str, Stated], scene: SemanticScene | None, task: TaskType) -> Words:
    """Return the spec's objects in words: the spec's `prompt`, else Gemini's, else the name itself.

    Args:
        objects: name -> what the spec says.
        scene: Gemini's answer, or None.
        task: what is done to the manipulated object.
    """
    answers: dict[Role, int] = {}
    notes = []
    if scene is not None:
        answers["manipulated"] = scene.manipulated
        if scene.target is not None:
            answers["target"] = scene.target
        if (scene.task == "manipulate_object") != task.slides:
            notes.append(f"gemini takes the task for {scene.task}; the spec says {task.name}, which is used")
    named, taken = {}, set()
    for name, item in objects.items():
        index = answers.get(item.role)
        words, material = name.replace("_", " ").replace("-", " "), "other"
        if scene is not None and index is not None and index not in taken:
            taken.add(index)
            words, material = scene.prompts[index], scene.materials[index]
        stated = item.material
        if scene is not None and stated is not None and index is not None and stated != material:
            notes.append(f"gemini takes {name} for {material}; the spec says {stated}, which is used")
        named[name] = Thing(words=item.prompt or words, material=stated or material)
    others: tuple[Thing, ...] = ()
    if scene is not None:
        rest = [i for i in range(len(scene.prompts)) if i not in taken]
        others = tuple(Thing(words=scene.prompts[i], material=scene.materials[i]) for i in rest)
    return Words(named=named, others=others, notes=tuple(notes))


def redrawn(estimator: Estimator, image: Image, words: Words) -> Redrawn:
    """Return what SAM makes of the reference picture (H, W, 3): SAM 3 by words now, SAM 2 from the clusters later.

    Raises:
        InputFault: SK831 when the worker fails.
    """
    if estimator.name == "sam2":

        def refine(clusters: Sequence[BoolArray]) -> list[BoolArray]:
            masks, _ = by_places(estimator, image, clusters)
            # SAM may answer with a part or with the table; a cluster it does not confirm is kept.
            return [m if overlap(m, c) > SAME_THING else c for m, c in zip(masks, clusters, strict=True)]

        return Redrawn(redraw=refine, of={}, materials=(), notes=())
    things = [*words.named.values(), *words.others]
    masks, scores = by_words(estimator, image, [thing.words for thing in things])
    notes, of, materials = [], {}, []
    seen: list[BoolArray] = []
    names = [*words.named, *([None] * len(words.others))]
    for name, thing, mask, score in zip(names, things, masks, scores, strict=True):
        if not score >= LEAST_SCORE or not mask.any():
            notes.append(f"{estimator.name} finds nothing for {thing.words!r} (score {score:.2f}); clusters decide")
            continue
        if any(overlap(mask, other) > SAME_THING for other in seen):
            notes.append(f"{estimator.name} finds {thing.words!r} where it found another thing; clusters decide")
            continue
        seen.append(mask)
        if name is not None:
            of[name] = mask
        else:
            materials.append((mask, thing.material))

    def merge(clusters: Sequence[BoolArray]) -> list[BoolArray]:
        covered = np.any(seen, axis=0) if seen else np.zeros(image.shape[:2], dtype=bool)
        free = [c for c in clusters if np.count_nonzero(c & covered) <= SAME_THING * np.count_nonzero(c)]
        return [*seen, *free]

    return Redrawn(redraw=merge, of=of, materials=tuple(materials), notes=tuple(notes))
