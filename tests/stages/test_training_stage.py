"""Stage `training`: what each policy meets is said once, where it is trained."""

from pathlib import Path

from skillc.compiler.stages.policy import environment, training
from skillc.runtime.formats.environment import Environment
from skillc.runtime.policies.training_config import training_config, variations
from tests.check.code_examples import spec_of
from tests.run_stage import run_on


def test_each_policy_meets_its_own_draws(small_build: Path, tmp_path: Path) -> None:
    spec = spec_of("SK341", "right")
    assert run_on(training.STAGE, spec, (small_build,), tmp_path) == []
    met = {v.quantity: v for v in variations(tmp_path / "training" / "keyframe_pose.yaml")}
    assert {q.partition(".")[2] for q in met} == {"position.xy", "yaw", "scale"}
    assert met["apple.position.xy"].kind == "offset" and met["apple.position.xy"].high == 0.05
    assert "randomization" not in training_config(tmp_path / "training" / "residual.yaml")
    run_on(environment.STAGE, spec, (small_build,), tmp_path)
    drawn = {v.quantity for v in Environment.load(tmp_path / Environment.FILE).randomization}
    assert {"apple.mass", "control.delay", "pose_error.yaw", "action.joint"} <= drawn
    assert not any(q.startswith("apple.position") for q in drawn)
