"""Stage `keyframes` upon the motion of an object: what happens when, or that nothing does."""

from dataclasses import replace
from pathlib import Path

import pytest

from skillc.compiler.plan.stage import StageError
from skillc.compiler.stages.demonstration import keyframes
from skillc.runtime.formats.keyframes import Keyframes
from skillc.runtime.geometry.projection import project
from skillc.runtime.perception.object.still_places import NOWHERE
from tests.check.code_examples import spec_of
from tests.motion import synthetic
from tests.stages.film import CAMERA, T_CAMERA_TABLE, describe, run_stage


def test_an_object_that_lies_still_has_no_contact(tmp_path: Path) -> None:
    made, spec = synthetic.box(), spec_of("SK840", "right")
    describe(tmp_path, len(made.motion.frame))
    made.twin.save(tmp_path / "twin" / "twin.json")
    unseen = NOWHERE
    unseen.save(tmp_path / "motion" / "stillness.json")
    moved = project(CAMERA, T_CAMERA_TABLE, made.motion.T_table_object[:, :3, 3])
    replace(made.motion, centroid_px=moved).save(tmp_path / "motion" / "object.npz")
    assert run_stage(keyframes.STAGE, spec, tmp_path, tmp_path) == []
    assert abs(Keyframes.load(tmp_path / "keyframes.json").contact - made.keyframes.contact) <= 8
    replace(made.motion, centroid_px=moved[:1].repeat(len(moved), axis=0)).save(tmp_path / "motion" / "object.npz")
    with pytest.raises(StageError, match="box: the object never moves") as caught:
        run_stage(keyframes.STAGE, spec, tmp_path, tmp_path)
    assert (caught.value.code, caught.value.path) == ("SK850", "scene.objects.box")
    assert "`at: {x: ..., y: ...}`" in caught.value.hint
