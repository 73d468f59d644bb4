"""The evidence is resumed where it stopped, leaves sealed cases alone unless asked, and records refusals."""

from pathlib import Path
from typing import Any

import pytest

from skillc.benchmarks import evidence_motion as motion
from skillc.benchmarks.evidence_arms import Arm
from skillc.benchmarks.evidence_cases import TASKS, Case, cases, sealed_seeds
from skillc.benchmarks.evidence_record import Record, SealedRecord


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """What was built and evaluated."""
    done: list[tuple[str, ...]] = []

    def build(case: Case, out: Path) -> dict[str, Any]:
        done.append(("build", case.name))
        out.mkdir(parents=True, exist_ok=True)
        return {"error": "SK516: no grasp", "codes": ["SK516"]} if case.task == "book" else {"codes": []}

    def run(case: Case, out: Path, arm: Arm) -> dict[str, Any]:
        done.append((case.name, arm.protocol, arm.motion))
        return {"n": 2, "success": "10", "safe": "11"}

    monkeypatch.setattr(motion, "build", build)
    monkeypatch.setattr(motion, "run", run)
    monkeypatch.setattr(Case, "recorded", lambda self: None)
    return done


def go(tmp_path: Path, only: str, arms: str = "replay,truth", code: str = "c", until: float = float("inf")) -> None:
    seeds = (61453,)
    listed = [c for c in cases(tmp_path / "real", tmp_path / "sim", seeds) if motion.matches(c, only)]
    record, sealed = Record(tmp_path / "motion.json", code), SealedRecord(tmp_path / "sealed.json", code)
    motion.run_all(listed, arms.split(","), tmp_path / "out", record, sealed, until)


def test_what_is_recorded_is_not_run_again_and_the_rest_is(tmp_path: Path, ran: list[tuple[str, ...]]) -> None:
    go(tmp_path, "rgbd_apple_0", arms="replay")
    assert ran == [("build", "rgbd_apple_0"), ("rgbd_apple_0", "replay", "reference")]
    ran.clear()
    go(tmp_path, "rgbd_apple_0")
    assert ran == [("rgbd_apple_0", "truth", "reference")]


def test_a_real_video_has_no_truth_and_a_refused_build_no_rollouts(tmp_path: Path, ran: list[tuple[str, ...]]) -> None:
    go(tmp_path, "real_tray,colour_book_1")
    assert ran == [("build", "real_tray"), ("real_tray", "replay", "reference"), ("build", "colour_book_1")]
    ran.clear()
    go(tmp_path, "colour_book_1")
    assert ran == [], "a refusal is a result"


def test_nothing_is_begun_after_the_time_is_up(tmp_path: Path, ran: list[tuple[str, ...]]) -> None:
    go(tmp_path, "*", until=0.0)
    assert ran == []


def test_other_code_neither_goes_on_with_a_table_nor_runs_a_sealed_case_again(
    tmp_path: Path, ran: list[tuple[str, ...]], capsys: pytest.CaptureFixture[str]
) -> None:
    go(tmp_path, "rgbd_apple_0,rgbd_apple_61453", arms="replay")
    ran.clear()
    with pytest.raises(SystemExit, match="other code"):
        go(tmp_path, "rgbd_apple_61453", code="d")
    (tmp_path / "motion.json").unlink()
    go(tmp_path, "rgbd_apple_61453", code="d")
    assert ran == [] and "stays as it is" in capsys.readouterr().out


def test_every_release_has_sealed_seeds_apart_from_the_old_ones(project: Path) -> None:
    import skillc

    seeds = sealed_seeds(skillc.__version__)
    assert len(seeds) == 3 and not set(seeds) & set(range(100))
    with pytest.raises(KeyError, match="seals no seeds"):
        sealed_seeds("99.0")
    listed = cases(None, Path("sim"), seeds)
    assert sum(c.sealed for c in listed) == 2 * 3 * len(TASKS) == sum(not c.sealed for c in listed)
