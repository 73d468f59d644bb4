"""Stage `retarget` upon a few frames of a made-up hand: whose hand moves the robot's."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from skillc.compiler.resolve.resolved import ResolvedSpec
from skillc.compiler.stages.motion import retarget
from skillc.runtime.formats.joint_motion import JointMotion
from tests.check.code_examples import spec_of
from tests.motion import synthetic
from tests.run_stage import Told, run_on
from tests.stages.film import describe

FRAMES = 3
PALM_DOWN = np.array([[0.0, -1, 0], [-1, 0, 0], [0, 0, -1]])


def retargeted(spec: ResolvedSpec, build: Path, out: Path) -> Told:
    """Run the stage upon the hand that the spec says demonstrates, still over the table."""
    describe(out, FRAMES)
    handedness = str(spec.at("demonstrations.hand"))
    joints = synthetic.flat_hand() * [1, -1 if handedness == "left" else 1, 1] @ PALM_DOWN.T + [0.1, 0.25, 0.2]
    motion = synthetic.hand_motion(np.tile(joints, (FRAMES, 1, 1)))
    replace(motion, handedness=handedness).save(out / "motion" / "hand.npz")
    synthetic.keyframes(1, 1, 1, None, None).save(out / "keyframes.json")
    quick = {"starts": 2, "start_iterations": 5}
    return run_on(retarget.STAGE, spec, (out, build), out, retarget=quick)


def test_a_left_hand_on_the_right_robot_hand_is_said(small_build: Path, tmp_path: Path) -> None:
    assert retargeted(spec_of("SK861", "right"), small_build, tmp_path / "right") == []
    ((code, text, path),) = retargeted(spec_of("SK861", "wrong"), small_build, tmp_path / "left")
    assert (code, path) == ("SK861", "hardware") and "a left hand is retargeted to the right hand of" in text
    assert np.isfinite(JointMotion.load(tmp_path / "left" / "motion" / "retargeted.npz").qpos).all()
