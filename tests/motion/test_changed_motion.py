"""What the stages say of demonstrated motions that miss their task by a little, and by far."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from skillc.compiler.plan.stage import StageError
from skillc.compiler.stages.motion import grasps, reference
from skillc.runtime.formats.fidelity import Fidelity
from skillc.runtime.formats.twin import Twin
from tests.motion import synthetic
from tests.motion.test_grasp_stage import T_TABLE_JAR, gripped, save_demonstration
from tests.push_build import PushBuild

pytestmark = pytest.mark.slow

Moves = Sequence[tuple[float, list[float], list[float]]]


def shown(out: Path, twin: Twin, moves: Moves) -> None:
    """Write a twin and another way of its object."""
    twin.save(out / "twin" / "twin.json")
    motion = synthetic.motion(np.asarray(twin.manipulated.T_table_object), list(moves))
    motion.save(out / "motion" / "object.npz")
    synthetic.keyframes(60, 61, len(motion.frame) - 16, None, None).save(out / "keyframes.json")


def test_a_pour_that_was_not_shown_and_an_apple_put_beside_its_plate_are_refused(
    push_build: PushBuild, tmp_path: Path
) -> None:
    jar, apple = synthetic.jar().twin, synthetic.apple().twin
    for out, twin, turn, away, said in (
        (tmp_path / "jar", jar, 0.5, 0.0, "tilted on by 76 deg; expected at most 45 deg"),
        (tmp_path / "apple", apple, 0.0, 0.2, "moved onto the target by"),
    ):
        shown(out, twin, [(1.0, [0.0, 0.0, 0.15], [0, 0, 0]), (1.0, [away, 0.0, 0.15], [turn, 0, 0])])
        with pytest.raises(StageError, match=said) as caught:
            push_build.run(grasps.STAGE, out)
        assert (caught.value.code, caught.value.path) == ("SK521", "demonstrations")


def test_a_pour_that_is_seen_a_little_too_low_is_raised_and_that_is_told(push_build: PushBuild, tmp_path: Path) -> None:
    save_demonstration(push_build, tmp_path)
    gripped(push_build, tmp_path, 0.1)
    jar = replace(synthetic.jar().twin.manipulated, T_table_object=T_TABLE_JAR, mass=0.1)
    shown(tmp_path, synthetic.twin(jar, task_type="pour"), [(1.5, [0.0, 0.0, 0.15], [0.0, 1.7, 0.0])])
    told = {code: text for code, text, _ in push_build.run(reference.STAGE, tmp_path)}
    assert told["SK520"].startswith("the demonstrated object motion is")
    changes = {change.kind: change for change in Fidelity.load(tmp_path / Fidelity.FILE).changes}
    assert "raised to pour" in changes or "tilted on" in changes
