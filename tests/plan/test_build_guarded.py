"""FAULTS B5-B12: damage, edits, places, other releases and machines."""

import dataclasses
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

import skillc
from skillc.compiler.plan.build import Edited, InputChanged, WorkspaceGone, build
from skillc.compiler.plan.output_folder import OutputRefused, accepted
from skillc.compiler.plan.progress import Silent
from skillc.runtime.formats.records import FormatError

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("damage", ["flip", "remove", "add", "manifest"])
def test_b5_a_damaged_cache_entry_is_made_again_with_a_note(make_job, tree, damage: str) -> None:
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


@pytest.mark.parametrize("last", [False, True])
def test_a_workspace_deleted_during_the_build_is_said_and_the_published_build_stays(make_job, tree, last: bool) -> None:
    stages = make_job().stages
    build(make_job(), Silent())
    before = tree(make_job().out)

    def deletes(context) -> None:
        stages[-1 if last else 0].run(context)
        shutil.rmtree(make_job().workspace)

    changed = dataclasses.replace(stages[-1 if last else 0], run=deletes)
    job = make_job(factor=2, stages=(*stages[:-1], changed) if last else (changed, *stages[1:]))
    with pytest.raises(WorkspaceGone, match=r"\.skillc"):
        build(job, Silent())
    assert tree(job.out) == before
    assert build(make_job(factor=2), Silent()).published


def test_a_shared_cache_deleted_during_the_build_is_said(make_job, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SKILLC_CACHE", str(tmp_path / "shared"))
    stages = make_job().stages

    def deletes(context) -> None:
        stages[0].run(context)
        shutil.rmtree(tmp_path / "shared")

    with pytest.raises(WorkspaceGone, match="shared"):
        build(make_job(stages=(dataclasses.replace(stages[0], run=deletes), *stages[1:])), Silent())


def test_b6_an_input_edited_while_a_stage_reads_it_is_not_cached(make_job, tmp_path: Path) -> None:
    stages = make_job().stages

    def edits(context) -> None:
        stages[0].run(context)
        (tmp_path / "numbers.txt").write_text("9 9")

    job = make_job(stages=(dataclasses.replace(stages[0], run=edits), *stages[1:]))
    with pytest.raises(InputChanged, match=r"numbers\.txt was edited while numbers read it"):
        build(job, Silent())
    assert not job.out.exists()
    assert build(make_job(), Silent()).ran == ["numbers", "sum", "text"]
    assert (job.out / "text.txt").read_text() == "sum 18"


def test_b6_an_input_edited_after_its_stages_have_read_it_is_not_published(make_job, tmp_path: Path) -> None:
    stages = make_job().stages

    def edits(context) -> None:
        (context.out / "alone.txt").write_text("reads nothing")
        (tmp_path / "numbers.txt").write_text("9 9")

    alone = dataclasses.replace(
        stages[2], name="alone", needs=(), makes=("alone.txt",), parameters=lambda s: {}, run=edits
    )
    job = make_job(stages=(*stages, alone))
    with pytest.raises(InputChanged, match=r"numbers\.txt was edited during the build"):
        build(job, Silent())
    assert not job.out.exists()


def test_b6_a_spec_edited_during_the_build_is_not_published(make_job) -> None:
    stages = make_job().stages
    job = make_job()

    def edits(context) -> None:
        stages[2].run(context)
        job.spec_file.write_text("skill: toy # more\n")

    with pytest.raises(InputChanged, match=r"toy\.yaml was edited"):
        build(make_job(stages=(*stages[:2], dataclasses.replace(stages[2], run=edits))), Silent())
    assert not job.out.exists()


def test_b7_an_output_edited_by_hand_is_reported_and_overwritten_only_by_force(make_job, tree) -> None:
    job = make_job()
    build(job, Silent())
    good = tree(job.out)
    (job.out / "text.txt").write_text("mine")
    for change in ({}, {"factor": 2}):
        with pytest.raises(Edited, match=r"text\.txt"):
            build(make_job(**change), Silent())
    assert (job.out / "text.txt").read_text() == "mine"
    assert build(job, Silent(), force=True).published and tree(job.out) == good


def test_b7_a_missing_output_is_restored(make_job, tree) -> None:
    job = make_job()
    build(job, Silent())
    good = tree(job.out)
    (job.out / "deep" / "sum.txt").unlink()
    result = build(job, Silent())
    assert result.notes == ["restored deep/sum.txt"] and tree(job.out) == good


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


def test_b9_foreign_files_survive_and_links_are_never_followed(make_job, tree, tmp_path: Path) -> None:
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


def test_b11_bytes_do_not_depend_on_path_user_zone_locale_umask_or_hash_seed(
    make_job, tree, script, tmp_path: Path
) -> None:
    trees = []
    for index, settings in enumerate(({"TZ": "UTC"}, {"TZ": "Asia/Kolkata", "LC_ALL": "tr_TR.UTF-8", "USER": "x"})):
        folder = tmp_path / f"place{index}" / ("deep" * index)
        folder.mkdir(parents=True)
        program = script(folder)
        environment = {**os.environ, **settings, "PYTHONHASHSEED": str(index), "HOME": str(folder)}
        subprocess.run([sys.executable, program, "3"], check=True, env=environment, umask=0o077 * index, cwd=folder)
        trees.append(tree(folder / "out"))
    assert trees[0] == trees[1] and len(trees[0]) == 7
