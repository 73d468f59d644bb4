"""A log holds every tick bit for bit, survives the death of its process, and never holds the robot up."""

import io
import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skillc.runtime.drivers.measurement import CameraFrame, DeviceReport, JointTorque, Measurement
from skillc.runtime.formats.contract import ActionTerm
from skillc.runtime.formats.records import FormatError
from skillc.runtime.machine import log_file
from skillc.runtime.machine.execute import Run, execute
from skillc.runtime.machine.log_file import LogFile, new_folder
from skillc.runtime.machine.log_reader import read_log
from skillc.runtime.machine.policies import InlinePolicy
from skillc.runtime.machine.policy_watch import PolicyReading
from skillc.runtime.machine.recorder import as_run_log
from skillc.runtime.machine.replay import replay
from skillc.runtime.machine.row import Row
from skillc.runtime.machine.row_codec import row_as_json, row_from_json
from tests.machine.answers import gentle
from tests.machine.kinematic import KinematicRobot, machine, reference, skill_contract

pytestmark = pytest.mark.slow

MACHINE, REFERENCE = machine(), reference()
TERM = ActionTerm(joints=("j2", "j3"), start=0, kind="residual", scale_rad=0.01, origin="test:1:1")
CONTRACT = replace(skill_contract(), action=(TERM,))


def logged(folder: Path, change=lambda k, m: m, **more: Any) -> Run:  # type: ignore[no-untyped-def]
    with LogFile(folder, MACHINE, CONTRACT, REFERENCE, policy="policy" in more) as log:
        run = execute(
            machine=MACHINE, contract=CONTRACT, reference=REFERENCE,
            robot=KinematicRobot(REFERENCE.qpos[0], change), log=log, **more,
        )  # fmt: skip
    assert log.lost_ticks == 0 and not log.problem
    return run


def noisy(tick: int, measured: Measurement) -> Measurement:
    """Return what a robot with a noisy encoder and a camera measures; sometimes nonsense."""
    rng = np.random.default_rng(tick)
    frame = CameraFrame(number=tick, colour_s=tick / 60, depth_s=tick / 60, period_s=1 / 30, invalid_depth=0.1)
    wrong = (DeviceReport(code="R28", fault="hand_bus", message="3 % lost"),) if 90 <= tick < 95 else ()
    measured = replace(measured, qpos=measured.qpos + rng.normal(0, 1e-4, 4), frame=frame, reports=wrong)
    if tick == 150:
        return replace(measured, qpos=np.array([np.nan, np.inf, -0.0, 0.1]), manip_lowest_z=float("inf"))
    if tick == 210:
        return replace(measured, qpos=[[1.0], [2.0, 3.0]], T_table_objects={"cube": np.full((4, 4), np.nan)})
    return replace(measured, torque=JointTorque(mean=np.full(4, 0.1 * tick), peak=np.full(4, np.nan)))


@pytest.mark.parametrize("policy", [False, True])
def test_a_log_replays_bit_for_bit_and_holds_what_metrics_need(tmp_path: Path, policy: bool) -> None:
    run = logged(tmp_path, noisy, **({"policy": InlinePolicy(gentle())} if policy else {}))
    assert {t.code for t in run.trips} >= {"R14", "R28", "R37"} and run.log.final_state == "done"
    read = read_log(tmp_path)
    assert not read.cut and read.policy == policy and len(read.rows) == len(run.log.time_s)
    assert replay(read) is None
    assert read.ending is not None and read.ending.lost_ticks == 0
    again = as_run_log(read.rows, read.ending, read.machine, read.contract, read.reference)
    for name, value in vars(run.log).items():
        np.testing.assert_array_equal(np.asarray(getattr(again, name)), np.asarray(value), err_msg=name)


def test_the_same_run_twice_gives_the_same_file(tmp_path: Path) -> None:
    for name in "ab":
        logged(tmp_path / name, noisy)
    rows = [[json.dumps(row_as_json(r)) for r in read_log(tmp_path / name).rows] for name in "ab"]
    assert rows[0] == rows[1]


def test_a_replay_names_tick_and_joint_at_which_it_differs(tmp_path: Path) -> None:
    logged(tmp_path)
    read = read_log(tmp_path)

    def changed(tick: int, **changes: Any) -> str:
        rows = list(read.rows)
        rows[tick] = replace(rows[tick], **changes)
        found = replay(replace(read, rows=tuple(rows)))
        assert found is not None and found.tick == tick
        return found.what

    row = read.rows[100]
    last = np.nextafter(row.sent.q, np.where(np.arange(4) == 2, 9.0, row.sent.q))
    assert changed(100, sent=replace(row.sent, q=last)).startswith("sent, joint j2: ")
    assert changed(100, command=last).startswith("wanted, joint j2: ")
    assert changed(100, command=None).startswith("wanted: nothing logged")
    assert changed(100, state="hold") == "state: hold logged, contact replayed"
    assert changed(100, sent=replace(row.sent, response="hold")).startswith("safety filter: hold logged")
    gone = replay(replace(read, rows=read.rows[:50] + read.rows[53:]))
    assert gone is not None and gone.what == "the log has lost the ticks 50 to 52"
    assert changed(0, interrupted=True).startswith("wanted:"), "inputs count too"


@pytest.mark.parametrize("action", [np.array([np.nan, 1.0]), np.array([1, 2]), "left", None, [[1.0], [2.0, 3.0]]])
def test_what_a_policy_answers_is_judged_the_same_in_a_replay(tmp_path: Path, action: Any) -> None:
    class Odd(InlinePolicy):
        def newest(self, t: float) -> PolicyReading:
            told = super().newest(t)
            return replace(told, action=action) if 1.0 < t < 1.3 else told

    run = logged(tmp_path, policy=Odd(gentle()))
    assert {t.code for t in run.trips} & {"R1", "R2"}
    assert replay(read_log(tmp_path)) is None


def test_rows_survive_json() -> None:
    assert json.loads(json.dumps(log_file.ROW_SCHEMA))["properties"].keys() == _a_row().keys()
    assert json.dumps(row_as_json(row_from_json(_a_row(), {}))) == json.dumps(_a_row())


def _a_row() -> dict[str, Any]:
    rows: list[Any] = []

    class Keep:
        add = rows.append

        def end(self, ending: object) -> None: ...

    execute(
        machine=MACHINE,
        contract=CONTRACT,
        reference=REFERENCE,
        robot=KinematicRobot(REFERENCE.qpos[0], noisy),
        log=Keep(),
    )
    return row_as_json(rows[150])


LIVE = """
import sys, time
from pathlib import Path
from skillc.runtime.machine.clocks import MonotonicClock
from skillc.runtime.machine.execute import execute
from skillc.runtime.machine.log_file import LogFile
from tests.machine.kinematic import KinematicRobot, machine, reference, skill_contract
parts = dict(machine=machine(), contract=skill_contract(), reference=reference())
with LogFile(Path(sys.argv[1]), *parts.values()) as log:
    execute(**parts, robot=KinematicRobot(reference().qpos[0]), clock=MonotonicClock(), log=log,
            on_tick=lambda k, s, m: print(k, flush=True))
"""


def test_after_kill_9_all_but_the_last_second_is_readable(project: Path, tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", LIVE, tmp_path], stdout=subprocess.PIPE, cwd=project)
    assert child.stdout is not None
    for line in child.stdout:
        if int(line) == 130:
            break
    killed = time.monotonic()
    child.kill()
    child.wait()
    read = read_log(tmp_path)
    assert read.ending is None and read.rows[-1].t > killed - 1.0
    assert [row.tick for row in read.rows] == list(range(len(read.rows))) and len(read.rows) > 60
    assert replay(read) is None


def test_a_row_is_readable_while_the_log_is_still_written(tmp_path: Path) -> None:
    row = row_from_json(_a_row(), {})
    with LogFile(tmp_path, MACHINE, CONTRACT, REFERENCE) as log:
        log.add(row)
        until = time.monotonic() + 10
        while not (read := _so_far(tmp_path)) and time.monotonic() < until:
            time.sleep(0.05)
        assert [r.tick for r in read] == [row.tick]


def _so_far(folder: Path) -> tuple[Row, ...]:
    try:
        return read_log(folder).rows
    except FormatError:
        return ()


class Disk(io.BytesIO):
    """Takes so many bytes, then is full or hangs."""

    def __init__(self, room: int, hang_s: float = 0.0) -> None:
        super().__init__()
        self._room, self._hang_s = room, hang_s

    def write(self, data: Any) -> int:
        self._room -= len(data)
        if self._room < 0:
            time.sleep(self._hang_s)
            raise OSError(28, "No space left on device")
        return super().write(data)


@pytest.mark.parametrize("room", [0, 100, 30_000])
def test_a_full_disk_changes_no_command_and_the_loss_is_counted(tmp_path: Path, room: int) -> None:
    plain, robot = KinematicRobot(REFERENCE.qpos[0]), KinematicRobot(REFERENCE.qpos[0])
    parts: Any = {"machine": MACHINE, "contract": CONTRACT, "reference": REFERENCE}
    execute(**parts, robot=plain)
    with LogFile(tmp_path, *parts.values(), open_file=Disk(room)) as log:
        execute(**parts, robot=robot, log=log)
    np.testing.assert_array_equal(plain.sent, robot.sent)
    assert log.lost_ticks > 0 and "No space left" in log.problem


def test_a_disk_that_hangs_holds_nothing_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_file, "CLOSE_S", 0.2)
    before = time.monotonic()
    with LogFile(tmp_path, MACHINE, CONTRACT, REFERENCE, open_file=Disk(0, hang_s=20.0)) as log:
        execute(machine=MACHINE, contract=CONTRACT, reference=REFERENCE, robot=KinematicRobot(np.zeros(4)), log=log)
    assert time.monotonic() - before < 10 and log.problem and log.lost_ticks == 301


def test_a_full_ring_loses_its_oldest_rows_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_file, "RING_ROWS", 40)
    monkeypatch.setattr(log_file, "FLUSH_S", 60.0)
    with LogFile(tmp_path, MACHINE, CONTRACT, REFERENCE) as log:
        time.sleep(0.3)
        execute(machine=MACHINE, contract=CONTRACT, reference=REFERENCE, robot=KinematicRobot(np.zeros(4)), log=log)
    read = read_log(tmp_path)
    assert read.ending is not None and read.ending.lost_ticks == log.lost_ticks == 301 - len(read.rows)
    assert len(read.rows) == 40 and read.rows[-1].tick == 300
    found = replay(read)
    assert found is not None and "has lost the ticks" in found.what


def test_a_log_is_never_overwritten(tmp_path: Path) -> None:
    logged(tmp_path)
    before = (tmp_path / log_file.NAME).read_bytes()
    with pytest.raises(FileExistsError):
        LogFile(tmp_path, MACHINE, CONTRACT, REFERENCE)
    assert (tmp_path / log_file.NAME).read_bytes() == before


def test_every_run_has_a_folder_of_its_own(tmp_path: Path) -> None:
    made = [new_folder(tmp_path / "runs").name for _ in range(3)]
    (tmp_path / "runs" / "1").rmdir()
    assert made == ["0", "1", "2"] and new_folder(tmp_path / "runs").name == "3"


def test_a_damaged_log_is_read_up_to_the_damage_or_refused(tmp_path: Path) -> None:
    logged(tmp_path / "whole")
    whole = (tmp_path / "whole" / log_file.NAME).read_bytes()
    complete = read_log(tmp_path / "whole").rows
    damaged, rng = tmp_path / "damaged.mcap", np.random.default_rng(0)
    for trial in range(60):
        data = bytearray(whole)
        if trial % 2:
            del data[int(rng.integers(len(data))) :]
        else:
            for at in rng.integers(len(data), size=3):
                data[at] ^= 1 << int(rng.integers(8))
        damaged.write_bytes(data)
        try:
            rows = read_log(damaged).rows
        except FormatError:
            continue
        assert [row_as_json(r) for r in rows] == [row_as_json(r) for r in complete[: len(rows)]]
    for nonsense in (b"", b"hello", whole[:8] * 9):
        damaged.write_bytes(nonsense)
        with pytest.raises(FormatError):
            read_log(damaged)
    with pytest.raises(FormatError):
        read_log(tmp_path / "nowhere")
