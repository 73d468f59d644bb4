"""Only files below the spec or a data folder are opened, and only such as end."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from skillc.compiler.check.check import check_tree
from skillc.compiler.resolve.own_robot import robot_folder
from skillc.compiler.source.data_folders import InputMissing, InputOutside, InputSpecial, find_input
from skillc.compiler.source.diagnostic import Diagnostic
from skillc.compiler.source.load import load_bytes
from tests.check.code_examples import completed

pytestmark = pytest.mark.slow

RECORDED = completed("demonstrations: {recording: film.mp4}\n")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "key").write_text("hunter2")
    (tmp_path / "skill").mkdir()
    return tmp_path / "skill"


def findings(folder: Path) -> list[Diagnostic]:
    return list(check_tree(load_bytes(RECORDED.encode(), "spec.yaml"), (folder,)).diagnostics)


def test_a_file_in_a_later_folder_is_found(folder: Path, tmp_path: Path) -> None:
    assert find_input("secret/key", (folder, tmp_path)) == tmp_path / "secret" / "key"


def test_a_link_that_stays_inside_is_followed(folder: Path) -> None:
    (folder / "take_2.mp4").write_bytes(b"film")
    (folder / "film.mp4").symlink_to("take_2.mp4")
    assert find_input("film.mp4", (folder,)) == folder / "film.mp4"


def test_a_data_folder_may_itself_be_a_link(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "data").symlink_to(tmp_path / "secret")
    assert find_input("key", (tmp_path / "data",)).read_text() == "hunter2"


@pytest.mark.parametrize("link", ["film.mp4", "films", "frames/color", "frames/color/0.png"])
def test_a_link_out_of_the_folder_is_refused_wherever_it_stands(folder: Path, tmp_path: Path, link: str) -> None:
    (folder / link).parent.mkdir(parents=True, exist_ok=True)
    (folder / link).symlink_to(tmp_path / "secret" if link in ("films", "frames/color") else tmp_path / "secret/key")
    asked = {"films": "films/key"}.get(link, link.split("/")[0])
    with pytest.raises(InputOutside, match="outside of"):
        find_input(asked, (folder,))


def test_a_linked_recording_is_told_without_its_bytes(folder: Path, tmp_path: Path) -> None:
    (folder / "film.mp4").symlink_to(tmp_path / "secret" / "key")
    (found,) = findings(folder)
    assert (found.code, found.severity, found.path) == ("SK855", "error", "demonstrations.recording")
    assert "hunter2" not in repr(found)


@pytest.mark.parametrize("inside", ["film.mp4", "film.mp4/color/pipe.png"])
def test_a_pipe_is_not_opened(folder: Path, inside: str) -> None:
    (folder / inside).parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(folder / inside)
    with pytest.raises(InputSpecial, match="no regular file"):
        find_input("film.mp4", (folder,))
    assert [(d.code, d.severity) for d in findings(folder)] == [("SK856", "error")]


def test_a_device_behind_a_link_inside_is_not_opened(folder: Path) -> None:
    (folder / "film.mp4").symlink_to("/dev/zero")
    with pytest.raises(InputOutside):
        find_input("film.mp4", (folder,))


@pytest.mark.parametrize("name", ["/etc/passwd", "../secret/key", "a/../../secret/key", ".", "x" * 300, "a\0b"])
def test_names_that_cannot_be_below_the_folder_are_missing(folder: Path, name: str) -> None:
    with pytest.raises(InputMissing) as caught:
        find_input(name, (folder,))
    assert caught.value.code == "SK801"


def test_a_robot_outside_of_the_folder_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret" / "profile.yaml").write_text("password: hunter2")
    (folder / "robots").mkdir()
    (folder / "robots" / "mine").symlink_to(tmp_path / "secret")
    with pytest.raises(InputOutside):
        robot_folder("robots/mine", (folder,))
    spec = completed("hardware: robots/mine\n")
    found = check_tree(load_bytes(spec.encode(), "spec.yaml"), (folder,)).diagnostics
    assert [d.code for d in found if d.path == "hardware"] == ["SK855"] and "hunter2" not in repr(found)


@pytest.mark.parametrize("command", ["check", "plan", "build", "explain", "diff"])
def test_no_command_waits_for_a_pipe(folder: Path, command: str) -> None:
    (folder / "spec.yaml").write_text(RECORDED)
    os.mkfifo(folder / "film.mp4")
    os.mkfifo(folder / "pipe.yaml")
    more = {"diff": ["spec.yaml"], "explain": ["task.type"]}.get(command, [])
    for spec in ("pipe.yaml", "spec.yaml"):
        done = subprocess.run(
            [sys.executable, "-m", "skillc", command, spec, *more],
            cwd=folder, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        about_the_recording = spec == "spec.yaml" and command in ("explain", "diff")
        assert done.returncode == (0 if about_the_recording else 2), done.stderr
        assert "Traceback" not in done.stderr and "internal" not in done.stderr
