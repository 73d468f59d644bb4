"""The chain run -> filter -> servo -> motors: each link is really killed or frozen, and the joints come to rest."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from skillc.runtime.drivers.device import DeviceRefused
from skillc.runtime.drivers.hardware import HardwareRobot
from skillc.runtime.drivers.measurement import Measurement
from tests.drivers.bench_device import BenchDevice, motion, refuses
from tests.machine.kinematic import QUIET
from tests.safety.four_joints import DT, contract

HELD_S = 0.9
"""Braking from 0.5 rad/s takes 0.15 s, the delay 0.1 s; the rest is a busy computer (measure_watchdogs.py)."""

SLOW = 0.05
"""rad/s, a tenth of the speed that is commanded."""


def rest_after(rows: np.ndarray, since: float) -> float:
    """Return seconds from `since` until the joints are slow over five exchanges; infinite if never."""
    speed = np.abs(rows[5:, 1:] - rows[:-5, 1:]).max(axis=1) / (rows[5:, 0] - rows[:-5, 0])
    slow = rows[5:, 0][(rows[5:, 0] > since) & (speed < SLOW)]
    # A device that is no longer driven does not move either.
    return float(slow[0] - since) if len(slow) else 0.0 if rows[-1, 0] < since + 0.1 else float("inf")


class Nothing:
    def around(self, q: np.ndarray) -> Measurement:
        return Measurement(
            time_s=0.0, qpos=q, T_table_objects={"cube": np.eye(4)}, manip_lowest_z=0.0, contacts=QUIET, age_s=0.0,
            objects_age_s=0.0, command_age_s=0.0,
        )  # fmt: skip


class Bench:
    """A robot whose arm and hand are on a bench."""

    def __init__(self, folder: Path, **arm: float) -> None:
        self.files = (folder / "arm", folder / "hand")
        devices = [(file.name, partial(BenchDevice, file, 2, **arm)) for file in self.files]
        self.robot = HardwareRobot(contract(), devices, Nothing())
        self.arm_servo, self.hand_servo, self.filter = self.robot._processes

    def motion(self, part: int) -> np.ndarray:
        return motion(self.files[part], 2)

    def go(self, seconds: float, at: float = 0.0) -> None:
        """Command a motion of 0.5 rad/s that picks up speed within the limits."""
        began = time.monotonic()
        for k in range(round(seconds / DT)):
            t = at + k * DT
            self.robot.send(np.full(4, 0.5 * (t - 0.25 * (1 - np.exp(-t / 0.25)))))
            time.sleep(max(0.0, began + (k + 1) * DT - time.monotonic()))
            self.robot.measure()

    def still_after(self, since: float) -> float:
        """Return seconds from `since` until every joint has come to rest; the filter then settles on the measured."""
        return max(rest_after(self.motion(part), since) for part in (0, 1))

    def close(self) -> None:
        for process in (self.arm_servo, self.hand_servo, self.filter):
            if process.exitcode is None:
                os.kill(process.pid or 0, signal.SIGCONT)
        self.robot.close()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()


def reports(bench: Bench) -> str:
    return " ".join(r.message for r in bench.robot.measure().reports)


def test_commands_pass_the_filter_and_the_servos_and_come_back_measured(bench: Bench) -> None:
    bench.go(0.8)
    measured = bench.robot.measure()
    assert measured.reports == () and measured.age_s < 0.1 and measured.command_age_s < 0.1
    assert 0.1 < measured.qpos[0] < 0.4 and np.ptp(measured.qpos) < 0.1
    assert len(set(bench.motion(0)[:, 1])) > 2 * 0.8 / DT  # far more positions than targets


def test_what_a_device_feels_stops_it_whatever_its_run_commands(tmp_path: Path) -> None:
    bench = Bench(tmp_path, pressed_n=30.0)
    try:
        bench.go(0.3)
        assert "stopped the robot (contact force (N) 30 above 20" in reports(bench)
        assert bench.robot.measure().contacts.unsafe_force == 30.0
        assert np.ptp(bench.motion(0)[:, 1]) < 0.01
    finally:
        bench.close()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
@pytest.mark.parametrize("link", ["filter", "servo"])
def test_when_a_link_dies_or_freezes_what_is_behind_it_comes_to_rest_and_the_run_is_told(
    bench: Bench, link: str, number: signal.Signals
) -> None:
    bench.go(0.8)
    process = bench.filter if link == "filter" else bench.arm_servo
    os.kill(process.pid or 0, number)
    killed = time.monotonic()
    bench.go(1.2, at=0.8)
    # A servo that is gone leaves the joint to the motor's own watchdog; the filter holds the rest.
    assert bench.still_after(killed) < HELD_S
    measured = bench.robot.measure()
    if number == signal.SIGKILL:
        assert "process" in reports(bench) and any(r.fault == "arm_fault" for r in measured.reports)
    else:
        assert min(measured.age_s, measured.command_age_s) > 0.3
    position = bench.motion(1)[-1, 1:]
    bench.go(0.2, at=2.0)
    np.testing.assert_allclose(bench.motion(1)[-1, 1:], position, atol=2e-3)


def test_when_the_run_is_frozen_the_filter_brakes_and_takes_nothing_after_it(bench: Bench) -> None:
    bench.go(0.8)
    silent = time.monotonic()
    time.sleep(1.0)  # what a run that is stopped by SIGSTOP does
    assert bench.still_after(silent) < HELD_S
    position = bench.motion(0)[-1, 1:]
    bench.go(0.3, at=0.8)
    np.testing.assert_allclose(bench.motion(0)[-1, 1:], position, atol=1e-2, err_msg="0.24 rad were asked for")
    assert "filter's process stopped the robot" in reports(bench)


RUNS = """
import sys, time, numpy as np
from pathlib import Path
from functools import partial
from skillc.runtime.drivers.hardware import HardwareRobot
from tests.drivers.bench_device import BenchDevice
from tests.drivers.test_watchdogs import DT, Nothing
from tests.safety.four_joints import contract
if __name__ == "__main__":
    devices = [(g, partial(BenchDevice, Path(sys.argv[1]) / g, 2)) for g in ("arm", "hand")]
    robot = HardwareRobot(contract(), devices, Nothing())
    began = time.monotonic()
    for k in range(10_000):
        t = k * DT
        robot.send(np.full(4, 0.5 * (t - 0.25 * (1 - np.exp(-t / 0.25)))))
        if k == 40:
            print("moving", flush=True)
        time.sleep(max(0.0, began + (k + 1) * DT - time.monotonic()))
"""


def test_when_the_run_is_killed_all_joints_come_to_rest_and_every_process_ends(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    run = subprocess.Popen(
        [sys.executable, "-c", RUNS, str(tmp_path)], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert run.stdout is not None and run.stdout.readline() == "moving\n"
    run.kill()
    killed = time.monotonic()
    run.wait()
    run.stdout.close()
    time.sleep(1.2)
    for file in (tmp_path / "arm", tmp_path / "hand"):
        rows = motion(file, 2)
        assert rest_after(rows, killed) < HELD_S
        assert rows[-1, 0] < time.monotonic() - 0.05  # its servo has ended


@pytest.mark.parametrize(
    ("devices", "told"),
    [
        ([("arm", refuses), ("hand", refuses)], "arm: nothing answers"),
        ([("arm", refuses)], "the skill moves arm, hand"),
        ([], "the skill moves arm, hand"),
    ],
)
def test_a_device_that_cannot_be_connected_refuses_the_run(
    devices: list[tuple[str, Callable[[], BenchDevice]]], told: str
) -> None:
    with pytest.raises(DeviceRefused, match=told):
        HardwareRobot(contract(), devices, Nothing())
