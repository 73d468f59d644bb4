"""Stages placement and feasibility on a made-up push: where the base stands, and what it reaches from there."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from skillc.compiler.plan.stage import StageError
from skillc.compiler.stages.motion import feasibility
from skillc.compiler.stages.twin import placement
from skillc.runtime.formats.feasibility import Feasibility
from skillc.runtime.formats.reference import Reference
from tests.motion import synthetic
from tests.push_build import T_TABLE_ROBOT, PushBuild, save_calibration
from tests.run_stage import Told

pytestmark = pytest.mark.slow

NO_BOX = {"position_m": 0.0, "yaw_rad": 0.0}
PALM_DOWN = np.array([[0.0, -1, 0], [-1, 0, 0], [0, 0, -1]])


def judged(build: PushBuild, out: Path, *, elbow: float, wrist: float) -> Told:
    """Run the stage `feasibility` upon one anchor, where the arm's fourth and sixth joint have these angles."""
    q = build.arm.home.copy()
    q[3], q[5] = elbow, wrist
    reference = Reference.load(build.out / "motion" / "reference.npz")
    replace(
        reference,
        anchor_name=("contact",),
        anchor_index=reference.anchor_index[:1],
        anchor_T_table_hand=T_TABLE_ROBOT @ build.arm.hand_pose(q[None]),
    ).save(out / "motion" / "reference.npz")
    return build.run(feasibility.STAGE, out, box=NO_BOX)


def save_hand(out: Path, from_x: float, to_x: float) -> None:
    """Palm down over the table, straight along x while the box is pushed."""
    key = synthetic.box().keyframes
    frames = np.arange(len(synthetic.box().motion.frame))
    x = np.interp(frames, [key.contact, key.interaction], [from_x, to_x])
    places = np.stack([x, np.full(len(x), 0.2), np.full(len(x), 0.15)], axis=1)
    joints = synthetic.flat_hand() @ PALM_DOWN.T + places[:, None]
    synthetic.hand_motion(joints).save(out / "motion" / "hand.npz")


def test_a_recording_without_a_placed_hand_is_refused_by_its_own_code(push_build: PushBuild, tmp_path: Path) -> None:
    synthetic.hand_motion(np.full((10, 21, 3), np.nan)).save(tmp_path / "motion" / "hand.npz")
    with pytest.raises(StageError) as refused:
        push_build.run(placement.STAGE, tmp_path)
    assert (refused.value.code, refused.value.path) == ("SK860", "demonstrations")


def test_hand_poses_farther_apart_than_the_arm_reaches_are_told(push_build: PushBuild, tmp_path: Path) -> None:
    """One arm posture a pose and bases some way off: the full search takes longer and finds the same."""
    quick = {"seeds": 1, "clearance_m": 0.65}
    save_hand(tmp_path, 0.38, 0.1)
    assert push_build.run(placement.STAGE, tmp_path, box=NO_BOX, placement=quick) == []
    save_hand(tmp_path, 1.1, -0.5)
    ((code, text, path),) = push_build.run(placement.STAGE, tmp_path, box=NO_BOX, placement=quick)
    assert (code, path) == ("SK515", "hardware") and "no base place reaches every demonstrated hand pose" in text


def test_feasibility_covers_every_anchor_at_every_corner(push_build: PushBuild, tmp_path: Path) -> None:
    push_build.run(feasibility.STAGE, tmp_path)
    result = Feasibility.load(tmp_path / "feasibility.json")
    motion = Reference.load(push_build.out / "motion/reference.npz")
    assert len(result.margins) == 5 * len(motion.anchor_name)
    nominal = [m for m in result.margins if m.corner == "nominal"]
    assert [m.keyframe for m in nominal] == list(motion.anchor_name)
    assert max(m.position_error_m for m in nominal) < 1e-4


def test_a_folded_arm_comes_close_to_a_joint_limit(push_build: PushBuild, tmp_path: Path) -> None:
    assert judged(push_build, tmp_path, elbow=-2.2, wrist=0.96) == []
    told = judged(push_build, tmp_path, elbow=-2.45, wrist=0.5)
    assert {code for code, _, _ in told} == {"SK502"}
    assert told[0][1].startswith("contact at nominal: a joint comes within 5.7 deg") and told[0][2] == "hardware"
    assert told[-1][2] == "randomization.box.position.xy"


def test_a_stretched_arm_is_near_a_singularity(push_build: PushBuild, tmp_path: Path) -> None:
    assert judged(push_build, tmp_path, elbow=-1.5, wrist=0.96) == []
    told = judged(push_build, tmp_path, elbow=-0.05, wrist=0.96)
    assert {code for code, _, _ in told} == {"SK506"}
    assert told[0][1].startswith("contact at nominal: manipulability falls to 0.00") and told[0][2] == "hardware"


def test_an_object_that_leaves_the_picture_at_a_corner_is_told(push_build: PushBuild, tmp_path: Path) -> None:
    twin = synthetic.box().twin
    for focal, codes in ((500.0, set()), (40_000.0, {"SK508"})):
        save_calibration(tmp_path, twin, focal=focal)
        told = push_build.run(feasibility.STAGE, tmp_path)
        found = {code for code, _, path in told if path == "randomization.box.position.xy"}
        assert found - {"SK501", "SK502"} == codes, "the reach is another matter"
