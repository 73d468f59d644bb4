"""The worker contract: what a worker gets and gives, and what happens when it does not."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from skillc.runtime.estimators import client, environment
from skillc.runtime.estimators.catalog import CATALOG, HAMER, MEDIAPIPE, WILOR, Estimator
from skillc.runtime.estimators.hands import estimator_named, hand_boxes, precomputed_hands
from skillc.runtime.estimators.workers import hamer_hands, wilor_hands
from skillc.runtime.estimators.workers.mano_answer import projected
from skillc.runtime.perception.recording.faults import InputFault

pytestmark = pytest.mark.slow

GOOD = """
import json, sys, numpy as np
request = json.load(open(sys.argv[1]))
total = 0
for k in range(request["frames"]):
    data = sys.stdin.buffer.read(request["width"] * request["height"] * 3)
    total += sum(data)
    print("progress", k + 1, flush=True)
np.savez(sys.argv[2], contract=np.array(1), total=np.array(total), asked=np.array(request["extra"]))
"""


@pytest.fixture
def worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Estimator]:
    """An estimator whose worker is a file in tmp_path, run by this interpreter."""
    monkeypatch.setattr(client.resources, "files", lambda package: tmp_path)
    monkeypatch.setenv("SKILLC_TEST_PYTHON", sys.executable)
    yield replace(HAMER, name="test", worker="worker.py", interpreter="SKILLC_TEST_PYTHON")


def ask(worker: Estimator, pictures: list[np.ndarray]) -> dict[str, np.ndarray]:
    seen: list[int] = []
    answer = client.ask(
        worker, "hand_landmarks", pictures, width=8, height=6, frames=3, options={"extra": 7}, progress=seen.append
    )
    assert seen == [1, 2, 3]
    return answer


PICTURES = [np.full((6, 8, 3), k, np.uint8) for k in range(3)]


def test_pictures_go_in_and_arrays_come_out(worker: Estimator, tmp_path: Path) -> None:
    (tmp_path / "worker.py").write_text(GOOD)
    answer = ask(worker, PICTURES)
    assert int(answer["total"]) == 6 * 8 * 3 * (0 + 1 + 2)
    assert int(answer["asked"]) == 7


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("import sys; sys.exit('the model is missing')", "the model is missing"),
        ("raise ImportError('libGL.so.1')", "libGL.so.1"),
        (GOOD.replace("contract=np.array(1)", "contract=np.array(9)"), "contract 9"),
        ("print('nothing')", "no answer"),
    ],
)
def test_a_worker_that_fails_is_named_with_its_reason(
    worker: Estimator, tmp_path: Path, script: str, said: str
) -> None:
    (tmp_path / "worker.py").write_text(script)
    with pytest.raises(InputFault, match=said) as caught:
        ask(worker, PICTURES)
    assert caught.value.code == "SK831"
    assert caught.value.hint


def test_a_worker_that_hangs_is_killed(worker: Estimator, tmp_path: Path) -> None:
    (tmp_path / "worker.py").write_text("import time; time.sleep(60)")
    with pytest.raises(InputFault, match="no progress"):
        ask(replace(worker, silence_s=0.5), PICTURES)


def test_a_fault_in_the_pictures_reaches_the_caller(worker: Estimator, tmp_path: Path) -> None:
    def broken() -> Iterator[np.ndarray]:
        yield PICTURES[0]
        raise InputFault("SK804", "frame 1 cannot be decoded")

    (tmp_path / "worker.py").write_text(GOOD)
    with pytest.raises(InputFault, match="frame 1"):
        client.ask(worker, "x", broken(), width=8, height=6, frames=3, options={"extra": 1}, progress=lambda k: None)


def test_a_worker_gets_what_it_asks_for_and_none_of_the_user_s_secrets(
    worker: Estimator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_SECRET_ACCESS_KEY", "GEMINI_API_KEY", "GITHUB_TOKEN", "MY_KEY", "LC_ALL"):
        monkeypatch.setenv(name, "C")
    report = "import os, sys; sys.exit(' '.join(sorted(os.environ)))"
    (tmp_path / "worker.py").write_text(report)
    with pytest.raises(InputFault) as caught:
        ask(replace(worker, variables=(("MY_KEY", "a key"),)), PICTURES)
    seen = set(caught.value.message.split())
    assert {"PATH", "MY_KEY", "LC_ALL"} <= seen
    assert not seen & {"AWS_SECRET_ACCESS_KEY", "GEMINI_API_KEY", "GITHUB_TOKEN"}


def test_an_installation_gets_pip_s_settings_and_no_other_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reporting_environment(target: Path, **settings: object) -> None:
        (target / "bin").mkdir(parents=True)
        (target / "bin" / "python").write_text(
            '#!/bin/sh\necho "ERROR: $PIP_INDEX_URL $AWS_SECRET_ACCESS_KEY" >&2\nexit 1\n'
        )
        (target / "bin" / "python").chmod(0o755)

    monkeypatch.setenv("SKILLC_CACHE", str(tmp_path))
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
    monkeypatch.setattr(environment.venv, "create", reporting_environment)
    with pytest.raises(InputFault, match=r"mirror\.example") as caught:
        environment.install(replace(MEDIAPIPE, name="none", disk_mb=1), lambda text: None)
    assert "hunter2" not in caught.value.message


def test_estimators_without_their_weights_say_what_they_need(monkeypatch: pytest.MonkeyPatch) -> None:
    for estimator in (HAMER, WILOR):
        monkeypatch.delenv(estimator.interpreter, raising=False)
        assert not environment.is_installed(estimator)
        with pytest.raises(InputFault, match=estimator.name) as caught:
            environment.install(estimator, print)
        assert estimator.interpreter in caught.value.hint


def test_a_key_is_asked_for_before_anything_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKILLC_CACHE", str(tmp_path))
    monkeypatch.delenv("GEMINI_API_KEY", raising=False)
    with pytest.raises(InputFault) as caught:
        environment.prepare(CATALOG["gemini"], print)
    assert caught.value.code == "SK835"
    assert "estimators install gemini" in caught.value.hint and "GEMINI_API_KEY" in caught.value.hint
    assert not list(tmp_path.iterdir())


def test_an_interpreter_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(WILOR.interpreter, "/nowhere/python")
    with pytest.raises(InputFault, match="cannot be run"):
        environment.prepare(WILOR, print)


def test_an_installation_without_room_is_refused_before_it_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SKILLC_CACHE", str(tmp_path))
    with pytest.raises(InputFault, match="MB are free"):
        environment.install(replace(MEDIAPIPE, disk_mb=10**9), print)
    assert not environment.is_installed(MEDIAPIPE)


def test_a_failed_installation_is_not_taken_for_a_finished_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def empty_environment(target: Path, **settings: object) -> None:
        (target / "bin").mkdir(parents=True)
        (target / "bin" / "python").write_text("#!/bin/sh\necho 'ERROR: no such package' >&2\nexit 1\n")
        (target / "bin" / "python").chmod(0o755)

    monkeypatch.setenv("SKILLC_CACHE", str(tmp_path))
    monkeypatch.setattr(environment.venv, "create", empty_environment)
    estimator = replace(MEDIAPIPE, name="none", disk_mb=1)
    with pytest.raises(InputFault, match="no such package"):
        environment.install(estimator, lambda text: None)
    assert not environment.is_installed(estimator)


def test_unknown_estimators_are_refused_with_the_known_ones() -> None:
    with pytest.raises(InputFault) as caught:
        estimator_named("nonsense")
    assert all(name in caught.value.hint for name, e in CATALOG.items() if e.task == "hand_landmarks")


def test_hamer_outputs_become_landmarks_with_left_hands_mirrored_back() -> None:
    joints = np.random.default_rng(0).normal(0, 0.05, (2, 21, 3))
    place = np.array([[0.1, -0.05, 30.0], [0.0, 0.1, 25.0]])
    rows = hamer_hands.hands(joints, place, 18750.0, np.array([1.0, 0.0]), 960, 720)
    px, relative, score, right = rows[1]
    assert not right
    assert score == 1.0
    assert np.allclose(relative[:, 0], -joints[1, :, 0])
    expected = (relative[3, 0] + place[1, 0]) / (relative[3, 2] + place[1, 2]) * 18750 + 479.5
    assert px[3, 0] == pytest.approx(expected)
    assert np.allclose(rows[0][1], joints[0])


def test_wilor_outputs_become_landmarks() -> None:
    joints = np.random.default_rng(0).normal(0, 0.05, (1, 21, 3))
    recorded = {
        "hand_bbox": [1.0, 2.0, 3.0, 4.0],
        "is_right": 1.0,
        "wilor_preds": {
            "pred_keypoints_3d": joints,
            "pred_cam_t_full": np.array([[0.2, 0.1, 20.0]]),
            "scaled_focal_length": 18750.0,
        },
    }
    ((px, relative, _, right),) = wilor_hands.hands([recorded], 960, 720)
    assert right
    assert np.allclose(relative, joints[0])
    assert np.allclose(px, projected(joints[0], np.array([0.2, 0.1, 20.0]), 18750.0, 960, 720))


def test_precomputed_hands_are_read_and_checked(tmp_path: Path) -> None:
    px, relative = np.zeros((5, 1, 21, 2)), np.zeros((5, 1, 21, 3))
    px[2] = np.nan
    np.savez(tmp_path / "a.npz", joints_px=px, joints_relative_m=relative)
    seen = precomputed_hands(tmp_path / "a.npz", 5)
    assert seen.score[:, 0].tolist() == [1, 1, 0, 1, 1]
    assert len(hand_boxes(seen)[0]) == 1
    assert hand_boxes(seen)[2] == []
    for frames, arrays in ((6, {"joints_px": px, "joints_relative_m": relative}), (5, {"joints_px": px})):
        np.savez(tmp_path / "b.npz", **arrays)
        with pytest.raises(InputFault):
            precomputed_hands(tmp_path / "b.npz", frames)
