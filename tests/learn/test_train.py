"""Trainings of a tiny build, killed for real; every process is our own and is ended by its number."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from skillc.runtime.learn.session.refusal import TrainingRefused
from skillc.runtime.learn.train import policies_of, train_build
from tests.learn.tiny import make_pose_build
from tests.shared_build import once

pytestmark = pytest.mark.slow

POLICY = "keyframe_pose"


@pytest.fixture(scope="session")
def pose_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return once(tmp_path_factory, "pose", make_pose_build)


@pytest.fixture(scope="session")
def trained(pose_build: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The policies of an undisturbed training."""

    def make(out: Path) -> None:
        train_build(pose_build, policy=POLICY, out=out)

    return once(tmp_path_factory, "trained", make)


def exported(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("policy.*"))}


def checkpoints(folder: Path) -> list[Path]:
    return sorted((folder / POLICY / "contact" / "checkpoints").glob("*.safetensors"))


def command(build: Path, out: Path, *more: str) -> list[str]:
    return [
        sys.executable,
        "-m",
        "skillc.runtime",
        "train",
        str(build),
        "--policy",
        POLICY,
        "--budget",
        "full",
        "--out",
        str(out),
        *more,
    ]


def killed_after_a_checkpoint(build: Path, out: Path) -> None:
    """Begin a training and kill it, its workers too, as soon as its third checkpoint is there."""
    process = subprocess.Popen(command(build, out), start_new_session=True, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120.0
    while time.monotonic() < deadline and process.poll() is None:
        if any(int(p.name[:8]) >= 3 for p in checkpoints(out)):
            break
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert checkpoints(out)
    assert not (out / POLICY / "contact" / "report.json").exists(), "it was done before it could be killed"


def test_both_keyframes_are_trained_and_exported_with_a_report(trained: Path) -> None:
    assert sorted(exported(trained)) == [
        f"{POLICY}/{keyframe}/policy.{ending}"
        for keyframe in ("contact", "interaction")
        for ending in ("onnx", "safetensors")
    ]
    assert (
        (trained / POLICY / "contact" / "metrics.csv")
        .read_text()
        .startswith("step,loss,learning_rate,position_mean_mm")
    )
    assert list((trained / POLICY / "contact" / "tensorboard").iterdir())


@pytest.mark.slow
def test_one_seed_gives_equal_bytes_and_another_others(pose_build: Path, trained: Path, tmp_path: Path) -> None:
    train_build(pose_build, policy=POLICY, out=tmp_path / "again")
    assert exported(tmp_path / "again") == exported(trained)
    train_build(pose_build, policy=POLICY, out=tmp_path / "other", seed=1)
    assert not set(exported(tmp_path / "other").values()) & set(exported(trained).values())


@pytest.mark.slow
def test_a_killed_training_goes_on_and_ends_with_the_same_bytes(
    pose_build: Path, trained: Path, tmp_path: Path
) -> None:
    killed_after_a_checkpoint(pose_build, tmp_path)
    done = subprocess.run(command(pose_build, tmp_path), capture_output=True, text=True, check=True)
    assert "goes on after" in done.stderr
    assert exported(tmp_path) == exported(trained)


@pytest.mark.slow
def test_after_a_kill_a_cut_checkpoint_is_named_and_the_one_before_used(
    pose_build: Path, trained: Path, tmp_path: Path
) -> None:
    killed_after_a_checkpoint(pose_build, tmp_path)
    last = checkpoints(tmp_path)[-1]
    last.write_bytes(last.read_bytes()[:-100])
    done = subprocess.run(command(pose_build, tmp_path), capture_output=True, text=True, check=True)
    assert f"SK902: {last.name} is damaged" in done.stderr
    assert exported(tmp_path) == exported(trained)


@pytest.mark.slow
def test_a_second_trainer_in_one_folder_is_refused_and_the_first_named(pose_build: Path, tmp_path: Path) -> None:
    first = subprocess.Popen(command(pose_build, tmp_path), start_new_session=True, stderr=subprocess.DEVNULL)
    try:
        while first.poll() is None and not checkpoints(tmp_path):
            time.sleep(0.01)
        for worker in os.listdir("/proc"):  # the first one's workers stand still, so that they cannot be done too soon
            if worker.isdigit() and worker != str(first.pid) and _group(int(worker)) == first.pid:
                os.kill(int(worker), signal.SIGSTOP)
        second = subprocess.run(command(pose_build, tmp_path), capture_output=True, text=True, check=False)
    finally:
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
    assert second.returncode == 2
    assert "SK900" in second.stderr and "is being trained by process" in second.stderr


def _group(process: int) -> int:
    try:
        return os.getpgid(process)
    except ProcessLookupError:
        return -1


def test_going_on_with_another_build_or_budget_is_refused(pose_build: Path, trained: Path, tmp_path: Path) -> None:
    shutil.copytree(trained, tmp_path / "policies")
    with pytest.raises(TrainingRefused) as refused:
        train_build(pose_build, policy=POLICY, out=tmp_path / "policies", budget="cpu")
    assert refused.value.code == "SK901"
    assert 'budget: "full" -> "cpu"' in refused.value.message
    assert "settings.max_epochs: 12 -> 20" in refused.value.message


@pytest.mark.slow
def test_what_is_done_is_not_done_again_unless_asked_for(pose_build: Path, trained: Path, tmp_path: Path) -> None:
    out = tmp_path / "policies"
    shutil.copytree(trained, out)
    before = (out / POLICY / "contact" / "report.json").stat().st_mtime_ns
    train_build(pose_build, policy=POLICY, out=out)
    assert (out / POLICY / "contact" / "report.json").stat().st_mtime_ns == before
    (out / POLICY / "contact" / "notes.txt").write_text("mine")
    train_build(pose_build, policy=POLICY, out=out, restart=True)
    assert (out / POLICY / "contact" / "report.json").stat().st_mtime_ns > before
    assert (out / POLICY / "contact" / "notes.txt").read_text() == "mine"


def test_a_policy_that_cannot_be_trained_is_told(pose_build: Path) -> None:
    with pytest.raises(TrainingRefused, match=r"SK907: .* has no policy 'fingers'"):
        train_build(pose_build, policy="fingers")
    assert policies_of(pose_build) == {POLICY: "distill", "residual": "ppo"}
