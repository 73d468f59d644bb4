"""One table is of one code; what is sealed is written once."""

import json
from pathlib import Path

import pytest

from skillc.benchmarks.evidence_record import OtherCode, Record, SealedRecord


def test_a_table_is_gone_on_with_by_the_same_code_only(tmp_path: Path) -> None:
    file = tmp_path / "motion.json"
    begun = Record(file, "code 1")
    begun.require_same_code()
    begun.row("apple")["arms"] = {"replay": 1}
    begun.save()
    again = Record(file, "code 1")
    again.require_same_code()
    assert again.row("apple") == {"arms": {"replay": 1}}
    with pytest.raises(OtherCode, match="other code"):
        Record(file, "code 2").require_same_code()


def test_a_sealed_case_once_started_is_never_run_by_other_code_and_stays(tmp_path: Path) -> None:
    file = tmp_path / "sealed_0.1.0.json"
    SealedRecord(file, "code 1").row("apple_61453")
    assert "apple_61453" in json.loads(file.read_text())["cases"], "it counts as started before anything is run"
    first = SealedRecord(file, "code 1")
    first.row("apple_61453")["arms"] = {"replay": {"success": "0"}}
    first.save()
    before = file.read_bytes()
    other = SealedRecord(file, "code 2")
    with pytest.raises(OtherCode, match="stays as it is"):
        other.row("apple_61453")
    other.row("peach_61453")
    assert json.loads(file.read_text())["cases"]["apple_61453"] == json.loads(before)["cases"]["apple_61453"]
