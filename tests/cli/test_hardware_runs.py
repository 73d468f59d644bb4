"""A real robot moves only when it was named, is free, acknowledged, tried in simulation, and confirmed."""

import io
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from skillc.compiler.cli.main import PANELS
from skillc.runtime.cli import hardware
from skillc.runtime.cli.main import dispatch
from skillc.runtime.formats.machine import Machine, SignalComparison
from skillc.runtime.machine.robot_hold import RobotBusy, RobotHold
from tests.bundle.edited_build import with_field
from tests.installed_package import installed

DRIVER = """
from contextlib import contextmanager
from dataclasses import replace
import numpy as np
from skillc.runtime.drivers.device import DeviceRefused
from skillc.runtime.machine.robot_driver import RobotDriver
from tests.machine.kinematic import KinematicRobot, with_contacts

MOVED = []

@contextmanager
def connect(contract):
    here = np.array([joint.home for joint in contract.joints])
    things = {name: np.eye(4) for name in contract.objects}
    robot = KinematicRobot(here, lambda tick, m: replace(m, T_table_objects=things))
    MOVED.append(robot)
    yield robot

@contextmanager
def press(contract):
    with connect(contract) as robot:
        calm = robot._change
        robot._change = lambda tick, m: with_contacts(calm(tick, m), scene_force=25.0 if tick > 50 else 0.0)
        yield robot

@contextmanager
def refuse(contract):
    raise DeviceRefused("motor 7 does not answer: check its cable")
    yield

ARM = RobotDriver(moves="the arm in the corner", connect=connect)
PRESSES = RobotDriver(moves="the arm above the table", connect=press)
DEAD = RobotDriver(moves="nothing", connect=refuse)
NONE = "no driver"
"""
POINTS = "[skillc.drivers]\n" + "".join(
    f"{name} = lab_arm.driver:{name.upper()}\n" for name in ("arm", "presses", "dead", "none")
)


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """A package with drivers, and robots that nobody has run; yields the robots that were connected."""
    monkeypatch.setenv("SKILLC_STATE", str(tmp_path / "state"))
    monkeypatch.setattr("skillc.runtime.machine.execute.SETTLE_S", 0.1)
    with installed(tmp_path, "lab_arm", {"driver.py": DRIVER}, POINTS):
        sys.modules.pop("lab_arm.driver", None)
        from lab_arm.driver import MOVED  # type: ignore[import-not-found]

        yield MOVED


@pytest.fixture
def build(small_build: Path, tmp_path: Path) -> Path:
    """A build whose robot stands where it was measured to, and whose machine does not ask what is in the hand."""
    out = Path(shutil.copytree(small_build, tmp_path / "build"))
    with_field(out, "contract.json", ("placement",), "given")
    machine = Machine.load(out / Machine.FILE)
    over = SignalComparison(signal="phase_remaining", op="<=", value=0.0)
    states = [
        replace(s, transitions=(replace(s.transitions[0], guard=over),)) if s.kind == "motion" else s
        for s in machine.states
        if s.name != "missed"
    ]
    replace(machine, states=tuple(states)).save(out / Machine.FILE)
    return out


def skillc(*arguments: str | Path) -> int:
    return dispatch([str(a) for a in arguments], PANELS, "skillc")


def refused(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    assert skillc(*arguments) == 2
    return str(capsys.readouterr().err)


def test_a_robot_is_named_or_nothing_real_moves(
    lab: list[object], build: Path, small_build: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert skillc("run", build, "--unlocked") in (0, 1, 3) and not lab, "left out, it is simulated"
    capsys.readouterr()
    told = refused(capsys, "run", build, "--unlocked", "--robot", "lab_arm:amr", "--yes")
    assert "no driver 'lab_arm:amr'" in told and "lab_arm:arm" in told
    assert "placed by the build" in refused(capsys, "run", small_build, "--robot", "lab_arm:arm", "--yes")
    assert "not a RobotDriver" in refused(capsys, "run", build, "--unlocked", "--robot", "lab_arm:none", "--yes")
    assert not lab


def test_nobody_at_a_terminal_must_have_said_yes(
    lab: list[object], build: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "nobody is at a terminal" in refused(capsys, "run", build, "--unlocked", "--robot", "lab_arm:arm")
    assert not lab


def test_a_wrong_answer_moves_nothing(lab: list[object], build: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setattr(hardware, "_attended", lambda: True)
    monkeypatch.setattr(sys, "stdin", io.StringIO("yes\n"))
    told = refused(capsys, "run", build, "--unlocked", "--robot", "lab_arm:arm")
    assert "This will move the arm in the corner. Type" in told and "not confirmed" in told and not lab


def test_what_was_confirmed_runs_on_the_robot_and_is_logged(
    lab: list[object], build: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = ("run", build, "--unlocked", "--robot", "lab_arm:arm", "--yes")
    assert skillc(*run, "--log", tmp_path / "log") == 0
    assert "ended in state done" in capsys.readouterr().out and len(lab) == 1
    assert (tmp_path / "log" / "run.mcap").is_file()


def test_a_run_that_ended_in_stop_is_acknowledged_before_the_next(
    lab: list[object], build: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = ("run", build, "--unlocked", "--robot", "lab_arm:presses", "--yes")
    assert skillc(*run) == 3 and "ended in state stop: fault contact_force" in capsys.readouterr().out
    told = refused(capsys, *run)
    assert "ended in STOP: fault contact_force" in told and "--acknowledge" in told and len(lab) == 1
    assert skillc(*run, "--acknowledge") == 3 and len(lab) == 2


def test_a_device_that_is_not_there_is_said_and_nothing_moves(
    lab: list[object], build: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert skillc("run", build, "--unlocked", "--robot", "lab_arm:dead", "--yes") == 1
    assert "motor 7 does not answer" in capsys.readouterr().err
    with RobotHold("lab_arm:dead") as hold:
        assert not hold.stopped, "what never began needs no acknowledgement"


def test_what_fails_in_simulation_is_not_tried_on_a_robot(
    lab: list[object], build: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    never = {"signal": "start_error", "op": "<", "value": -1.0}
    with_field(build, "machine/machine.json", ("states", 0, "transitions", 0, "guard"), never)
    with_field(build, "machine/machine.json", ("states", 0, "timeout_s"), 0.1)
    assert skillc("run", build, "--unlocked", "--robot", "lab_arm:arm", "--yes") == 1
    assert "in simulation the run ended in" in capsys.readouterr().err and not lab


def test_two_runs_on_one_robot_are_one_too_many(
    lab: list[object], build: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = (
        "import sys; from skillc.runtime.machine.robot_hold import RobotHold\n"
        "with RobotHold('lab_arm:arm'):\n    print('held', flush=True); sys.stdin.read()"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=dict(os.environ)
    )
    assert child.stdout is not None and child.stdout.readline() == b"held\n"
    told = refused(capsys, "run", build, "--unlocked", "--robot", "lab_arm:arm", "--yes")
    assert f"in use by process {child.pid}" in told and not lab
    with pytest.raises(RobotBusy), RobotHold("lab_arm:arm"):
        pass
    child.kill()
    child.wait()
    with RobotHold("lab_arm:arm"):
        pass


def test_a_record_that_cannot_be_read_counts_as_a_stop(lab: list[object]) -> None:
    with RobotHold("lab/../arm"):
        pass
    file = next((Path(os.environ["SKILLC_STATE"]) / "robots").iterdir())
    assert file.name == "lab%2f..%2farm.json"
    file.write_text("{")
    with RobotHold("lab/../arm") as hold:
        assert hold.stopped == "its record cannot be read"
