"""FAULTS "CLI": every command ends with a documented exit code and one message, whatever it is given."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from skillc.benchmarks.fuzz import film
from skillc.runtime.cli.commands import Panel
from skillc.runtime.cli.main import dispatch

pytestmark = pytest.mark.slow

SPEC = """
skill: demo-skill
language: 1
summary: Put the apple into the bowl.
demonstrations: {recording: apple.mp4}
cameras:
  main: {model: realsense_d455, focal: 582 px, calibration: {tag: tagStandard41h12, id: 0, size: 53.3 mm}}
scene:
  objects:
    apple: {role: manipulated, material: plastic}
    bowl: {role: target, material: ceramic}
task: {type: grasp}
hardware: kinova_gen3_leap
method: video2sim2real
deploy:
  rates: {control: 60 Hz, policy: 12 Hz}
  on_fault: {else: hold}
"""

PROBE = '''"""A command for tests."""
import os, signal, sys, time
from typing import Annotated
from typer import Argument, Option

def command(
    word: Annotated[str, Argument(help="What to do.")],
    seed: Annotated[int, Option(help="A number.")] = 0,
    force: Annotated[bool, Option("--force", help="Do it anyway.")] = False,
    as_json: Annotated[bool, Option("--json", help="As JSON.")] = False,
) -> int:
    """Do what `word` says."""
    if word == "fail":
        return 1
    if word == "crash":
        raise RuntimeError("odd\\x1b[31m\\nname " + os.path.expanduser("~"))
    if word == "disk":
        raise OSError(28, "No space left on device", "/somewhere")
    if word == "lost":
        open("/no/such/file")
    if word == "sleep":
        print("ready", flush=True)
        time.sleep(30)
    for _ in range(100000 if word == "flood" else 1):
        print(word, seed, force)
    return 0
'''


@pytest.fixture
def probe(tmp_path: Path, monkeypatch) -> tuple[Panel, ...]:
    folder = tmp_path / "probe_commands"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "probe.py").write_text(PROBE)
    (folder / "helper.py").write_text('"""No command."""\n')
    monkeypatch.syspath_prepend(str(tmp_path))
    yield (Panel(title="Try", package="probe_commands", commands=("probe",)),)
    for name in [n for n in sys.modules if n.startswith("probe_commands")]:
        del sys.modules[name]


def run(probe: tuple[Panel, ...], *arguments: str) -> int:
    return dispatch(arguments, probe, "skillc")


def test_a_command_gets_the_values_of_its_command_line(probe, capsys) -> None:
    assert run(probe, "probe", "hi", "--seed", "3", "--force") == 0
    assert capsys.readouterr().out == "hi 3 True\n"
    assert run(probe, "probe", "fail") == 1


def test_unknown_flags_and_commands_get_a_suggestion(probe, capsys) -> None:
    assert run(probe, "probe", "hi", "--forse") == 2
    assert "did you mean --force?" in capsys.readouterr().err
    assert run(probe, "prob", "hi") == 2
    assert "did you mean `probe`?" in capsys.readouterr().err
    assert run(probe, "probe", "hi", "more") == 2
    assert run(probe, "probe") == 2


def test_a_seed_that_is_no_number_is_refused(probe, capsys) -> None:
    assert run(probe, "probe", "hi", "--seed", "x") == 2
    assert "--seed" in capsys.readouterr().err


def test_control_characters_from_outside_are_escaped(probe, capsys) -> None:
    for arguments in (["pro\x1b[31m\nbe"], ["probe", "hi", "--f\x1b[2J\n"], ["probe", "crash"]):
        dispatch(arguments, probe, "skillc")
        shown = capsys.readouterr().err
        assert "\x1b" not in shown and all(line.startswith(("error: ", "hint: ")) for line in shown.splitlines()), shown


def test_an_internal_error_leaves_a_report_without_the_home_folder(probe, capsys) -> None:
    assert run(probe, "probe", "crash") == 70
    message = capsys.readouterr().err
    report = Path(message.split("please send ")[1].strip())
    text = report.read_text()
    report.unlink()
    assert "RuntimeError" in text and "Traceback" in text and str(Path.home()) not in text
    assert "Traceback" not in message


def test_storage_and_missing_files_have_their_own_codes(probe, capsys) -> None:
    assert run(probe, "probe", "disk") == 74
    assert run(probe, "probe", "lost") == 2
    assert "/no/such/file" in capsys.readouterr().err


def test_json_stays_one_document_when_a_command_fails(probe, capsys) -> None:
    assert run(probe, "probe", "hi", "--forse", "--json") == 2
    document = json.loads(capsys.readouterr().out)
    assert document["diagnostics"][0]["severity"] == "error"


# As processes ----------------------------------------------------------------------------------------------------


def start(tmp_path: Path, *arguments: str, **options) -> subprocess.Popen:
    code = (
        "import sys; sys.path.insert(0, sys.argv.pop(1));"
        "from skillc.runtime.cli.commands import Panel; from skillc.runtime.cli.main import dispatch, leave;"
        "panel = Panel(title='Try', package='probe_commands', commands=('probe',));"
        "leave(dispatch(sys.argv[1:], (panel,), 'x'))"
    )

    def hear_interrupts() -> None:
        # A shell that runs the tests in the background hands down an ignored SIGINT.
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    command = [sys.executable, "-c", code, str(tmp_path), *arguments]
    return subprocess.Popen(command, **{"preexec_fn": hear_interrupts} | options)


def test_a_closed_or_full_stdout_is_no_traceback(probe, tmp_path: Path) -> None:
    closed = start(tmp_path, "probe", "hi", stderr=subprocess.PIPE, preexec_fn=lambda: os.close(1))
    assert b"Traceback" not in closed.communicate()[1] and closed.returncode == 0
    if Path("/dev/full").exists():
        with open("/dev/full", "w") as full:
            done = start(tmp_path, "probe", "hi", stdout=full, stderr=subprocess.PIPE)
            assert b"Traceback" not in done.communicate()[1] and done.returncode == 74
    piped = start(tmp_path, "probe", "flood", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    piped.stdout.read(10)
    piped.stdout.close()
    shown = piped.stderr.read()
    piped.stderr.close()
    assert piped.wait() == 141 and shown == b""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)])
def test_signals_end_a_command_with_their_exit_code(probe, tmp_path: Path, number: int, code: int) -> None:
    child = start(tmp_path, "probe", "sleep", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert child.stdout.readline() == b"ready\n"
    child.send_signal(number)
    shown = child.communicate()[1]
    assert child.returncode == code and b"Traceback" not in shown and b"run the same command again" in shown


# The real commands -----------------------------------------------------------------------------------------------


def skillc(*arguments: str, **options) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "skillc", *arguments], capture_output=True, text=True, check=False, **options
    )


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    file = tmp_path / "skill.yaml"
    file.write_text(SPEC)
    return file


def listing(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*")}


def test_a_missing_recording_is_told_at_its_line_and_nothing_is_written(spec: Path) -> None:
    before = listing(spec.parent)
    done = skillc("build", str(spec), "--json")
    assert done.returncode == 2
    finding = json.loads(done.stdout)["diagnostics"][-1]
    assert (finding["code"], finding["line"], finding["path"]) == ("SK801", 5, "demonstrations.recording")
    assert "hint: " in done.stderr and "Traceback" not in done.stderr
    assert listing(spec.parent) == before


@pytest.mark.parametrize("out", ["/", "~", ".", "file.txt", "full", "link"])
def test_places_that_must_not_be_replaced_are_refused_by_build(spec: Path, out: str) -> None:
    folder = spec.parent
    film(folder / "apple.mp4", width=64, height=48)
    (folder / "file.txt").write_text("x")
    (folder / "full").mkdir()
    (folder / "full" / "thesis.tex").write_text("x")
    (folder / "link").symlink_to(folder / "full")
    before = listing(folder)
    place = str(Path(out).expanduser()) if out == "~" else out
    done = skillc("build", str(spec), "--out", place, cwd=folder)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr and "error: " in done.stderr
    assert listing(folder) == before


def test_an_unknown_stage_is_refused_with_a_suggestion(spec: Path) -> None:
    film(spec.parent / "apple.mp4", width=64, height=48)
    done = skillc("build", str(spec), "--until", "twinn")
    assert done.returncode == 2 and "did you mean twin" in done.stderr, done.stderr


def test_what_a_stage_finds_is_told_at_the_specs_line_and_nothing_is_published(spec: Path) -> None:
    (spec.parent / "apple.mp4").write_bytes(b"no video at all")
    started = time.monotonic()
    done = skillc("build", str(spec), "--json")
    assert done.returncode == 2, done.stderr
    finding = json.loads(done.stdout)["diagnostics"][-1]
    assert finding["code"].startswith("SK8") and finding["line"] == 5
    assert not (spec.parent / "build" / "demo-skill").exists()
    assert time.monotonic() - started < 30


def test_plan_writes_nothing(spec: Path) -> None:
    film(spec.parent / "apple.mp4", width=64, height=48)
    before = listing(spec.parent)
    done = skillc("plan", str(spec), "--json")
    assert done.returncode == 0, done.stderr
    steps = json.loads(done.stdout)["steps"]
    assert steps[0] == {
        "stage": "recording", "action": "run", "reasons": ["never built here"], "expected_s": None,
        "expected_bytes": None,
    }  # fmt: skip
    assert listing(spec.parent) == before


def test_doctor_says_what_is_there(tmp_path: Path) -> None:
    done = skillc("doctor", "--json")
    checks = {c["name"]: c for c in json.loads(done.stdout)["checks"]}
    assert checks["mujoco"]["verdict"] == "ok" and checks["python"]["verdict"] == "ok"
    assert all(c["remedy"] for c in checks.values() if c["verdict"] != "ok")
    assert done.returncode == int(any(c["verdict"] == "missing" for c in checks.values()))


def test_a_wrong_choice_of_drawing_library_is_named(tmp_path: Path) -> None:
    (tmp_path / "build").mkdir()
    command = [sys.executable, "-m", "skillc", "eval", str(tmp_path / "build")]
    environment = {**os.environ, "MUJOCO_GL": "vulkan"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "MUJOCO_GL" in done.stderr and "unset it" in done.stderr and "internal" not in done.stderr
