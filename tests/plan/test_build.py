"""FAULTS B1-B12 against the engine with small stages."""

import dataclasses
import errno
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import skillc
from skillc.compiler.plan import build as build_module
from skillc.compiler.plan import publish as publish_module
from skillc.compiler.plan.build import Edited, InputChanged, StageFailed, build
from skillc.compiler.plan.lockfile import Busy
from skillc.compiler.plan.output_folder import OutputRefused, accepted
from skillc.compiler.plan.progress import Silent
from skillc.compiler.plan.publish import NoSpace
from skillc.compiler.plan.stage import StageError
from skillc.compiler.plan.steps import plan
from skillc.runtime.formats.codec import FormatError
from skillc.runtime.formats.lock import SkillLock


def tree(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_a_build_publishes_every_output_and_a_second_one_does_nothing(make_job) -> None:
    job = make_job()
    first = build(job, Silent())
    assert first.ran == ["numbers", "sum", "text"] and first.published
    assert (job.out / "text.txt").read_text() == "sum 6"
    assert set(tree(job.out)) == {
        "numbers.json", "deep/sum.txt", "text.txt", "resolved.yaml", "plan.json", "skill.lock"
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


# B1 ---------------------------------------------------------------------------------------------------------------

KILLED = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from conftest import job_maker
from skillc.compiler.plan.build import build
from skillc.compiler.plan.progress import Silent
build(job_maker(Path({folder!r}))(factor=int(sys.argv[1])), Silent())
"""


def test_b1_killed_at_any_instant_the_tree_is_old_or_new_and_the_next_build_heals(make_job, tmp_path: Path) -> None:
    job = make_job()
    build(job, Silent())
    old = tree(job.out)
    new = tree(build_elsewhere(make_job, factor=2))
    script = tmp_path / "run.py"
    script.write_text(KILLED.format(tests=str(Path(__file__).parent), folder=str(tmp_path)))
    seen = set()
    for share in (0.3, 0.6, 0.8, 0.9, 0.95, 1.0, 1.05, 1.1):
        shutil.rmtree(job.workspace / "cache", ignore_errors=True)
        started = time.monotonic()
        if share == 0.3:
            subprocess.run([sys.executable, script, "1"], check=True)
            whole = time.monotonic() - started
            continue
        child = subprocess.Popen([sys.executable, script, "2"])
        time.sleep(whole * share)
        child.kill()
        child.wait()
        now = tree(job.out)
        assert now in (old, new)
        seen.add("new" if now == new else "old")
        build(make_job(), Silent())
        assert tree(job.out) == old
    assert not list((job.workspace / "publish" / "tmp").glob("*")), "the next build removes what the killed one left"


def build_elsewhere(make_job, **change) -> Path:
    job = make_job(out="elsewhere", **change)
    build(job, Silent())
    return job.out


@pytest.mark.parametrize("step", ["copyfile", "write_bytes", "exchange", "carry"])
def test_b1_a_publish_that_dies_at_any_step_leaves_the_old_tree(make_job, monkeypatch, step: str) -> None:
    job = make_job()
    build(job, Silent())
    (job.out / "mine.txt").write_text("keep")
    old = tree(job.out)

    class Killed(BaseException):
        pass

    def die(*arguments, **named):
        raise Killed

    targets = {
        "copyfile": (publish_module.shutil, "copyfile"),
        "write_bytes": (Path, "write_bytes"),
        "exchange": (publish_module, "exchange"),
        "carry": (publish_module, "_carry"),
    }
    with monkeypatch.context() as patch:
        patch.setattr(*targets[step], die)
        with pytest.raises(Killed):
            build(make_job(factor=2), Silent())
    assert tree(job.out) == old
    build(make_job(factor=2), Silent())
    assert (job.out / "text.txt").read_text() == "sum 12" and (job.out / "mine.txt").read_text() == "keep"


def test_b1_without_an_atomic_exchange_the_next_build_puts_the_old_tree_back(make_job, monkeypatch) -> None:
    job = make_job()
    build(job, Silent())
    old = tree(job.out)
    staging = job.workspace / "publish" / "tmp" / "x"
    waiting = publish_module.displaced(job.out, staging)
    waiting.parent.mkdir(parents=True, exist_ok=True)
    job.out.rename(waiting)
    assert not build(job, Silent()).published
    assert tree(job.out) == old


# B2 ---------------------------------------------------------------------------------------------------------------


def test_b2_a_full_disk_at_publish_names_the_bytes_and_keeps_the_old_tree(make_job, monkeypatch) -> None:
    job = make_job()
    build(job, Silent())
    old = tree(job.out)

    def full(source, target, **named):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(publish_module.shutil, "copyfile", full)
        with pytest.raises(NoSpace, match=r"\d+ bytes are needed .* \d+ are free"):
            build(make_job(factor=2), Silent())
    assert tree(job.out) == old
    assert not list((job.workspace / "publish" / "tmp").glob("*"))


def test_b2_a_full_disk_in_a_stage_keeps_what_was_finished(make_job) -> None:
    stages = make_job().stages

    def full(context) -> None:
        (context.out / "text.txt").write_text("half")
        raise OSError(errno.ENOSPC, "No space left on device")

    job = make_job(stages=(*stages[:2], dataclasses.replace(stages[2], run=full)))
    with pytest.raises(NoSpace, match=r"stage text needs at least \d+ bytes .* \d+ are free"):
        build(job, Silent())
    assert not job.out.exists() and not list((job.workspace / "cache" / "tmp").glob("*"))
    assert build(make_job(), Silent()).ran == ["text"]


def test_b2_a_disk_too_small_is_noticed_before_anything_is_copied(make_job, monkeypatch) -> None:
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(publish_module.shutil, "disk_usage", lambda path: usage._replace(free=10))
    with pytest.raises(NoSpace, match="10 are free"):
        build(make_job(), Silent())


# B3, B4 -----------------------------------------------------------------------------------------------------------


def test_b3_a_second_build_of_a_folder_fails_within_a_second_naming_the_first(make_job) -> None:
    job = make_job()
    build(job, Silent())
    holder = job.workspace / "locks" / "out.lock"
    code = (
        "import fcntl,os,socket,sys,time; f=open(sys.argv[1],'r+'); fcntl.flock(f,2); f.truncate(0);"
        "f.write(f'pid {os.getpid()} on {socket.gethostname()}'); f.flush(); print('held',flush=True); time.sleep(60)"
    )
    child = subprocess.Popen([sys.executable, "-c", code, str(holder)], stdout=subprocess.PIPE)
    try:
        assert child.stdout.readline() == b"held\n"
        started = time.monotonic()
        with pytest.raises(Busy, match=rf"pid {child.pid} on {os.uname().nodename}"):
            build(job, Silent())
        assert time.monotonic() - started < 1.0
        child.send_signal(signal.SIGKILL)  # B4: the dead process's lock frees itself.
        child.wait()
        assert build(job, Silent()).ran == []
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


def test_b4_an_old_lock_file_alone_does_not_block(make_job) -> None:
    job = make_job()
    lock = job.workspace / "locks" / "out.lock"
    lock.parent.mkdir(parents=True)
    lock.write_text("pid 999999 on elsewhere\n")
    assert build(job, Silent()).published
    with lock.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


# B5, B6, B7 -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", ["flip", "remove", "add", "manifest"])
def test_b5_a_damaged_cache_entry_is_made_again_with_a_note(make_job, damage: str) -> None:
    job = make_job()
    build(job, Silent())
    good = tree(job.out)
    entry = next(p for p in (job.workspace / "cache").glob("*/*") if (p / "files" / "deep" / "sum.txt").exists())
    target = entry / "files" / "deep" / "sum.txt"
    if damage == "flip":
        target.write_text("7")
    elif damage == "remove":
        target.unlink()
    elif damage == "add":
        target.with_name("more.txt").write_text("poison")
    else:
        (entry / "entry.json").write_text("{")
    result = build(job, Silent())
    assert result.ran == ["sum"] and "sum is damaged" in result.notes[0]
    assert tree(job.out) == good


def test_entries_nobody_used_for_a_month_are_forgotten(make_job) -> None:
    build(make_job(factor=2), Silent())
    job = make_job()
    build(job, Silent())
    old = time.time() - 31 * 86400
    for manifest in (job.workspace / "cache").glob("*/*/entry.json"):
        os.utime(manifest, (old, old))
    build(job, Silent())
    assert len(list((job.workspace / "cache").glob("??/*"))) == 3
    assert build(make_job(factor=2), Silent()).ran == ["numbers", "sum", "text"]


def test_b6_an_input_edited_while_a_stage_reads_it_is_not_cached(make_job, tmp_path: Path) -> None:
    stages = make_job().stages

    def edits(context) -> None:
        stages[0].run(context)
        (tmp_path / "numbers.txt").write_text("9 9")

    job = make_job(stages=(dataclasses.replace(stages[0], run=edits), *stages[1:]))
    with pytest.raises(InputChanged, match=r"numbers\.txt was edited"):
        build(job, Silent())
    assert not job.out.exists()
    assert build(make_job(), Silent()).ran == ["numbers", "sum", "text"]
    assert (job.out / "text.txt").read_text() == "sum 18"


def test_b6_a_spec_edited_during_the_build_is_not_published(make_job) -> None:
    stages = make_job().stages
    job = make_job()

    def edits(context) -> None:
        stages[2].run(context)
        job.spec_file.write_text("skill: toy # more\n")

    with pytest.raises(InputChanged, match=r"toy\.yaml was edited"):
        build(make_job(stages=(*stages[:2], dataclasses.replace(stages[2], run=edits))), Silent())
    assert not job.out.exists()


def test_b7_an_output_edited_by_hand_is_reported_and_overwritten_only_by_force(make_job) -> None:
    job = make_job()
    build(job, Silent())
    good = tree(job.out)
    (job.out / "text.txt").write_text("mine")
    for change in ({}, {"factor": 2}):
        with pytest.raises(Edited, match=r"text\.txt"):
            build(make_job(**change), Silent())
    assert (job.out / "text.txt").read_text() == "mine"
    assert build(job, Silent(), force=True).published and tree(job.out) == good


def test_b7_a_missing_output_is_restored(make_job) -> None:
    job = make_job()
    build(job, Silent())
    good = tree(job.out)
    (job.out / "deep" / "sum.txt").unlink()
    result = build(job, Silent())
    assert result.notes == ["restored deep/sum.txt"] and tree(job.out) == good


# B8, B9 -----------------------------------------------------------------------------------------------------------


def test_b8_places_that_must_not_be_replaced_are_refused(tmp_path: Path, monkeypatch) -> None:
    home = tmp_path / "people" / "me"
    (home / "work").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(home / "work")
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "file").write_text("x")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.tex").write_text("x")
    refused = ["/", str(home), str(home.parent), str(home / "work"), ".", str(tmp_path / "link"),
               str(tmp_path / "file"), str(tmp_path / "full")]  # fmt: skip
    for place in refused:
        with pytest.raises(OutputRefused):
            accepted(Path(place))
    assert accepted(tmp_path / "real") == tmp_path / "real"
    assert accepted(tmp_path / "new" / "folder") == tmp_path / "new" / "folder"
    assert (tmp_path / "full" / "thesis.tex").exists()


def test_b9_foreign_files_survive_and_links_are_never_followed(make_job, tmp_path: Path) -> None:
    job = make_job()
    build(job, Silent())
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "sum.txt").write_text("precious")
    (job.out / "policies").mkdir()
    (job.out / "policies" / "weights.bin").write_bytes(b"w")
    (job.out / "link").symlink_to(outside)
    shutil.rmtree(job.out / "deep")
    (job.out / "deep").symlink_to(outside)
    with pytest.raises(Edited, match=r"deep"):
        build(make_job(factor=2), Silent())
    build(make_job(factor=2), Silent(), force=True)
    assert (outside / "sum.txt").read_text() == "precious"
    assert (job.out / "policies" / "weights.bin").read_bytes() == b"w"
    assert (job.out / "link").is_symlink()
    assert not (job.out / "deep").is_symlink() and (job.out / "deep" / "sum.txt").read_text() == "12"


def test_b9_outputs_of_an_earlier_build_that_are_made_no_more_disappear(make_job) -> None:
    job = make_job()
    build(job, Silent())
    build(make_job(stages=job.stages[:2]), Silent())
    assert not (job.out / "text.txt").exists()


def test_b9_a_file_of_the_user_at_a_new_outputs_place_is_not_overwritten(make_job) -> None:
    job = make_job()
    build(make_job(stages=job.stages[:2]), Silent())
    (job.out / "text.txt").write_text("mine")
    with pytest.raises(Edited, match=r"text\.txt"):
        build(job, Silent())
    assert (job.out / "text.txt").read_text() == "mine"
    build(job, Silent(), force=True)
    assert (job.out / "text.txt").read_text() == "sum 6"


# B10, B12 ---------------------------------------------------------------------------------------------------------


def test_b10_a_folder_of_another_release_needs_upgrade(make_job, monkeypatch) -> None:
    job = make_job()
    monkeypatch.setattr(skillc, "__version__", "0.0.9")
    build(job, Silent())
    monkeypatch.setattr(skillc, "__version__", "0.1.0")
    with pytest.raises(OutputRefused, match=r"0\.0\.9.*0\.1\.0") as caught:
        build(job, Silent())
    assert "--upgrade" in caught.value.hint
    assert build(job, Silent(), upgrade=True).published


def test_b12_an_older_lock_format_is_refused_naming_both_versions(make_job) -> None:
    job = make_job()
    build(job, Silent())
    lock = json.loads((job.out / "skill.lock").read_text())
    lock["version"] = 0
    (job.out / "skill.lock").write_text(json.dumps(lock))
    with pytest.raises(FormatError, match="version 0 found, this release reads version 1"):
        build(job, Silent())


# B11 --------------------------------------------------------------------------------------------------------------


def test_b11_bytes_do_not_depend_on_path_user_zone_locale_umask_or_hash_seed(make_job, tmp_path: Path) -> None:
    trees = []
    for index, settings in enumerate(({"TZ": "UTC"}, {"TZ": "Asia/Kolkata", "LC_ALL": "tr_TR.UTF-8", "USER": "x"})):
        folder = tmp_path / f"place{index}" / ("deep" * index)
        folder.mkdir(parents=True)
        script = folder / "run.py"
        script.write_text(KILLED.format(tests=str(Path(__file__).parent), folder=str(folder)))
        environment = {**os.environ, **settings, "PYTHONHASHSEED": str(index), "HOME": str(folder)}
        subprocess.run([sys.executable, script, "3"], check=True, env=environment, umask=0o077 * index, cwd=folder)
        trees.append(tree(folder / "out"))
    assert trees[0] == trees[1] and len(trees[0]) == 6


# failures -----------------------------------------------------------------------------------------------------------


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
    assert build_module.build is build
