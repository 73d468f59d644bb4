import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from skillc.runtime.estimators.gemini_scene import SCHEMA, AnswerError, checked

GOOD: dict[str, Any] = {
    "scene": {
        "objects": [
            {"prompt": "red apple near center", "material_type": "plastic"},
            {"prompt": "green plate on left", "material_type": "ceramic"},
        ],
        "manipulated_object": {"prompt": "red apple near center"},
        "task_type": "put_object_to_object",
        "target_object": {"prompt": "green plate on left"},
    }
}


def worker(project: Path, name: str) -> ModuleType:
    path = project / "runtime" / "estimators" / "workers" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_sound_answer_is_read() -> None:
    scene = checked(json.dumps(GOOD))
    assert (scene.manipulated, scene.target, scene.materials) == (0, 1, ("plastic", "ceramic"))


def test_a_push_needs_no_target() -> None:
    answer = json.loads(json.dumps(GOOD))
    answer["scene"].update(task_type="manipulate_object", target_object={"prompt": None})
    assert checked(json.dumps(answer)).target is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"manipulated_object": {"prompt": "apple"}}, "not in the list"),
        ({"target_object": {"prompt": "red apple near center"}}, "not another object"),
        ({"task_type": "juggle"}, "not one of"),
        ({"objects": [{"prompt": "red apple near center", "material_type": "gold"}]}, "material 'gold'"),
        ({"objects": "none"}, "schema"),
    ],
)
def test_a_broken_constraint_is_named(change: dict[str, Any], message: str) -> None:
    answer = json.loads(json.dumps(GOOD))
    answer["scene"].update(change)
    with pytest.raises(AnswerError, match=message):
        checked(json.dumps(answer))


def test_the_schema_accepts_the_good_answer() -> None:
    import jsonschema

    jsonschema.validate(GOOD, SCHEMA)


def test_sam_keeps_the_best_mask_and_admits_finding_none(project: Path) -> None:
    best = worker(project, "sam_masks").best
    masks = np.zeros((2, 1, 4, 5), dtype=np.float32)
    masks[1, 0, 2, 3] = 1.0
    mask, score = best(masks, np.array([0.2, 0.9]), (4, 5))
    assert mask.dtype == bool and mask[2, 3] and mask.sum() == 1 and score == 0.9
    assert best(np.zeros((0, 1, 4, 5)), np.zeros(0), (4, 5))[1] == 0.0


def test_cotracker_probabilities_become_visibility(project: Path) -> None:
    found = worker(project, "cotracker_points").converted(np.ones((1, 3, 2, 2)), np.array([[[0.9, 0.1]] * 3]))
    assert found["xy_px"].shape == (3, 2, 2) and found["visible"].tolist() == [[True, False]] * 3


def test_unknown_depth_is_zero_for_foundationpose(project: Path) -> None:
    assert worker(project, "foundationpose_poses").clean([[np.nan, 0.5]]).tolist() == [[0.0, 0.5]]


def test_sam3d_has_one_scale(project: Path) -> None:
    assert worker(project, "sam3d_meshes").scale_of({"scale": [[0.2, 0.2, 0.2]]}) == pytest.approx(0.2)
