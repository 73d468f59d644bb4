"""What a spec alone makes impossible is told before the first stage runs, at its line."""

import re
from pathlib import Path

import pytest

from skillc.benchmarks.fuzz import film
from skillc.compiler.check.open_job import open_job
from skillc.compiler.diff.rerun import rerun
from skillc.compiler.diff.side import Side
from skillc.compiler.pipeline.catalog import stages
from skillc.compiler.pipeline.chosen import chosen
from skillc.compiler.resolve.front_end import require_spec
from skillc.compiler.source.diagnostic import SourceError
from tests.check.code_examples import completed
from tests.gloss_pack import gloss_pack

__all__ = ["gloss_pack"]

REWARD = "rewards:\n  {}\n"
POLICY = "policies: {{residual: {{observe: [{}]}}}}\n"
LACKS_SCALE = "gloss_pack:closeness: {weight: -1}"


@pytest.mark.parametrize(
    ("section", "code", "path", "text"),
    [
        (REWARD.format(LACKS_SCALE), "SK340", "rewards.gloss_pack:closeness", "needs 'scale'"),
        (REWARD.format("gloss_pack:wrong: {weight: 1}"), "SK340", "rewards.gloss_pack:wrong", "not a Reward"),
        (POLICY.format("gloss_pack:closeness"), "SK610", "policies.residual.observe", "not an? Observation"),
    ],
)
def test_what_the_spec_alone_rules_out_is_told_before_a_build(
    tmp_path: Path, gloss_pack: Path, section: str, code: str, path: str, text: str
) -> None:
    film(tmp_path / "film.mp4", width=64, height=48)
    spec = tmp_path / "spec.yaml"
    written = completed("demonstrations: {recording: film.mp4}\n" + section)
    spec.write_text(written, encoding="utf-8")
    with pytest.raises(SourceError) as caught:
        open_job(spec, out=None, data=None, last=None)
    (found,) = caught.value.diagnostics
    assert (found.code, found.path) == (code, path) and re.search(text, found.summary)
    line = written.splitlines()[found.spans[0].line - 1]
    assert path.rpartition(".")[2] in line


def test_a_shorter_build_does_not_ask_for_what_it_does_not_reach(tmp_path: Path, gloss_pack: Path) -> None:
    film(tmp_path / "film.mp4", width=64, height=48)
    spec = tmp_path / "spec.yaml"
    spec.write_text(completed("demonstrations: {recording: film.mp4}\n" + REWARD.format(LACKS_SCALE)), encoding="utf-8")
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
    written = file.read_bytes()
    before, after = (
        Side(name=file.name, resolved=require_spec(text, file.name)[0])
        for text in (written, written.replace(b"weight: 1", b"weight: 2"))
    )
    assert rerun(before, after, chosen(after.resolved)).changed == ("environment",)
    with pytest.raises(SourceError) as caught:
        open_job(file, out=None, data=None, last=None)
    assert [(d.code, d.path) for d in caught.value.diagnostics] == [("SK801", "demonstrations")]
