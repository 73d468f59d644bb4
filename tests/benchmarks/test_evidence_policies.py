"""The evidence of policies: what cannot be run is said, arms are compared trial by trial."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from skillc.benchmarks import evidence_policies
from skillc.benchmarks.evidence_policies import COMPARED, STRAINED, Cell, cells_of, measured, run_case
from skillc.benchmarks.evidence_policies_table import as_markdown
from skillc.benchmarks.evidence_record import Record
from skillc.runtime.policies.refused import PolicyRefused

CASE = SimpleNamespace(name="real_apple", task="apple", kind="real", seed=None, sealed=False, truth=None)


def test_stress_is_for_tasks_it_was_asked_of() -> None:
    names = [cell.name for cell in cells_of(CASE)]
    assert names == [
        "test",
        "test+physics",
        *(f"stress {s}" for s in ("small", "pose_10mm", "pose_15mm", "slippery", "all")),
    ]
    tray = SimpleNamespace(task="tray", truth=Path("truth"))
    assert [cell.name for cell in cells_of(tray)] == ["test", "test+physics", "truth"]
    assert Cell(protocol="test").arms == COMPARED and Cell(protocol="test", stress="all").arms == STRAINED


def test_an_arm_that_is_not_there_is_said_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(*given: object, **named: object) -> None:
        raise PolicyRefused("SK906", "no policy.onnx")

    monkeypatch.setattr(evidence_policies, "judge", refuse)
    assert measured(CASE, tmp_path, Cell(protocol="test"), "squeeze", 2) == {"missing": "SK906: no policy.onnx"}
    assert "no arm" in measured(CASE, tmp_path, Cell(protocol="test"), "nobody", 2)["missing"]


def test_what_was_missing_is_tried_again_and_what_is_recorded_is_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[tuple[str, str]] = []

    def measure(case: object, out: Path, cell: Cell, arm: str, n: int) -> dict[str, object]:
        asked.append((cell.name, arm))
        return {"missing": "not trained"} if arm == "both" else {"n": n, "success": "1" * n, "safe": "1" * n}

    monkeypatch.setattr(evidence_policies, "measured", measure)
    options = SimpleNamespace(builds=tmp_path, until=float("inf"), n=2)
    record = Record(tmp_path / "policies.json", "code")
    for _ in range(2):
        run_case(CASE, record.row("real_apple"), tmp_path, options, record)
    assert asked.count(("test", "both")) == 2 and asked.count(("test", "replay")) == 1
    table = as_markdown(record.body["cases"])
    assert "not there" in table and "- both: not trained (real_apple test" in table


def test_a_residual_that_equals_the_squeeze_is_told_to_have_shown_nothing() -> None:
    same = {"n": 20, "success": "1" * 20, "safe": "1" * 20}
    weak = {"n": 20, "success": "0" * 20, "safe": "1" * 20}
    row = {"cells": {"stress small": {"ideal": weak, "ideal+squeeze": same, "ideal+residual": same}}}
    table = as_markdown({"real_apple": row})
    assert "| above ideal |" in table and "not shown to be above ideal+squeeze" in table
