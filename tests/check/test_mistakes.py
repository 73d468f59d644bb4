from benchmarks.mistakes import EXAMPLES, Mistake, mistakes, reported_lines

ALL: list[Mistake] = [m for file in EXAMPLES for m in mistakes(file.name, file.read_text(encoding="utf-8"))]


def test_the_examples_raise_no_false_alarm() -> None:
    alarms = [file.name for file in EXAMPLES if reported_lines(file.read_text(encoding="utf-8"))]
    assert alarms == []


def test_there_are_enough_mistakes_of_enough_kinds() -> None:
    assert len(ALL) >= 200 and len({m.kind for m in ALL}) >= 12


def test_seeded_mistakes_are_reported_at_the_right_line() -> None:
    # A fifth of them, every kind among them; `python -m benchmarks.mistakes` runs all.
    for mistake in ALL[::5]:
        lines = reported_lines(mistake.text)
        assert lines and set(lines) <= mistake.lines, mistake.change
