"""Stage `environment`: episodes play the motion that the method says, from where it says."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from skillc.compiler.plan.stage import StageError
from skillc.compiler.resolve.front_end import require_spec
from skillc.compiler.resolve.resolved import ResolvedSpec
from skillc.compiler.stages.policy import environment
from skillc.runtime.formats.environment import Environment
from skillc.runtime.formats.joint_motion import JointMotion
from skillc.runtime.formats.reference import PHASES, Reference
from tests.check.code_examples import completed
from tests.run_stage import run_on


def spec(method: str) -> ResolvedSpec:
    return require_spec(completed(f"method: {method}\n").encode(), "spec.yaml")[0]


def played(small_build: Path, out: Path, method: str) -> Reference:
    run_on(environment.STAGE, spec(method), (small_build,), out)
    path = Environment.load(out / Environment.FILE).reference
    return Reference.load((small_build if path == Reference.FILE else out) / path)


def test_our_policy_plays_the_refined_motion(small_build: Path, tmp_path: Path) -> None:
    found = played(small_build, tmp_path, "video2sim2real")
    assert np.array_equal(found.qpos, Reference.load(small_build / Reference.FILE).qpos)
    assert not (tmp_path / "environment" / "reference.npz").exists()


@pytest.mark.parametrize("method", ["residual_rl", "deepmimic_rl"])
def test_baselines_upon_the_retargeted_motion_play_it_from_home(small_build: Path, tmp_path: Path, method: str) -> None:
    found = played(small_build, tmp_path, method)
    shown = JointMotion.load(small_build / JointMotion.FILE).qpos
    assert len(found.qpos) != len(Reference.load(small_build / Reference.FILE).qpos)
    assert max(np.abs(found.qpos - q).max(axis=1).min() for q in shown[::7]) < 0.05


def test_an_optimized_contact_is_where_the_hand_begins_to_close(small_build: Path, tmp_path: Path) -> None:
    found, whole = played(small_build, tmp_path, "opt_precontact_init"), Reference.load(small_build / Reference.FILE)
    first = int(np.flatnonzero(whole.phase >= PHASES.index("close"))[0])
    assert np.array_equal(found.qpos, whole.qpos[first:]) and found.time_s[0] == 0.0


def test_a_pre_contact_pose_is_ten_frames_before_on_the_retargeted_motion(small_build: Path, tmp_path: Path) -> None:
    found = played(small_build, tmp_path, "precontact_init")
    before = int(np.flatnonzero(found.phase >= PHASES.index("close"))[0])
    assert before == 10  # 60 frames a second, as many as control ticks


def test_a_motion_that_no_slowing_brings_inside_is_told(
    small_build: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("skillc.runtime.motion.path.retargeted_reference.ROUNDS", 1)
    raw = JointMotion.load(small_build / JointMotion.FILE)
    swinging = raw.qpos + 0.3 * np.sin(np.arange(len(raw.qpos)))[:, None]
    replace(raw, qpos=swinging).save(tmp_path / "made" / JointMotion.FILE)
    with pytest.raises(StageError) as caught:
        run_on(environment.STAGE, spec("residual_rl"), (tmp_path / "made", small_build), tmp_path / "out")
    assert (caught.value.code, caught.value.path) == ("SK342", "policies.residual.base")
