"""What a build runs, reuses and publishes, and what a failing stage leaves behind."""

import dataclasses
from pathlib import Path

import pytest

from skillc.compiler.plan.build import StageFailed, build
from skillc.compiler.plan.progress import Silent
from skillc.compiler.plan.stage import StageError
from skillc.compiler.plan.steps import plan
from skillc.runtime.formats.lock import SkillLock


def test_a_build_publishes_every_output_and_a_second_one_does_nothing(make_job, tree) -> None:
    job = make_job()
    first = build(job, Silent())
    assert first.ran == ["numbers", "sum", "text"] and first.published
    assert (job.out / "text.txt").read_text() == "sum 6"
    assert set(tree(job.out)) == {
        "numbers.json", "deep/sum.txt", "text.txt", "resolved.yaml", "plan.json", "warnings.json", "skill.lock"
    }  # fmt: skip
    before = tree(job.out)
    second = build(job, Silent())
    assert second.ran == [] and not second.published and tree(job.out) == before


def test_only_what_a_change_reaches_runs_again(make_job) -> None:
    build(make_job(), Silent())
    assert build(make_job(word="total"), Silent()).ran == ["text"]
    assert build(make_job(factor=2), Silent()).ran == ["numbers", "sum", "text"]
    assert build(make_job(), Silent()).ran == [], "earlier results are still known"


def test_a_rerun_that_makes_the_same_bytes_stops_there(make_job) -> None:
    stages = make_job().stages
    build(make_job(), Silent())
    other = dataclasses.replace(stages[0], code=("skillc.compiler.plan.graph",))
    assert build(make_job(stages=(other, *stages[1:])), Silent()).ran == ["numbers"]


def test_warnings_of_reused_stages_are_said_again(make_job, tmp_path: Path) -> None:
    job = make_job()
    (tmp_path / "numbers.txt").write_text("1 2 3 4")
    assert [w.code for w in build(job, Silent()).warnings] == ["SK899"]
    assert [w.code for w in build(job, Silent()).warnings] == ["SK899"]


def test_the_plan_says_what_runs_and_why(make_job, tmp_path: Path) -> None:
    job = make_job()
    assert [s.action for s in plan(job, job.input_digests(), None)] == ["run", "wait", "wait"]
    build(job, Silent())
    last = SkillLock.load(job.out / "skill.lock")
    changed = make_job(word="total")
    steps = plan(changed, changed.input_digests(), last)
    assert [s.action for s in steps] == ["reuse", "reuse", "run"]
    assert steps[2].reasons == ("word: sum -> total",)
    assert steps[0].expected is not None and steps[0].expected.bytes > 0
    (tmp_path / "numbers.txt").write_text("5")
    steps = plan(job, job.input_digests(), last)
    assert steps[0].reasons == ("numbers.txt was edited",)
    assert not (tmp_path / "out2").exists()


def test_a_failing_stage_publishes_nothing_and_keeps_what_was_finished(make_job) -> None:
    stages = make_job().stages

    def fails(context) -> None:
        raise StageError("SK812", "no hand in any frame", "film the hand", "demonstrations.recording")

    job = make_job(stages=(*stages[:2], dataclasses.replace(stages[2], run=fails)))
    with pytest.raises(StageFailed) as caught:
        build(job, Silent())
    assert caught.value.stage == "text" and caught.value.error.code == "SK812"
    assert not job.out.exists()
    assert build(make_job(), Silent()).ran == ["text"]


def test_a_failing_stages_picture_outlives_the_build_and_is_named(make_job) -> None:
    stages = make_job().stages

    def fails(context) -> None:
        raise StageError("SK840", "two things move", "choose one", "scene", pictures={"candidates.png": b"picture"})

    job = make_job(stages=(*stages[:2], dataclasses.replace(stages[2], run=fails)))
    with pytest.raises(StageFailed) as caught:
        build(job, Silent())
    kept = job.out.with_name(f"{job.out.name}.candidates.png")
    assert kept.read_bytes() == b"picture"
    assert caught.value.error.hint == f"choose one; see {kept}"
    assert not job.out.exists()


@pytest.mark.parametrize("fault", ["missing", "undeclared", "link"])
def test_a_stage_that_breaks_its_promise_is_an_internal_error(make_job, fault: str) -> None:
    stages = make_job().stages

    def breaks(context) -> None:
        if fault != "missing":
            stages[2].run(context)
        if fault == "undeclared":
            (context.out / "more.txt").write_text("x")
        if fault == "link":
            (context.out / "text.txt").unlink()
            (context.out / "text.txt").symlink_to("/etc/hostname")

    with pytest.raises(RuntimeError, match="stage text"):
        build(make_job(stages=(*stages[:2], dataclasses.replace(stages[2], run=breaks))), Silent())


def test_a_stage_cannot_read_files_it_does_not_declare(make_job) -> None:
    stages = make_job().stages

    def reads(context) -> None:
        context.find_data("toy.yaml")

    with pytest.raises(ValueError, match=r"asks for 'toy\.yaml'"):
        build(make_job(stages=(*stages[:2], dataclasses.replace(stages[2], run=reads))), Silent())


def test_an_interrupted_build_goes_on_where_it_stopped(make_job) -> None:
    stages = make_job().stages

    def interrupted(context) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(make_job(stages=(*stages[:2], dataclasses.replace(stages[2], run=interrupted))), Silent())
    assert build(make_job(), Silent()).ran == ["text"]
