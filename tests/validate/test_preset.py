from pathlib import Path

import pytest

from skillc.compiler.source.load import load, load_bytes
from skillc.compiler.validate.preset import check_preset, values_only

SPECS = Path(__file__).parents[2] / "specs"
METHODS = sorted((SPECS / "methods").rglob("*.yaml"))
TASKS = sorted((SPECS / "tasks").glob("*.yaml"))
ROBOTS = sorted((SPECS / "hardware").glob("*/profile.yaml"))


@pytest.mark.parametrize("file", METHODS, ids=lambda f: f.stem)
def test_a_shipped_method_has_the_form_of_the_schema(file: Path) -> None:
    assert [(d.code, d.path, d.summary) for d in check_preset(load(file), "method")] == []


@pytest.mark.parametrize("file", ROBOTS, ids=lambda f: f.parent.name)
def test_a_shipped_robot_has_the_form_of_the_schema(file: Path) -> None:
    assert [(d.code, d.path, d.summary) for d in check_preset(load(file), "hardware")] == []


@pytest.mark.parametrize("file", TASKS, ids=lambda f: f.stem)
def test_a_shipped_task_type_has_the_form_of_the_schema(file: Path) -> None:
    assert [(d.code, d.path, d.summary) for d in check_preset(load(file), "task", complete=False)] == []


def test_values_are_looked_up_through_their_sources_and_keep_their_place() -> None:
    tree = values_only(load_bytes(b"a: {value: 5 cm, source: Table 3}\nb: {value: null, source: 'lost: x'}\n", "f"))
    assert list(tree.root.entries) == ["a"]
    assert tree.value_span(("a",)).column == 12


def test_a_mistake_in_a_preset_is_found_at_its_place() -> None:
    text = (SPECS / "methods" / "video2sim2real.yaml").read_text(encoding="utf-8")
    wrong = text.replace("scale: {value: 5 cm", "scale: {value: 5 deg").replace("algorithm: ppo", "algorithm: pop")
    assert {d.code for d in check_preset(load_bytes(wrong.encode(), "f"), "method")} == {"SK402", "SK204"}
