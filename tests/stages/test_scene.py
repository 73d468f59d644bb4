"""Stage `scene` upon a film: what it takes for the spec's objects, and what it cannot tell."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from skillc.compiler.plan.stage import StageContext, StageError
from skillc.compiler.stages.demonstration import scene
from skillc.runtime.formats.artifact import Artifacts
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.scene import Scene
from skillc.runtime.perception.camera.tag_families import print_width_to_size
from skillc.runtime.perception.scene.mask_shapes import beside
from tests.check.code_examples import spec_of
from tests.stages.film import BLUE, CAMERA, CORNERS, RED, Thing, ball_points, mask_of, run_stage, shoot

pytestmark = pytest.mark.slow

FRAMES = 6
BLACK = (25, 25, 25)
TAG = "cameras.main.calibration"


def ball(frame: int) -> Thing:
    """Return a ball that is carried off to the right."""
    return mask_of(np.array([-0.12 + 0.03 * frame, 0.10, 0]) + ball_points()), RED


def cube(frame: int) -> Thing:
    """Return a cube that is pushed away."""
    return mask_of(np.array([0.14, 0.05 + 0.03 * frame, 0]) + CORNERS), BLUE


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    (folder / "scene").mkdir(parents=True)
    return folder


def test_of_two_things_that_move_the_spec_s_pixel_says_which(tmp_path: Path, out: Path) -> None:
    shoot(tmp_path, FRAMES, lambda frame: [ball(frame), cube(frame)])
    assert run_stage(scene.STAGE, spec_of("SK840", "right"), tmp_path, out) == []
    apple = next(thing for thing in Scene.load(out / "scene" / "scene.json").objects if thing.name == "apple")
    rows, columns = np.nonzero(ball(0)[0])
    assert apple.box_px[:2] == pytest.approx((columns.min(), rows.min()), abs=2)
    with pytest.raises(
        StageError, match=r"more than one thing moves; which is apple.*0 at \(324, 198\) px.*1 at"
    ) as no:
        run_stage(scene.STAGE, spec_of("SK840", "wrong"), tmp_path, out)
    assert (no.value.code, no.value.path) == ("SK840", "scene.objects.apple")
    assert no.value.hint == "write one of these places as `at: {x: ..., y: ...}` at apple"
    picture = cv2.imdecode(np.frombuffer(no.value.pictures["candidates.png"], np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None and picture.shape == (CAMERA.height, CAMERA.width, 3)


def test_an_empty_table_has_no_pixel_to_choose(tmp_path: Path, out: Path) -> None:
    shoot(tmp_path, 2, lambda frame: [])
    with pytest.raises(StageError, match="things seen on the table: none") as caught:
        run_stage(scene.STAGE, spec_of("SK840", "wrong"), tmp_path, out)
    assert caught.value.code == "SK840" and caught.value.hint.startswith("film apple on the table")


def test_a_tag_of_the_wrong_size_puts_the_table_out_of_the_picture(tmp_path: Path, out: Path) -> None:
    shoot(tmp_path, FRAMES, lambda frame: [ball(frame)])
    right, wrong = spec_of("SK841", "right"), spec_of("SK841", "wrong")
    printed = str(right.at(f"{TAG}.tag")), float(right.at(f"{TAG}.print_width"))
    assert run_stage(scene.STAGE, right, tmp_path, out) == []
    seen = Calibration.load(tmp_path / "calibration.json")
    T_camera_table = seen.T_camera_table.copy()
    # All lengths follow from the tag's size: one eighteen times as large is seen from eighteen times as far.
    T_camera_table[:3, 3] *= float(wrong.at(f"{TAG}.size")) / print_width_to_size(*printed)
    replace(seen, T_camera_table=T_camera_table).save(tmp_path / "calibration.json")
    with pytest.raises(StageError, match="table plane around the workspace is hardly in the picture") as caught:
        run_stage(scene.STAGE, wrong, tmp_path, out)
    assert (caught.value.code, caught.value.path) == ("SK841", "scene") and "tag's size" in caught.value.hint


def test_the_tag_s_sheet_is_no_thing_on_the_table(tmp_path: Path, out: Path) -> None:
    spec = spec_of("SK841", "right")
    half = float(spec.at(f"{TAG}.print_width")) / 2
    tag = mask_of(np.array([[x, y, 0.0] for x in (-half, half) for y in (-half, half)])), BLACK
    shoot(tmp_path, FRAMES, lambda frame: [tag, ball(frame)])
    ((code, text, path),) = run_stage(scene.STAGE, spec, tmp_path, out)
    assert (code, path) == ("SK842", "scene") and "px at the tag is taken for its sheet" in text
    assert [thing.name for thing in Scene.load(out / "scene" / "scene.json").objects] == ["apple"]


def test_what_is_taken_for_no_thing_is_kept_with_its_place_and_the_reason(tmp_path: Path, out: Path) -> None:
    behind = np.zeros((CAMERA.height, CAMERA.width), bool)
    behind[:40, 100:260] = True
    shoot(tmp_path, FRAMES, lambda frame: [(behind, BLACK), ball(frame)])
    run_stage(scene.STAGE, spec_of("SK840", "right"), tmp_path, out)
    found = Scene.load(out / "scene" / "scene.json")
    (region,) = found.dropped
    assert region.box_px == pytest.approx((100, 0, 160, 40), abs=6) and "runs along the table's edge" in region.reason
    assert [thing.name for thing in found.objects] == ["apple"]


def test_an_outline_along_the_hand_is_doubted(tmp_path: Path) -> None:
    mug, hand = np.zeros((60, 80), bool), np.zeros((60, 80), bool)
    mug[20:40, 20:40] = True
    hand[10:30, 40:60] = True
    told: list[tuple[str, str, str]] = []
    context = StageContext(
        parameters={}, made=Artifacts(folders=()), out=tmp_path, find_data=lambda name: tmp_path / name,
        progress=lambda share, text: None, warn=lambda *parts: told.append(parts),
    )  # fmt: skip
    shares = {"mug": beside(mug, hand), "cup": beside(mug, np.zeros_like(hand))}
    scene.tell_hidden(context, shares, {"mug": "manipulated", "cup": "target"})
    ((code, text, path),) = told
    assert (code, path) == ("SK869", "scene.objects.mug") and "its shape is doubtful" in text
