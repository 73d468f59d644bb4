from skillc.benchmarks.mistakes import EXAMPLES, Mistake, mistakes, reported_lines

ALL: list[Mistake] = [m for file in EXAMPLES for m in mistakes(file.name, file.read_text(encoding="utf-8"))]


def test_the_examples_raise_no_false_alarm() -> None:
    alarms = [file.name for file in EXAMPLES if reported_lines(file.read_text(encoding="utf-8"))]
    assert alarms == []


def test_there_are_enough_mistakes_of_enough_kinds() -> None:
    assert len(ALL) >= 200 and len({m.kind for m in ALL}) >= 12


def test_seeded_mistakes_are_reported_and_nearly_all_at_the_right_line() -> None:
    # A third of them, every kind among them; `python -m benchmarks.mistakes` runs all.
    some = ALL[::3]
    reported = {mistake: set(reported_lines(mistake.text)) for mistake in some}
    assert [m.change for m, lines in reported.items() if not lines] == []
    elsewhere = [m for m, lines in reported.items() if not lines <= m.lines]
    # A line that is indented wrongly ends the block it was in: the parser stumbles over the next one.
    assert {m.kind for m in elsewhere} <= {"wrong indent", "roles mixed up"} and len(elsewhere) < 0.04 * len(some)
