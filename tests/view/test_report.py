"""The report says in one list what is known and what is not, and what was dropped from the picture."""

import shutil
from pathlib import Path

import pytest

from skillc.runtime.formats.build_warnings import BuildWarning, BuildWarnings
from skillc.runtime.formats.scene import DroppedRegion, Scene
from skillc.runtime.view.report import write_report


@pytest.fixture
def build(small_build: Path, tmp_path: Path) -> Path:
    out = tmp_path / "build"
    shutil.copytree(small_build, out)
    warning = BuildWarning(stage="twin", code="SK847", message="tub: <b>extent</b> along z is assumed", path="scene")
    BuildWarnings(warnings=(warning,)).save(out / BuildWarnings.FILE)
    region = DroppedRegion(box_px=(100.0, 20.0, 51.0, 25.0), reason="runs along the table's edge & a <hand>")
    Scene(objects=(), task_type="grasp", notes=(), dropped=(region,)).save(out / Scene.FILE)
    return out


def test_the_page_lists_what_is_doubtful_assumed_measured_and_dropped(build: Path) -> None:
    page = write_report(build).read_text()
    part = page[page.index("What is known") : page.index("<h2>Fidelity</h2>")]
    order = [part.index(f"<th>{kind}</th>") for kind in ("doubtful", "assumed", "measured", "dropped")]
    assert order == sorted(order)
    assert all(part.count(f"<th>{kind}</th>") == 1 for kind in ("doubtful", "assumed", "measured", "dropped"))
    assert "twin (SK847)" in part and "51 x 25 px at (100, 20)" in part and "box, size along x" in part
    assert "&lt;b&gt;extent&lt;/b&gt;" in part and "&amp; a &lt;hand&gt;" in part and "<hand>" not in part


def test_a_build_of_before_says_that_its_warnings_are_not_kept(build: Path) -> None:
    (build / BuildWarnings.FILE).unlink()
    (build / Scene.FILE).unlink()
    page = write_report(build).read_text()
    assert "are not kept in this build" in page and "<th>dropped</th>" not in page
