"""The stage that a spec adds: for which places of the table the skill has a motion, told while building."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from skillc.compiler.plan.stage import StageError
from skillc.compiler.resolve.front_end import require_spec
from skillc.compiler.stages.motion import generalize
from skillc.runtime.formats.artifact import Artifacts
from skillc.runtime.formats.grasps import Grasps
from skillc.runtime.formats.reference import Reference
from skillc.runtime.formats.table_map import TableMap
from skillc.runtime.planning.plan import MotionPlanner
from tests.run_stage import run_on
from tests.small_build import SPEC, make_small_build

TEXT = SPEC.replace("{extends: residual_rl_aux,", "{extends: residual_rl_aux, pipeline: {add: [generalize]},")


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build that has grasps, too."""
    folder = tmp_path_factory.mktemp("general") / "build"
    make_small_build(folder, TEXT)
    reference = Artifacts(folders=(folder,)).load(Reference)
    names = tuple(name for name in reference.joint_names if not name.startswith("joint_"))
    still = np.zeros((1, len(names)))
    Grasps(
        hand_joint_names=names, T_object_hand=np.eye(4)[None], q_grasp=still, q_squeeze=still, q_hold=still,
        q_open=still, q_pre=still, approach_object=np.array([[0.0, 0.0, -1.0]]), fingers=np.array([3]),
        stable=np.array([True]), tracking_error_m=np.zeros(1), announced=np.array([False]), kind="top",
    ).save(folder / Grasps.FILE)  # fmt: skip
    return folder


def test_a_spec_adds_it_and_it_keeps_the_map_of_the_skill_that_was_built(
    build: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[MotionPlanner] = []

    def mapped(planner: MotionPlanner, *, step_m: float, on_place: Callable[[int, int], None]) -> TableMap:
        asked.append(planner)
        return TableMap(xy=np.array([[0.0, 0.2], [0.2, 0.2]]), binding=("", "reach"), step_m=step_m)

    monkeypatch.setattr("skillc.runtime.planning.table_map.table_map", mapped)
    monkeypatch.setattr("skillc.runtime.planning.shown_contact.shown_by", lambda *made: "the contact that was shown")
    spec, _ = require_spec(TEXT.encode(), "lift.yaml", folders=None)
    assert "generalize" in spec.section("method")["pipeline"]
    run_on(generalize.STAGE, spec, (build,), tmp_path / "out")
    found = TableMap.load(tmp_path / "out" / TableMap.FILE)
    assert found.share == 0.5 and found.step_m == generalize.STEP_M
    assert asked[0].shown == "the contact that was shown" and asked[0].cell.twin.manipulated.name == "box"


def test_a_motion_that_touches_nothing_is_told(build: Path, tmp_path: Path) -> None:
    spec, _ = require_spec(TEXT.encode(), "lift.yaml", folders=None)
    with pytest.raises(StageError, match="touches nothing"):
        run_on(generalize.STAGE, spec, (build,), tmp_path / "out")
