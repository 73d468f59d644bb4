"""Mutated specs: whatever is in a file, `check` answers in time, in bounded memory, and without a traceback."""

import random
import time
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skillc.benchmarks import fuzz
from skillc.benchmarks.fuzz import Found, film, judge
from skillc.benchmarks.mutations import JUNK, PROJECT, filled, is_draft, words
from skillc.benchmarks.mutations import SPECS as EXAMPLES
from skillc.benchmarks.mutations import mutated as mutated_at_random
from skillc.compiler.check.check import check_tree
from skillc.compiler.source.diagnostic import Diagnostic, SourceError
from skillc.compiler.source.load import load_bytes
from skillc.compiler.source.render import FORMATS, render

pytestmark = pytest.mark.slow

SPECS = [
    file.read_text(encoding="utf-8")
    for file in [
        *(file for file in EXAMPLES if not is_draft(file)),
        *[file for file in EXAMPLES if is_draft(file)][::4],
        *sorted((PROJECT / "tests" / "specs" / "valid").glob("*.yaml")),
    ]
]
WORDS = words(SPECS)
LONGEST_S = 2.0
LARGEST_BYTES = 64 << 20
CASES = 5000
JUDGED = 400
"""Specs that go through plan and diff, too; `python -m benchmarks.fuzz` judges 20,000."""


def check(text: str) -> list[Diagnostic]:
    try:
        tree = load_bytes(text.encode("utf-8", "surrogatepass"), "spec.yaml")
    except SourceError as error:
        return list(error.diagnostics)
    return list(check_tree(tree, ()).diagnostics)


Edit = tuple[int, int, int]


def mutated(text: str, edits: list[Edit]) -> str:
    """Apply edits (kind, place, what); places and words are taken modulo what there is."""
    lines = text.splitlines(keepends=True)
    for kind, place, what in edits:
        if not lines:
            break
        at = place % len(lines)
        line = lines[at]
        column = what % (len(line) + 1)
        if kind == 0:
            del lines[at]
        elif kind == 1:
            lines.insert(what % len(lines), line)
        elif kind == 2:
            other = what % len(lines)
            lines[at], lines[other] = lines[other], line
        elif kind == 3:
            lines[at] = line[:column] + JUNK[place % len(JUNK)] + line[column:]
        elif kind == 4:
            lines[at] = line[:column] + line[column + 1 + place % 7 :]
        elif kind == 5:
            words = line.split(" ")
            words[what % len(words)] = WORDS[(place * 31 + what) % len(WORDS)]
            lines[at] = " ".join(words)
        elif kind == 6:
            lines[at] = " " * (what % 5) + line
        else:
            key = line.partition(":")[0]
            lines[at] = f"{key}: {JUNK[what % len(JUNK)]}\n"
    return "".join(lines)


EDITS = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 10_000), st.integers(0, 10_000)), min_size=1, max_size=3)


@settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(st.sampled_from(SPECS), EDITS)
def test_mutated_specs_are_answered(text: str, edits: list[Edit]) -> None:
    changed = mutated(text, edits)
    start = time.process_time()
    found = check(changed)
    assert time.process_time() - start < LONGEST_S
    assert sum(d.severity == "error" for d in found) <= 20
    last = changed.count("\n") + 2
    for d in found:
        assert d.code.startswith("SK") and d.summary and d.spans
        assert all(s.line >= 1 and s.column >= 1 for s in d.spans)
        assert d.spans[0].file != "spec.yaml" or d.spans[0].line <= last
        assert "\n" not in d.summary


def test_every_form_of_output_takes_every_finding() -> None:
    text = mutated(SPECS[0], [(3, 13, 5), (5, 20, 3), (7, 9, 30)])
    for form in FORMATS:
        assert render(check(text), form, {"spec.yaml": text})


def test_memory_stays_bounded_for_the_largest_files() -> None:
    deep = "a:\n" + "".join(f"{' ' * n}- \n" for n in range(1, 1200))
    wide = "skill: a\n" + "".join(f"k{n}: [1, 2, 3]\n" for n in range(60_000))
    long = "skill: " + "x" * ((1 << 20) - 10)
    many = "randomization:\n" + "".join(f"  apple{n}.yaw: ± 10 deg\n" for n in range(9_000))
    for text in (deep, wide, long, many, "a: &a [" + "*a, " * 100_000 + "]", "\x00" * 100_000, "\t\n" * 100_000):
        start = time.process_time()
        assert check(text)
        # Twice the bound of a single spec: processor time grows, too, when a shared machine's cores are loaded.
        assert time.process_time() - start < 2 * LONGEST_S
        tracemalloc.start()
        assert check(text)
        assert tracemalloc.get_traced_memory()[1] < LARGEST_BYTES
        tracemalloc.stop()


def test_what_check_accepts_plan_accepts_and_no_command_ends_in_a_traceback(tmp_path: Path) -> None:
    for file in EXAMPLES:
        if not is_draft(file):
            film(tmp_path / f"{file.stem}.mp4", width=960, height=720)
    random_, found = random.Random(1), Found()
    for file in EXAMPLES:
        text = file.read_text(encoding="utf-8")
        judge(filled(text) if is_draft(file) else text, file, tmp_path, found)
    assert found.accepted >= 7
    for _ in range(JUDGED):
        file = random_.choice(EXAMPLES)
        judge(mutated_at_random(file.read_text(encoding="utf-8"), random_), file, tmp_path, found)
    assert (found.tracebacks, found.hangs, found.refused_late) == ([], [], [])
    assert found.accepted > 7 + JUDGED / 20


def test_the_judge_tells_what_went_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    apple = EXAMPLES[0].read_text(encoding="utf-8")
    film(tmp_path / "apple.mp4", width=960, height=720)
    found = Found()
    monkeypatch.setattr(fuzz, "_plan", lambda spec: "SK340 rewards no such term")
    judge(apple, EXAMPLES[0], tmp_path, found)
    assert [said for said, _ in found.refused_late] == ["SK340 rewards no such term"] and not found.tracebacks
    monkeypatch.setattr(fuzz, "_plan", lambda spec: {}["weight"])
    monkeypatch.setattr(fuzz, "LONGEST_S", 0.0)
    judge(apple, EXAMPLES[0], tmp_path, found)
    assert "KeyError" in found.tracebacks[0][0] and found.hangs
