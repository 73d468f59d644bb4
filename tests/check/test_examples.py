"""The example specs: those of the first paper are for building, those of the other four are drafts."""

from pathlib import Path

import pytest

from skillc.compiler.check.check import check_file
from skillc.compiler.pipeline.chosen import chosen
from skillc.compiler.resolve.preset import preset_names
from skillc.compiler.resolve.shipped import pipeline_of
from skillc.compiler.source.diagnostic import has_errors

FOLDER = Path(__file__).parents[2] / "specs" / "skills"
BUILT = sorted(FOLDER.glob("*.yaml"))
DRAFTS = sorted(FOLDER.glob("*/*.yaml"))
PAPER_DRAFTS = ("dex4d", "hdmi", "humanoid_recipe", "novaflow", "novaflow_cl", "point_tracks_hop", "resmimic", "sugar")
"""Methods that are known and have no stages."""


def test_there_are_as_many_as_papers_show() -> None:
    assert (len(BUILT), len(DRAFTS)) == (7, 16)


@pytest.mark.parametrize("file", BUILT, ids=lambda file: file.stem)
def test_a_skill_of_the_first_paper_checks_and_has_stages(file: Path) -> None:
    checked = check_file(file)
    assert checked.resolved is not None and not has_errors(checked.diagnostics)
    stages = [stage.name for stage in chosen(checked.resolved)]
    assert stages[0] == "recording" and stages[-1] == "pictures" and {"grasps", "machine", "objective"} <= {*stages}


@pytest.mark.parametrize("file", DRAFTS, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_a_skill_of_another_paper_checks_as_a_draft_alone(file: Path) -> None:
    checked = check_file(file, draft=True)
    assert checked.resolved is not None and not has_errors(checked.diagnostics)
    assert chosen(checked.resolved) == ()
    refused = [d for d in check_file(file).diagnostics if d.code == "SK321"]
    assert [d.path for d in refused if d.path == "method"], "the method is told"
    kind = checked.resolved.at("task.type")
    implemented = kind in ("grasp", "lift", "push")
    assert ("task.type" in [d.path for d in refused]) != implemented


def test_every_method_has_a_pipeline_or_is_a_draft_of_a_paper() -> None:
    assert [name for name in preset_names("method") if not pipeline_of(name)] == list(PAPER_DRAFTS)
