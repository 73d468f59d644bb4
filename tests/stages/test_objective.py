"""What the runtime is told of a skill's purpose: the task's filling among it, with the numbers of its material."""

from pathlib import Path

import pytest

from skillc.compiler.plan.stage import StageError
from skillc.compiler.resolve.front_end import require_spec
from skillc.compiler.stages.deploy import objective
from skillc.runtime.formats.objective import Objective
from tests.motion import synthetic
from tests.run_stage import run_on
from tests.small_build import SPEC


def made_of(task: str, tmp_path: Path) -> Objective:
    text = SPEC.replace("task: {type: grasp}", f"task: {task}")
    synthetic.jar().twin.save(tmp_path / "twin" / "twin.json")
    spec, _ = require_spec(text.encode(), "spec.yaml")
    run_on(objective.STAGE, spec, [tmp_path], tmp_path / "out")
    return Objective.load(tmp_path / "out" / "objective.json")


def test_a_pour_is_filled_as_its_type_says_with_the_materials_numbers(tmp_path: Path) -> None:
    filling = made_of("{type: pour}", tmp_path).filling
    assert filling is not None
    assert (filling.number, filling.radius, filling.density, filling.friction) == (20, 0.005, 950.0, 0.35)


@pytest.mark.parametrize("task", ["{type: grasp}", "{type: pour, filling: null}"])
def test_other_tasks_are_not_filled_nor_is_a_pour_that_says_so(tmp_path: Path, task: str) -> None:
    assert made_of(task, tmp_path).filling is None


def test_a_spec_changes_single_numbers_of_it(tmp_path: Path) -> None:
    filling = made_of("{type: pour, filling: {radius: 4 mm, material: wood}}", tmp_path).filling
    assert filling is not None
    assert (filling.number, filling.radius, filling.density, filling.friction) == (20, 0.004, 700.0, 0.4)


def test_a_filling_without_room_is_told_at_its_line(tmp_path: Path) -> None:
    with pytest.raises(StageError, match=r"100 spheres of 20 mm radius have no room .* which takes \d+") as refused:
        made_of("{type: pour, filling: {number: 100, radius: 2 cm}}", tmp_path)
    assert (refused.value.code, refused.value.path) == ("SK663", "task.filling")


def test_one_finger_presses_as_hard_as_the_material_bears_or_the_spec_says(tmp_path: Path) -> None:
    assert made_of("{type: grasp}", tmp_path).squeeze_n == 20.0, "the synthetic jar is of plastic"
    text = SPEC.replace("material: cardboard}", "material: cardboard, squeeze: 6 N}")
    spec, _ = require_spec(text.encode(), "spec.yaml")
    run_on(objective.STAGE, spec, [tmp_path], tmp_path / "out")
    assert Objective.load(tmp_path / "out" / "objective.json").squeeze_n == 6.0
