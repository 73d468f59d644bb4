"""Pictures of what was made: which there are, where they are drawn, and whose fingerprint they are part of."""

import importlib
from pathlib import Path

import cv2
import pytest

from skillc.compiler.pipeline.catalog import stages
from skillc.compiler.plan.code import code_digests
from skillc.compiler.plan.graph import ordered
from skillc.compiler.stages.deploy import pictures
from skillc.runtime.view.pictures.canvas import Shown
from skillc.runtime.view.pictures.catalog import ACROSS, PICTURES
from tests.run_stage import run_on

pytestmark = pytest.mark.slow


def test_editing_a_drawing_changes_the_fingerprint_of_the_pictures_alone(project: Path) -> None:
    drawings = {p.relative_to(project).as_posix() for p in (project / "runtime" / "view" / "pictures").glob("*.py")}
    for stage in stages():
        drawn = {name for name in code_digests(stage.code) if name.startswith("runtime/view/")}
        assert drawn >= drawings if stage.name == "pictures" else not drawn, stage.name


@pytest.mark.parametrize("picture", PICTURES, ids=lambda p: p.name)
def test_every_picture_has_a_drawing_and_shows_what_some_stage_makes(picture) -> None:
    assert callable(importlib.import_module(f"skillc.runtime.view.pictures.{picture.name}").draw)
    makes = [made for stage in stages() for made in stage.makes]
    for name in picture.shows:
        assert any(name == made.rstrip("/") or name.startswith(made) for made in makes), name
    assert picture.name in ACROSS or any(stage.name == picture.name for stage in stages())


def test_the_pictures_come_after_every_stage_that_has_one() -> None:
    drawn = next(stage for stage in ordered(stages()) if stage.name == "pictures")
    assert {picture.name for picture in PICTURES} - set(ACROSS) <= set(drawn.needs)


def test_a_method_without_some_stages_draws_what_the_others_made(small_build: Path, tmp_path: Path) -> None:
    kept = [s for s in stages() if s.name in ("recording", "robot", "pictures")]
    alone = next(stage for stage in ordered(kept) if stage.name == "pictures")
    assert set(alone.needs) == {"recording", "robot"}
    run_on(alone, None, (small_build,), tmp_path)  # type: ignore[arg-type]
    made = Shown(folders=(small_build,), find_data=lambda name: tmp_path / name)
    expected = {p.name for p in PICTURES if all(made.holds(name) for name in p.shows)}
    assert {"retarget", "reference"} <= expected and "tracks" not in expected
    written = sorted((tmp_path / "report" / "pictures").glob("*.png"))
    assert {p.stem for p in written} == expected
    assert all(cv2.imread(str(p)).std() > 1 for p in written), "not blank"


def test_pictures_are_a_stage_of_their_own() -> None:
    assert pictures.STAGE.needs == () and pictures.STAGE.reads
