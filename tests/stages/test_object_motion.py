"""Stage `object_motion`: what it says of a motion that ends beside what the last picture shows."""

from pathlib import Path

import pytest

from skillc.compiler.plan.stage import StageContext, StageError
from skillc.compiler.stages.demonstration import object_motion
from skillc.runtime.formats.artifact import Artifacts
from skillc.runtime.formats.stillness import Stillness
from tests.motion import synthetic


@pytest.mark.parametrize(("overlap", "away_px", "code"), [(0.1, 80.0, "SK866"), (0.5, 10.0, "SK867"), (0.9, 3.0, None)])
def test_a_motion_that_ends_beside_what_arrived_is_refused(
    tmp_path: Path, overlap: float, away_px: float, code: str | None
) -> None:
    synthetic.box().twin.save(tmp_path / "twin" / "twin.json")
    told: list[tuple[str, str, str]] = []
    context = StageContext(
        parameters={},
        made=Artifacts(folders=(tmp_path,)),
        out=tmp_path,
        find_data=lambda name: tmp_path / name,
        progress=lambda share, text: None,
        warn=lambda *parts: told.append(parts),
    )
    found = Stillness(left=5, settled=20, final_overlap=overlap, final_away_px=away_px, final_size_px=60.0)
    if code == "SK866":
        with pytest.raises(StageError, match="box was lost on its way") as refused:
            object_motion.check_arrival(context, found)
        assert refused.value.code == "SK866" and refused.value.path == "scene.objects.box"
    else:
        object_motion.check_arrival(context, found)
        assert [c for c, _, _ in told] == ([] if code is None else ["SK867"])
