"""FAULTS B1-B4: killed, out of disk, or beside another build, a folder is old or new, never mixed."""

import dataclasses
import errno
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from skillc.compiler.plan import publish as publish_module
from skillc.compiler.plan.build import build
from skillc.compiler.plan.lockfile import Busy
from skillc.compiler.plan.progress import Silent
from skillc.compiler.plan.publish import NoSpace

pytestmark = pytest.mark.slow


def test_b1_killed_at_any_instant_the_tree_is_old_or_new_and_the_next_build_heals(
    make_job, tree, script, tmp_path: Path
) -> None:
    job = make_job()
    build(job, Silent())
    old = tree(job.out)
    new = tree(build_elsewhere(make_job, factor=2))
    program = script(tmp_path)
    seen = set()
    for share in (0.3, 0.6, 0.8, 0.9, 0.95, 1.0, 1.05, 1.1):
        shutil.rmtree(job.workspace / "cache", ignore_errors=True)
        started = time.monotonic()
        if share == 0.3:
            subprocess.run([sys.executable, program, "1"], check=True)
            whole = time.monotonic() - started
            continue
        child = subprocess.Popen([sys.executable, program, "2"])
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
def test_b1_a_publish_that_dies_at_any_step_leaves_the_old_tree(make_job, tree, monkeypatch, step: str) -> None:
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


def test_b1_without_an_atomic_exchange_the_next_build_puts_the_old_tree_back(make_job, tree, monkeypatch) -> None:
    job = make_job()
    build(job, Silent())
    old = tree(job.out)
    staging = job.workspace / "publish" / "tmp" / "x"
    waiting = publish_module.displaced(job.out, staging)
    waiting.parent.mkdir(parents=True, exist_ok=True)
    job.out.rename(waiting)
    assert not build(job, Silent()).published
    assert tree(job.out) == old


def test_b2_a_full_disk_at_publish_names_the_bytes_and_keeps_the_old_tree(make_job, tree, monkeypatch) -> None:
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
