import pytest

from skillc.compiler.resolve.front_end import read_spec
from skillc.compiler.scaffold.names import asked_length, skill_name, written
from skillc.compiler.scaffold.spec_draft import Draft, DraftCamera, spec_text, task_types
from skillc.compiler.source.canonical import canonical
from skillc.compiler.source.diagnostic import SourceError
from skillc.compiler.source.load import load_bytes
from skillc.compiler.source.measured import is_measure
from skillc.runtime.cli.failures import InputError
from skillc.runtime.tasks.catalog import task_type

SMALL = {"skill": "a", "task": "push", "recording": "a.mp4", "manipulated": "jar"}


def draft(task: str, **changes: str) -> Draft:
    target = "pan" if "target" in task_type(task).roles else ""
    return Draft(
        **({"skill": "a", "task": task, "recording": "a.mp4", "manipulated": "jar", "target": target} | changes)
    )


@pytest.mark.parametrize("task", task_types())
def test_a_draft_of_every_task_resolves_and_is_formatted(task: str) -> None:
    text = spec_text(draft(task))
    spec, findings = read_spec(text.encode(), "skill.yaml")
    assert spec is not None and findings == []
    assert canonical(load_bytes(text.encode(), "skill.yaml"), is_measure) == text
    assert len(text.splitlines()) <= 60
    assert spec.at("task.type") == task


def test_a_draft_with_a_focal_length_and_a_seen_tag_is_a_spec() -> None:
    camera = DraftCamera(focal="582 px", tag="tag36h11", id=3, seen=True)
    spec, findings = read_spec(spec_text(Draft(**SMALL, camera=camera)).encode(), "skill.yaml")
    assert spec is not None and findings == []
    assert spec.at("cameras.main.focal") == 582.0 and spec.at("cameras.main.calibration.id") == 3


def test_names_from_outside_cannot_become_yaml() -> None:
    text = spec_text(draft("push", recording="a # {x: y.mp4"))
    assert load_bytes(text.encode(), "x").at(("demonstrations", "recording")).value == "a # {x: y.mp4"
    with pytest.raises(SourceError):
        spec_text(draft("push", manipulated="jar: {role: target}\nx"))


def test_a_skill_is_named_after_its_file(tmp_path) -> None:
    assert skill_name(tmp_path / "My Cup_2.yaml") == "my-cup-2"
    assert skill_name(tmp_path / "2.yaml") == "skill-2"


def test_nothing_that_exists_is_overwritten(tmp_path) -> None:
    file = tmp_path / "a.yaml"
    written(file, lambda path: path.write_text("first"))
    with pytest.raises(InputError, match="exists"):
        written(file, lambda path: path.write_text("second"))
    assert file.read_text() == "first" and [p.name for p in tmp_path.iterdir()] == ["a.yaml"]
    with pytest.raises(InputError, match="no folder"):
        written(tmp_path / "b" / "a.yaml", lambda path: path.write_text("x"))


def test_a_failed_write_leaves_nothing(tmp_path) -> None:
    def fail(path) -> None:
        path.write_text("half")
        raise OSError

    with pytest.raises(OSError):
        written(tmp_path / "a.yaml", fail)
    assert list(tmp_path.iterdir()) == []


def test_a_length_needs_its_unit() -> None:
    assert asked_length("53.3 mm", "--size") == pytest.approx(0.0533)
    with pytest.raises(InputError, match="no unit"):
        asked_length("5", "--size")
