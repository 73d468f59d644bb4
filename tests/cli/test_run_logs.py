"""`run` leaves a log of its own however it ends; `replay` and `report` read it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from skillc.compiler.cli.main import PANELS
from skillc.runtime.cli.main import dispatch
from skillc.runtime.machine.log_reader import read_log

pytestmark = pytest.mark.slow


def run(*arguments: str | Path) -> int:
    return dispatch([str(a) for a in arguments], PANELS, "skillc")


def test_a_run_is_logged_replayed_reported_and_never_overwritten(small_build: Path, tmp_path: Path, capsys) -> None:
    assert run("run", small_build, "--log", tmp_path / "log", "--json") in (0, 1, 3)
    told = json.loads(capsys.readouterr().out)
    assert told["log"] == str(tmp_path / "log") and told["lost_ticks"] == 0
    before = (tmp_path / "log" / "run.mcap").read_bytes()
    assert run("run", small_build, "--log", tmp_path / "log") == 2
    assert "is there already" in capsys.readouterr().err
    assert (tmp_path / "log" / "run.mcap").read_bytes() == before
    assert run("replay", tmp_path / "log") == 0
    assert "every command comes out equal" in capsys.readouterr().out
    assert run("report", tmp_path / "log" / "run.mcap") == 0
    page = capsys.readouterr().out
    assert f"ended in {told['final_state']}" in page and "approach: scene_ready" in page


@pytest.mark.parametrize("command", ["replay", "report"])
def test_what_is_no_log_is_refused(command: str, tmp_path: Path, capsys) -> None:
    (tmp_path / "run.mcap").write_bytes(b"no log")
    assert run(command, tmp_path) == 2
    assert "is not a log of a run" in capsys.readouterr().err


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_run_that_is_told_to_stop_stops_the_robot_and_writes_its_log(
    number: signal.Signals, code: int, small_build: Path, tmp_path: Path
) -> None:
    start = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler)"
    script = f"{start}; from skillc.runtime.cli.main import main; sys.argv = sys.argv[:1] + sys.argv[1:]; main()"
    command = [sys.executable, "-c", script, "run", str(small_build), "--log", str(tmp_path)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (tmp_path / "run.mcap").is_file():
        time.sleep(0.02)
    os.kill(child.pid, number)
    child.communicate(timeout=60)
    read = read_log(tmp_path)
    assert child.returncode == code and read.ending is not None and read.ending.final_state == "stop"
    assert read.rows[-1].interrupted and not read.cut


def test_a_chain_leaves_a_log_of_each_skill_that_ran_and_says_what_was_not_begun(
    small_build: Path, tmp_path: Path, capsys
) -> None:
    assert run("chain", small_build, small_build, "--log", tmp_path / "log") in (1, 3)
    told = capsys.readouterr().out
    assert told.startswith("lift-a-box failed") and told.endswith("not begun: lift-a-box\n")
    assert read_log(tmp_path / "log" / "0").ending is not None and not (tmp_path / "log" / "1").exists()
    assert run("chain", small_build, small_build, "--log", tmp_path / "log") == 2
    assert "is there already" in capsys.readouterr().err
    assert run("chain", small_build) == 2
    assert "two skills or more" in capsys.readouterr().err
