"""A hand whose controlling process is killed; `python -m benchmarks.kill_hand` does it a hundred times."""

from benchmarks.kill_hand import kill_once


def test_the_hand_stands_within_100_ms_after_its_process_is_killed() -> None:
    for after_s in (0.05, 0.21, 0.4):
        assert kill_once(after_s).sound
