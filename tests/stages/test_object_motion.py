"""Stage `object_motion`: what it says of a motion that ends beside what the last picture shows."""

from dataclasses import replace
from pathlib import Path

import pytest

from skillc.compiler.plan.stage import StageContext, StageError
from skillc.compiler.stages.demonstration import object_motion
from skillc.runtime.formats.artifact import Artifacts
from skillc.runtime.formats.stillness import Stillness
from skillc.runtime.perception.object.still_places import NOWHERE
from tests.motion import synthetic

ARRIVED = replace(NOWHERE, left=5, settled=20, final_size_px=60.0)


def told_of(folder: Path, found: Stillness) -> list[str]:
    """Return the codes of the warnings about an end."""
    synthetic.box().twin.save(folder / "twin" / "twin.json")
    told: list[str] = []
    context = StageContext(
        parameters={},
        made=Artifacts(folders=(folder,)),
        out=folder,
        find_data=lambda name: folder / name,
        progress=lambda share, text: None,
        warn=lambda code, text, where: told.append(code),
    )
    object_motion.check_arrival(context, found)
    return told


@pytest.mark.parametrize(("overlap", "away_px", "code"), [(0.1, 80.0, "SK866"), (0.5, 10.0, "SK867"), (0.9, 3.0, None)])
def test_a_motion_that_ends_beside_what_arrived_is_refused(
    tmp_path: Path, overlap: float, away_px: float, code: str | None
) -> None:
    found = replace(ARRIVED, final_overlap=overlap, final_away_px=away_px, final_agreement=0.9)
    if code == "SK866":
        with pytest.raises(StageError, match="box was lost on its way") as refused:
            told_of(tmp_path, found)
        assert refused.value.code == "SK866" and refused.value.path == "scene.objects.box"
    else:
        assert told_of(tmp_path, found) == ([] if code is None else ["SK867"])


@pytest.mark.parametrize(("seen", "code"), [(0.05, "SK866"), (0.4, "SK867"), (None, "SK867"), (0.9, None)])
def test_a_held_thing_must_look_like_itself_where_it_ends(tmp_path: Path, seen: float | None, code: str | None) -> None:
    found = replace(ARRIVED, final_agreement=seen)
    if code == "SK866":
        with pytest.raises(StageError, match="box was lost on its way"):
            told_of(tmp_path, found)
    else:
        assert told_of(tmp_path, found) == ([] if code is None else ["SK867"])
