"""What a spec alone makes impossible is told before the first stage runs, at its line."""

from pathlib import Path

import pytest

from skillc.compiler.check.open_job import open_job
from skillc.compiler.diff.rerun import rerun
from skillc.compiler.pipeline.catalog import stages
from skillc.compiler.resolve.front_end import require_spec
from skillc.compiler.source.diagnostic import SourceError
from tests.check.code_examples import completed

REWARD = "rewards:\n  {}\n"
POLICY = "policies: {{residual: {{observe: [{}]}}}}\n"


@pytest.mark.parametrize(
    ("section", "code", "path", "text"),
    [
        (REWARD.format("joint_torque_l2: {weight: -1}"), "SK340", "rewards.joint_torque_l2", "not implemented"),
        (REWARD.format("lift: {weight: 1, height: 5 cm, slope: 2}"), "SK340", "rewards.lift", "does not take 'slope'"),
        (REWARD.format("approach: {weight: 1}"), "SK340", "rewards.approach", "needs 'scale'"),
        (POLICY.format("object_cloud"), "SK610", "policies.residual.observe", "not implemented"),
        (
            POLICY.format("{term: joint_position, history: 5}"),
            "SK610",
            "policies.residual.observe",
            "settings of the observation joint_position",
        ),
    ],
)
def test_what_the_spec_alone_rules_out_is_told_before_a_build(
    tmp_path: Path, section: str, code: str, path: str, text: str
) -> None:
    (tmp_path / "film.mp4").write_bytes(b"film")
    spec = tmp_path / "spec.yaml"
    written = completed("demonstrations: {recording: film.mp4}\n" + section)
    spec.write_text(written, encoding="utf-8")
    with pytest.raises(SourceError) as caught:
        open_job(spec, out=None, data=None, last=None)
    (found,) = caught.value.diagnostics
    assert (found.code, found.path) == (code, path) and text in found.summary
    line = written.splitlines()[found.spans[0].line - 1]
    assert path.rpartition(".")[2] in line


def test_a_shorter_build_does_not_ask_for_what_it_does_not_reach(tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_bytes(b"film")
    spec = tmp_path / "spec.yaml"
    wrong = REWARD.format("joint_torque_l2: {weight: -1}")
    spec.write_text(completed("demonstrations: {recording: film.mp4}\n" + wrong), encoding="utf-8")
    job, _ = open_job(spec, out=None, data=None, last="object_motion")
    assert [stage.name for stage in job.stages][-1] == "object_motion"


@pytest.mark.parametrize("task", ["apple", "peach", "spice", "toy", "box", "book", "tray"])
def test_no_stage_refuses_the_example_specs(task: str, project: Path) -> None:
    file = project / "specs" / "skills" / f"{task}.yaml"
    spec, _ = require_spec(file.read_bytes(), file.name)
    for stage in stages():
        stage.refuse(stage.parameters(spec))


def test_specs_without_a_recording_can_be_compared_and_not_built(tmp_path: Path) -> None:
    file = tmp_path / "spec.yaml"
    file.write_text(completed(REWARD.format("contact: {weight: 1}")), encoding="utf-8")
    before, _ = require_spec(file.read_bytes(), file.name)
    after, _ = require_spec(file.read_bytes().replace(b"weight: 1", b"weight: 2"), file.name)
    assert rerun(before, after, stages()).changed == ("environment",)
    with pytest.raises(SourceError) as caught:
        open_job(file, out=None, data=None, last=None)
    assert [(d.code, d.path) for d in caught.value.diagnostics] == [("SK801", "demonstrations")]
