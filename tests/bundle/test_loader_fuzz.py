"""A small loader fuzz; `python -m benchmarks.loader_fuzz BUILD` is the large one."""

from collections import Counter
from pathlib import Path

import pytest

from skillc.benchmarks.loader_fuzz import bad, fuzz

pytestmark = pytest.mark.slow


def test_mutated_builds_and_bundles_are_refused_by_a_code_or_run(small_build: Path, tmp_path: Path) -> None:
    cases = fuzz(small_build, 60, 7, tmp_path)
    assert not [case for case in cases if bad(case)]
    verdicts = Counter(case.verdict for case in cases)
    assert len([v for v in verdicts if v.startswith("SK")]) >= 5 and verdicts["runs"] >= 2
