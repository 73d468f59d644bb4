"""What a draft from a video says, and one real video end to end."""

import math
from pathlib import Path

import numpy as np
import pytest

from skillc.compiler.check.check import check_tree
from skillc.compiler.plan.build import StageFailed
from skillc.compiler.plan.progress import Silent
from skillc.compiler.plan.stage import StageError
from skillc.compiler.scaffold import video_draft
from skillc.compiler.scaffold.spec_draft import Draft, spec_text
from skillc.compiler.scaffold.video_draft import Seen, VideoView, drafted
from skillc.compiler.source.load import load_bytes
from skillc.runtime.cli.failures import InputError
from skillc.runtime.perception.camera.survey import SeenTag
from skillc.runtime.perception.object.movement_kind import Movement
from skillc.runtime.perception.recording.camera_of import Region
from skillc.runtime.tasks.catalog import task_type

DRAFT = Draft(skill="cup", task="grasp", recording="", manipulated="object_1", target="object_2", file="cup.yaml")
LEFT = VideoView(
    region=Region(x=0, y=0, width=640, height=480),
    tag=SeenTag(family="tag36h11", id=7, share=1.0, corners_px=np.zeros((4, 2))),
    others=1,
)


def seen(kind: str, *, target: bool = True) -> Seen:
    moved = Movement(
        shown=task_type(kind), rise_m=0.1, tilt_rad=math.pi / 2, slide_m=0.2, moved_s=(1.0, 2.0), lead=-1.0
    )
    return Seen(hand_share=0.9, movement=moved, things=("1: moved",), target=target, picture=b"png")


def draft_of(
    monkeypatch: pytest.MonkeyPatch, folder: Path, found: Seen | StageFailed, task: str | None = None
) -> Draft:
    def answer(*_: object) -> Seen:
        if isinstance(found, StageFailed):
            raise found
        return found

    monkeypatch.setattr(video_draft, "_view", lambda *_: LEFT)
    monkeypatch.setattr(video_draft, "_seen", answer)
    told: list[str] = []
    draft, _ = drafted(
        folder / "cup.mp4", DRAFT, folder=folder, task=task, focal="", progress=Silent(), announce=told.append
    )
    assert any("MEASURE" in line for line in told)
    return draft


def codes(draft: Draft) -> list[str]:
    tree = load_bytes(spec_text(draft).encode(), "cup.yaml")
    return [d.code for d in check_tree(tree, ()).diagnostics if d.code != "SK801"]


@pytest.mark.parametrize("kind", ["grasp", "pour", "push", "pull"])
def test_every_kind_of_motion_becomes_a_spec_that_checks(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str
) -> None:
    draft = draft_of(monkeypatch, tmp_path, seen(kind))
    assert draft.task == kind and codes(draft) == []
    text = spec_text(draft)
    assert "region: {x: 0, y: 0, width: 640, height: 480}" in text and "tag: tag36h11, id: 7" in text
    assert "confirm `task`" in text and "MEASURE its corner square" in text


def test_what_a_person_says_decides_and_the_difference_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    draft = draft_of(monkeypatch, tmp_path, seen("push"), task="grasp")
    assert draft.task == "grasp" and any("looks like a push" in line for line in draft.found)


def test_a_target_that_was_not_seen_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    draft = draft_of(monkeypatch, tmp_path, seen("grasp", target=False))
    assert codes(draft) == [] and any("where does it go?" in line for line in draft.things)


def test_things_that_cannot_be_told_apart_leave_a_draft_to_complete(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    failure = StageFailed("scene", StageError("SK840", "more than one thing moves"))
    draft = draft_of(monkeypatch, tmp_path, failure)
    assert codes(draft) == [] and any("more than one thing moves" in line for line in draft.found)


def test_a_video_without_a_hand_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    failure = StageFailed("landmarks", StageError("SK830", "no hand found", "show the hand"))
    with pytest.raises(InputError, match="SK830"):
        draft_of(monkeypatch, tmp_path, failure)


@pytest.mark.slow
def test_a_real_video_of_a_pulled_tray(recordings: Path, tmp_path: Path) -> None:
    draft, picture = drafted(
        recordings / "tabletop_rgb" / "tray.mp4",
        DRAFT,
        folder=tmp_path,
        task=None,
        focal="",
        progress=Silent(),
        announce=lambda line: None,
    )
    assert (draft.task, draft.target, draft.recording) == ("pull", "", "tray.mp4")
    assert draft.region == "{x: 0, y: 0, width: 960, height: 720}"
    assert (draft.camera.tag, draft.camera.id) == ("tagStandard41h12", 0)
    assert picture is not None and picture.startswith(b"\x89PNG") and codes(draft) == []
    assert list((tmp_path / "build").glob("*.draft")) == []
