"""Stages grasps and reference on a made-up push: what they make, and what they announce of motions that fit badly."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from skillc.compiler.plan.stage import StageError
from skillc.compiler.stages.motion import grasps, reference
from skillc.runtime.formats.grasps import Grasps
from skillc.runtime.formats.joint_motion import JointMotion
from skillc.runtime.formats.reference import PHASES, Reference
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.formats.twin import Shape, TwinObject
from tests.motion import synthetic
from tests.push_build import PushBuild, save_placement, save_retargeted
from tests.run_stage import Told

pytestmark = pytest.mark.slow


def rehearsed(build: PushBuild, out: Path, *things: TwinObject) -> Told:
    """Run the stage `reference` upon the contact pose that the push keeps and other things on the table."""
    replace(synthetic.box().twin, objects=things).save(out / "twin" / "twin.json")
    found = Grasps.load(build.out / "motion" / "grasps.npz")
    kept = (
        "T_object_hand", "q_grasp", "q_squeeze", "q_hold", "q_open", "q_pre", "approach_object", "fingers", "stable",
        "tracking_error_m", "announced",
    )  # fmt: skip
    T_kept = Reference.load(build.out / "motion" / "reference.npz").T_manip_hand[PHASES.index("close")]
    k = int(np.abs(found.T_object_hand - T_kept).max(axis=(1, 2)).argmin())
    replace(found, **{name: getattr(found, name)[k : k + 1] for name in kept}).save(out / "motion" / "grasps.npz")
    return build.run(reference.STAGE, out)


NEAREST = {"keep": 1}
"""A search for one contact pose."""


def moved(out: Path, moves: Sequence[tuple[float, list[float], list[float]]], interaction: int) -> None:
    """Write another way of the box."""
    T_start = np.asarray(synthetic.box().twin.manipulated.T_table_object)
    synthetic.motion(T_start, list(moves)).save(out / "motion" / "object.npz")
    synthetic.keyframes(60, None, interaction, None, None).save(out / "keyframes.json")


def test_the_push_is_written_and_succeeds_in_rehearsal(push_build: PushBuild) -> None:
    found = Grasps.load(push_build.out / "motion/grasps.npz")
    assert found.kind == "push" and found.stable.all() and np.array_equal(found.q_pre, found.q_grasp)
    record = json.loads((push_build.out / "motion/rehearsals.json").read_text())
    assert record["success_share"] == 1.0 and record["rehearsals"] == 2
    motion = Reference.load(push_build.out / "motion/reference.npz")
    assert {PHASES[k] for k in motion.phase} == {"approach", "close", "track", "retreat"}
    assert motion.time_s[-1] == pytest.approx(record["duration_s"])
    assert push_build.told == []


def test_a_box_that_nobody_pushes_and_one_out_of_reach_are_refused(push_build: PushBuild, tmp_path: Path) -> None:
    still, far = tmp_path / "still", tmp_path / "far"
    moved(still, [(2.0, [0, 0, 0], [0, 0, 0])], 120)
    with pytest.raises(StageError) as unmoved:
        push_build.run(grasps.STAGE, still)
    assert (unmoved.value.code, unmoved.value.path) == ("SK821", "demonstrations")
    away = np.eye(4)
    away[:2, 3] = 5.0
    save_placement(far, away)
    with pytest.raises(StageError) as unreachable:
        push_build.run(grasps.STAGE, far)
    assert (unreachable.value.code, unreachable.value.path) == ("SK516", "hardware")


def test_a_fist_is_opened_and_the_turn_of_the_hand_is_told(push_build: PushBuild, tmp_path: Path) -> None:
    retargeted = JointMotion.load(push_build.out / "motion" / "retargeted.npz")
    profile = RobotProfile.load(push_build.out / "robot" / "profile.json")
    arm = len(profile.manipulator.arm_joints)
    save_retargeted(tmp_path, profile, retargeted.qpos[0, :arm], profile.home[arm:] + 1.2, len(retargeted.time_s))
    ((code, text, path),) = push_build.run(grasps.STAGE, tmp_path, push_search=NEAREST)
    assert (code, path) == ("SK511", "demonstrations") and "its fingers are straightened by" in text


def test_a_box_too_heavy_to_push_fails_its_rehearsals_and_that_is_told(push_build: PushBuild, tmp_path: Path) -> None:
    heavy = replace(synthetic.box().twin.manipulated, mass=60.0, inertia=(0.5, 0.5, 0.5))
    told = rehearsed(push_build, tmp_path, heavy)
    (failed, hot) = told
    assert failed == ("SK512", "the best motion succeeds in 0% of 2 rehearsals", "method")
    assert (hot[0], hot[2]) == ("SK529", "method") and "of what it holds without end" in hot[1]


def test_a_neighbour_in_the_hands_way_is_told(push_build: PushBuild, tmp_path: Path) -> None:
    size, box = (0.06, 0.06, 0.2), synthetic.box().twin.manipulated
    beside, away = (
        synthetic.thing("block", "obstacle", Shape(kind="box"), size, at, 0.5) for at in ((0.5, 0.23), (0.9, 0.5))
    )
    assert rehearsed(push_build, tmp_path, box, away) == []
    told = {code: (text, path) for code, text, path in rehearsed(push_build, tmp_path, box, beside)}
    text, path = told["SK513"]
    assert "mm too near" in text and path == "scene.objects"


def test_a_way_that_leaves_the_arms_reach_between_its_ends_is_refused(push_build: PushBuild, tmp_path: Path) -> None:
    moved(tmp_path, [(2.0, [-1.5, 0, 0], [0, 0, 0]), (2.0, [-0.288, 0.018, 0], [0, 0, 0])], 180)
    assert push_build.run(grasps.STAGE, tmp_path, push_search=NEAREST) == []
    with pytest.raises(StageError, match="no candidate gives a motion the arm can follow") as caught:
        push_build.run(reference.STAGE, tmp_path)
    assert (caught.value.code, caught.value.path) == ("SK517", "hardware") and "feasibility" in caught.value.hint
