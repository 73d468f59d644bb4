"""What a spec may change about its method's stages, and what is told about it."""

import pytest

from skillc.compiler.check.check import check_tree
from skillc.compiler.pipeline.chosen import chosen
from skillc.compiler.source.diagnostic import Diagnostic
from skillc.compiler.source.load import load_bytes
from tests.check.code_examples import completed


def found(pipeline: str) -> tuple[Diagnostic, ...]:
    text = completed(f"method:\n  extends: video2sim2real\n  pipeline: {pipeline}\n")
    return check_tree(load_bytes(text.encode(), "spec.yaml"), ()).diagnostics


def test_a_spec_takes_stages_out_and_puts_them_in() -> None:
    text = completed("method: {extends: video2sim2real, pipeline: {remove: [pictures, training]}}\n")
    resolved = check_tree(load_bytes(text.encode(), "spec.yaml"), ()).resolved
    assert resolved is not None
    names = {stage.name for stage in chosen(resolved)}
    assert "machine" in names and not {"pictures", "training"} & names
    origins = resolved.origins["method.pipeline"]
    assert [origin.file for origin in origins] == ["skillc:specs/methods/video2sim2real.yaml", "spec.yaml"]
    assert found("[robot, training]") == ()


@pytest.mark.parametrize(
    ("pipeline", "code", "path", "text"),
    [
        ("[robot, trainign]", "SK322", "method.pipeline[1]", "there is no stage `trainign`"),
        ("{add: [trainign]}", "SK322", "method.pipeline.add[0]", "there is no stage `trainign`"),
        ("{add: [other_pack:stage]}", "SK322", "method.pipeline.add[0]", "there is no stage `other_pack:stage`"),
        ("{remove: [generalise]}", "SK322", "method.pipeline.remove[0]", "there is no stage `generalise`"),
        ("{add: [training]}", "SK322", "method.pipeline.add[0]", "already"),
        ("{remove: [training], add: [training]}", "SK322", "method.pipeline.add[0]", "added and removed"),
        ("[robot, robot]", "SK323", "method.pipeline[0]", "the stage robot is there twice"),
        ("{remove: [hands]}", "SK323", "method.pipeline.remove[0]", "needs hands"),
        ("[robot, machine]", "SK323", "method.pipeline[1]", "machine needs reference"),
        ("[robot, 3]", "SK203", "method.pipeline[1]", ""),
        ("robot", "SK203", "method.pipeline", ""),
        ("[]", "SK207", "method.pipeline", ""),
        ("{}", "SK207", "method.pipeline", ""),
        ("{drop: [hands]}", "SK201", "method.pipeline.drop", ""),
        ("['../hands']", "SK205", "method.pipeline[0]", ""),
    ],
)
def test_a_pipeline_that_cannot_run_is_told_at_its_stage(pipeline: str, code: str, path: str, text: str) -> None:
    (only,) = found(pipeline)
    assert (only.code, only.path, only.spans[0].line) == (code, path, 10) and text in only.summary


def test_a_removed_stage_must_be_in_the_pipeline_below() -> None:
    text = "method: {extends: video2sim2real, pipeline: {remove: [training]}}"
    twice = completed(text.replace("[training]", "[training, training]"))
    assert [d.code for d in check_tree(load_bytes(twice.encode(), "s"), ()).diagnostics] == ["SK322"]
