"""Files, folders and limits that nobody expects: every command ends with its exit code and one message."""

import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from skillc.benchmarks.fuzz import film
from tests.check.code_examples import completed

pytestmark = pytest.mark.slow

BUILD = Path("build") / "example"


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("film") / "film.mp4"
    film(file, width=64, height=48)
    return file


@pytest.fixture
def place(tmp_path: Path, recording: Path) -> Path:
    shutil.copy(recording, tmp_path / "film.mp4")
    (tmp_path / "spec.yaml").write_text(completed("demonstrations: {recording: film.mp4}\n"))
    return tmp_path


def skillc(*arguments: str | bytes, cwd: Path, **rest: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "skillc", *arguments]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120, check=False, **rest)  # type: ignore[call-overload]
    assert "Traceback" not in done.stderr and "internal error" not in done.stderr, done.stderr
    return done


def nested(file: Path) -> None:
    file.write_text("[" * 100_000 + "]" * 100_000)


def random_bytes(file: Path) -> None:
    file.write_bytes(os.urandom(3000))


def folder(file: Path) -> None:
    file.mkdir()


def pipe(file: Path) -> None:
    os.mkfifo(file)


ODD = (nested, random_bytes, folder, pipe)


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("name", ["skill.lock", "resolved.yaml"])
def test_a_build_folder_with_odd_files_is_refused(place: Path, name: str, odd: Callable[[Path], None]) -> None:
    (place / BUILD).mkdir(parents=True)
    odd(place / BUILD / name)
    assert skillc("plan", "spec.yaml", cwd=place).returncode == 2
    assert skillc("diff", str(BUILD), "spec.yaml", cwd=place).returncode == 2


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("command", ["run", "eval", "report"])
def test_a_build_with_an_odd_contract_is_refused(place: Path, command: str, odd: Callable[[Path], None]) -> None:
    (place / BUILD).mkdir(parents=True)
    odd(place / BUILD / "contract.json")
    assert skillc(command, str(BUILD), cwd=place).returncode == 2


def test_a_file_where_the_build_folder_is_due_is_refused(place: Path) -> None:
    (place / "build").touch()
    for command in ("plan", "build"):
        done = skillc(command, "spec.yaml", cwd=place)
        assert done.returncode == 2 and "is a file" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [("init", "x.yaml", "--robot", "pipe"), ("init", "x.yaml", "--video", "pipe"), ("fmt", "pipe"), ("view", "pipe"),
     ("calibrate", "camera", "pipe", "--size-mm", "53.3"), ("diff", "pipe", "pipe"), ("check", "--fix", "pipe")],
)  # fmt: skip
def test_no_command_waits_for_a_pipe(place: Path, arguments: tuple[str, ...]) -> None:
    pipe(place / "pipe")
    assert skillc(*arguments, cwd=place).returncode == 2


def test_a_name_longer_than_names_are_is_the_user_s_to_change(place: Path) -> None:
    for command in ("plan", "build"):
        assert skillc(command, "spec.yaml", "--out", "a" * 300, cwd=place).returncode == 2
        assert skillc(command, "a" * 5000, cwd=place).returncode == 2


@pytest.mark.parametrize("cache", ["/dev/null", "/dev/null/x", "/proc/x"])
def test_a_cache_that_cannot_be_made_is_named(place: Path, cache: str) -> None:
    done = skillc("build", "spec.yaml", "--until", "robot", cwd=place, env={**os.environ, "SKILLC_CACHE": cache})
    assert done.returncode in (2, 74) and cache in done.stderr and "deleted" not in done.stderr


def test_a_deleted_working_folder_is_said(place: Path) -> None:
    (place / "gone").mkdir()
    program = (
        "import os, shutil, sys; os.chdir('gone'); shutil.rmtree('../gone')\n"
        "from skillc.compiler.cli.main import main; sys.argv = ['skillc', 'check', '../spec.yaml']; main()"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=place, capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "was deleted" in done.stderr and "internal" not in done.stderr


def test_a_name_that_is_no_text_is_shown_escaped(place: Path) -> None:
    name = b"a\xff\x1b[31m.yaml"
    Path(os.fsdecode(os.fsencode(place) + b"/" + name)).write_text("skill: [\n")
    for command in ("check", "plan", "fmt"):
        done = subprocess.run(
            [sys.executable, "-m", "skillc", command, name], cwd=place, capture_output=True, check=False, timeout=60
        )
        said = done.stdout + done.stderr
        assert done.returncode == 2 and b"\x1b" not in said and b"Traceback" not in said, said


def test_a_full_disk_ends_with_its_exit_code_and_leaves_no_build(place: Path) -> None:
    def no_space() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    done = skillc("build", "spec.yaml", "--until", "robot", cwd=place, preexec_fn=no_space)
    assert done.returncode == 74, done.stderr
    assert not (place / BUILD).exists()
    assert skillc("build", "spec.yaml", "--until", "robot", cwd=place).returncode == 0


def test_few_open_files_are_no_traceback(place: Path) -> None:
    def few() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (12, 12))

    assert skillc("check", "spec.yaml", cwd=place, preexec_fn=few).returncode in (0, 2, 74)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_build_that_is_stopped_says_so(place: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-m", "skillc", "build", "spec.yaml"]
    build = subprocess.Popen(command, cwd=place, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not (place / "build" / ".skillc" / "locks").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    build.send_signal(number)
    _, said = build.communicate(timeout=60)
    assert build.returncode == 128 + number and "run the same command again" in said and "Traceback" not in said
    assert not (place / BUILD).exists()
