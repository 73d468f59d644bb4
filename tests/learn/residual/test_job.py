"""Residual trainings of a tiny build, killed for real; every process is our own and is ended by its number."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.learn.residual.tiny import make_residual_build
from tests.shared_build import once

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return once(tmp_path_factory, "residual", make_residual_build)


def command(build: Path, out: Path) -> list[str]:
    return [sys.executable, "-m", "skillc.runtime", "train", str(build), "--policy", "residual", "--out", str(out)]


def checkpoints(out: Path) -> list[Path]:
    return sorted((out / "residual" / "checkpoints").glob("*.safetensors"))


@pytest.fixture(scope="session")
def trained(build: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The policy of an undisturbed training."""

    def make(out: Path) -> None:
        subprocess.run(command(build, out), capture_output=True, check=True)

    return once(tmp_path_factory, "trained_residual", make)


def exported(out: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in (out / "residual").glob("policy.*")}


def started(build: Path, out: Path) -> subprocess.Popen[bytes]:
    """Begin a training and return it as soon as two checkpoints are there."""
    process = subprocess.Popen(command(build, out), start_new_session=True, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120.0
    while time.monotonic() < deadline and process.poll() is None and len(checkpoints(out)) < 2:
        time.sleep(0.01)
    return process


def test_a_killed_training_with_a_cut_checkpoint_ends_with_the_bytes_of_an_undisturbed_one(
    build: Path, trained: Path, tmp_path: Path
) -> None:
    """T1 and T2; a second trainer is refused meanwhile (T7)."""
    first = started(build, tmp_path)
    try:
        os.killpg(first.pid, signal.SIGSTOP)  # so that it cannot be done too soon
        second = subprocess.run(command(build, tmp_path), capture_output=True, text=True, check=False)
    finally:
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
    assert second.returncode == 2 and "SK900" in second.stderr
    assert not (tmp_path / "residual" / "report.json").exists(), "it was done before it could be killed"
    last = checkpoints(tmp_path)[-1]
    last.write_bytes(last.read_bytes()[:-100])
    done = subprocess.run(command(build, tmp_path), capture_output=True, text=True, check=True)
    assert f"SK902: {last.name} is damaged" in done.stderr
    assert exported(tmp_path) == exported(trained)
    assert sorted(exported(trained)) == ["policy.onnx", "policy.safetensors"]


def test_a_report_tells_what_was_gained_on_the_same_scenes_and_how_exact_the_export_is(trained: Path) -> None:
    report = json.loads((trained / "residual" / "report.json").read_text())
    assert report["transitions"] == report["updates"] * 4 * 8
    assert report["parity"] <= 1e-5
    judged = report["validation"]
    assert judged["gain"] == pytest.approx(judged["return_policy"] - judged["return_nothing"], abs=1e-3)
