from pathlib import Path

from skillc.benchmarks.stages import ROWS, TABLE_13_S, beside_table_13, stage_seconds
from skillc.compiler.pipeline.catalog import own


def test_rows_are_those_of_the_paper_and_stages_those_of_the_engine() -> None:
    assert list(ROWS) == list(TABLE_13_S)
    assert {stage for stages in ROWS.values() for stage in stages} <= set(own())
    assert sum(times[0] for times in TABLE_13_S.values()) == 896  # the apple: 14 min 56 s


def test_runs_are_added_up_by_their_medians(tmp_path: Path) -> None:
    journal = tmp_path / ".skillc" / "journal"
    journal.mkdir(parents=True)
    lines = [f'{{"stage": "tracks", "seconds": {s}}}' for s in (2.0, 4.0, 9.0)]
    lines += ['{"stage": "object_motion", "seconds": 1.5}', '{"stage": "tra']
    (journal / "stages.jsonl").write_text("\n".join(lines) + "\n")
    seconds = stage_seconds([tmp_path])
    assert seconds == {"tracks": [2.0, 4.0, 9.0], "object_motion": [1.5]}
    assert beside_table_13(seconds)["object motion extraction"] == 5.5
