"""Task types as data: what the files say, what contradicts itself, and one more type as one more file."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from skillc.compiler.check.check import Checked, check_tree
from skillc.compiler.explain import subject
from skillc.compiler.plan.code import code_digests
from skillc.compiler.resolve.preset import preset_names
from skillc.compiler.scaffold.spec_draft import Draft, spec_text, task_types
from skillc.compiler.source.load import load_bytes
from skillc.runtime.formats.extension import added_to_builds
from skillc.runtime.motion.path.object_path import carried_path
from skillc.runtime.tasks.catalog import TaskTypeError, files, implemented, names, read, task_type, with_traits
from skillc.runtime.tasks.task_type import Traits
from tests.check.code_examples import completed
from tests.installed_package import installed
from tests.motion import synthetic

SHELVE = """
task: shelve
language: 1
summary: The object is lifted and left where it was shown.
roles: [manipulated, target]
traits: [lifts, places]
sentence: Shelve the {manipulated} on the {target}.
judged_by: [rise, final_offset]
success:
  final_offset: {value: < 3 cm, source: "ours: shelves are narrow"}
"""
FILES = {
    "shelve.yaml": SHELVE,
    "juggle.yaml": SHELVE.replace("shelve", "juggle").replace("[lifts, places]", "[lifts, tosses]"),
    "odd.yaml": SHELVE.replace("shelve", "odd").replace("< 3 cm", "< 3 deg"),
    "torn.yaml": SHELVE.replace("shelve", "torn").replace("[lifts, places]", "[lifts, slides]"),
}
NAMES = ("shelve", "juggle", "torn", "odd", "absent")
ENTRY_POINTS = "[skillc.tasks]\n" + "".join(f"{name} = shelf_pack\n" for name in NAMES)


@pytest.fixture
def shelf_pack(tmp_path: Path) -> Iterator[Path]:
    with installed(tmp_path, "shelf_pack", FILES, ENTRY_POINTS) as package:
        yield package


def checked(task: str, *, draft: bool = False) -> Checked:
    found = check_tree(load_bytes(completed(f"task: {task}\n").encode(), "spec.yaml"), (), draft=draft)
    # That these specs name no recording is told too.
    return replace(found, diagnostics=tuple(d for d in found.diagnostics if d.code != "SK801"))


def test_the_types_of_the_paper_have_the_traits_the_code_asks_for() -> None:
    told = {task.name: {t for t in vars(Traits()) if getattr(task, t)} for task in implemented()}
    assert told == {
        "grasp": {"lifts", "places"},
        "lift": {"lifts", "holds_to_the_end"},
        "pour": {"lifts", "holds_to_the_end", "pours"},
        "pull": {"slides", "pulls"},
        "push": {"slides"},
    }


@pytest.mark.parametrize("name", names())
def test_every_type_is_a_preset_too_and_is_judged_by_its_own_defaults(name: str) -> None:
    task = task_type(name)
    assert name in preset_names("task") and task.summary.endswith(".")
    assert bool(task.missing) != (task in implemented())
    found = checked(f"{{type: {name}}}", draft=True).resolved
    assert found is not None and set(found.at("task").get("success", {})) <= set(task.judged_by)


@pytest.mark.parametrize(
    ("traits", "text"),
    [
        ("lifts", "placed or held"),
        ("slides, pours", "neither placed"),
        ("lifts, slides, places", "lifts or slides"),
        ("places", "lifts or slides"),
        ("lifts, places, holds_to_the_end", "placed or held"),
        ("lifts, places, pours", "what pours is held"),
        ("lifts, places, pulls", "what pulls slides"),
    ],
)
def test_traits_that_contradict_each_other_are_refused(traits: str, text: str) -> None:
    with pytest.raises(TaskTypeError, match=text):
        read("thing", {"traits": traits.split(", ")})


@pytest.mark.parametrize("written", [None, [], {}, {"traits": []}, {"traits": "lifts"}, {"traits": [1]}])
def test_a_file_without_traits_is_no_task_type(written: object) -> None:
    with pytest.raises(TaskTypeError, match="no list of `traits`"):
        read("thing", written)


def test_a_type_that_is_not_there_is_named() -> None:
    for name in ("graps", "other_pack:thing"):
        with pytest.raises(TaskTypeError, match=name):
            task_type(name)
    with pytest.raises(KeyError, match="lifts, slides"):
        with_traits(Traits(lifts=True, slides=True))


def test_one_more_type_is_one_more_file(shelf_pack: Path) -> None:
    assert checked("{type: shelf_pack:shelve}").diagnostics == ()
    resolved = checked("{type: shelf_pack:shelve}").resolved
    assert resolved is not None and resolved.at("task.success.final_offset.value") == 0.03
    (found,) = checked("{type: shelf_pack:shelve, success: {tilt: '> 1 deg'}}").diagnostics
    assert found.code == "SK209" and "final_offset" in found.hint
    assert "shelf_pack:shelve" in task_types() and "shelf_pack:shelve" in added_to_builds()
    assert "traits: lifts, places" in subject.explain("shelf_pack:shelve")
    draft = Draft(skill="books", task="shelf_pack:shelve", recording="a.mp4", manipulated="jar", target="shelf")
    assert "summary: Shelve the jar on the shelf." in spec_text(draft)


def test_perception_and_motion_ask_for_the_traits_of_an_added_type(shelf_pack: Path) -> None:
    made = synthetic.apple()
    thing = made.twin.manipulated
    ways = [
        carried_path(
            made.motion, made.keyframes, thing, T_start=np.asarray(thing.T_table_object), task=task_type(name),
            waypoints=8, smoothing_s=0.05, upright_within_rad=0.5,
        ).T_table_object
        for name in ("grasp", "shelf_pack:shelve", "push")
    ]  # fmt: skip
    assert np.array_equal(ways[0], ways[1]) and not np.allclose(ways[0], ways[2])


def test_the_file_of_a_type_is_in_the_fingerprint_of_the_stages_that_ask_for_traits(shelf_pack: Path) -> None:
    assert {file.name for file in files()} >= {"grasp.yaml", "shelve.yaml"}
    assert "specs/tasks/grasp.yaml" in code_digests(("skillc.compiler.stages.demonstration.keyframes",))
    assert "specs/tasks/grasp.yaml" not in code_digests(("skillc.compiler.stages.demonstration.recording",))


@pytest.mark.parametrize(
    ("task", "text"),
    [("kick", "`kicks`"), ("sit", "`sits`"), ("anypose", "`reaches_goals`"), ("handover", "`changes_hands`")],
)
def test_a_type_that_nothing_here_can_do_is_for_drafts(task: str, text: str) -> None:
    (found,) = checked(f"{{type: {task}}}").diagnostics
    assert (found.code, found.path) == ("SK321", "task.type") and text in found.detail and "grasp" in found.detail
    assert checked(f"{{type: {task}}}", draft=True).diagnostics == ()
    assert f"drafts only: nothing here knows {text.strip('`')}" in subject.explain(task)


@pytest.mark.parametrize("written", ["", "3", "[grasp]"])
def test_a_type_that_is_no_name_is_told_once(written: str) -> None:
    assert [d.code for d in checked(f"{{type: {written}}}").diagnostics] == ["SK203"]


@pytest.mark.parametrize(
    "section", ["goals: [{name: grip, contact: {hand: right, object: apple}}]", "tune: {budget: 4 min}"]
)
def test_a_section_that_nothing_reads_is_for_drafts(section: str) -> None:
    tree = load_bytes(completed(f"{section}\n").encode(), "spec.yaml")
    (found,) = check_tree(tree, ()).diagnostics
    key = section.partition(":")[0]
    assert (found.code, found.path) == ("SK321", key) and f"`{key}`" in found.summary
    assert check_tree(tree, (), draft=True).diagnostics == ()


def test_a_reset_that_nothing_does_is_for_drafts() -> None:
    tree = load_bytes(completed("reset: {pool: {size: 10, share: 0.5}}\n").encode(), "spec.yaml")
    (found,) = check_tree(tree, ()).diagnostics
    assert (found.code, found.path) == ("SK321", "reset") and "not implemented" in found.summary


def test_an_added_type_is_refused_where_it_is_wrong(shelf_pack: Path) -> None:
    (found,) = checked("{type: shelf_pack:juggle}").diagnostics
    assert found.code == "SK321" and "`tosses`" in found.detail
    (found,) = checked("{type: shelf_pack:torn}").diagnostics
    assert found.code == "SK324" and "lifts or slides" in found.summary
    (found,) = checked("{type: shelf_pack:absent}").diagnostics
    assert found.code == "SK324" and "no absent.yaml" in found.summary
    (found, *_) = checked("{type: shelf_pack:odd}").diagnostics
    assert (found.code, found.spans[0].file) == ("SK402", "shelf_pack:odd.yaml")
    (found,) = checked("{type: shelf_pack:shelv}").diagnostics
    assert found.code == "SK204" and "shelf_pack:shelve" in found.hint
