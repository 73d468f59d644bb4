"""`check --fix`: every mend removes its finding, brings no other, and touches nothing else."""

import difflib
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from skillc.benchmarks.mistakes import EXAMPLES, mistakes
from skillc.compiler.check.check import check_bytes
from skillc.compiler.check.mend import improves, mended, with_edits
from skillc.compiler.source.diagnostic import Diagnostic, Edit
from skillc.compiler.source.tree import Span

pytestmark = pytest.mark.slow

INVALID = sorted((Path(__file__).parents[1] / "specs" / "invalid").glob("*.yaml"))


def check(text: str) -> Sequence[Diagnostic]:
    return check_bytes(text.encode("utf-8", "surrogatepass"), "a.yaml", ()).diagnostics


def texts() -> list[str]:
    found = [m.text for file in EXAMPLES[:3] for m in mistakes(file.name, file.read_text(encoding="utf-8"))]
    return [*found, *(f.read_bytes().decode("utf-8-sig", "replace") for f in INVALID)]


@pytest.fixture
def apple(project) -> str:
    return (project / "specs" / "skills" / "apple.yaml").read_text(encoding="utf-8")


def test_every_mend_of_the_seeded_mistakes_removes_its_finding_and_brings_no_other() -> None:
    tried, codes = 0, set()
    for text in texts():
        findings = check(text)
        for finding in findings:
            if finding.mend:
                tried += 1
                codes.add(finding.code)
                after = check(with_edits(text, finding.mend))
                assert improves(finding, findings, after), (finding, text.splitlines()[finding.spans[0].line - 1])
    assert tried >= 30 and {"SK105", "SK142", "SK201", "SK204", "SK205", "SK401", "SK406"} <= codes


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("size: 53.3 mm", "size: 53,3 mm"),
        ('rise: "> 5 cm"', "rise: > 5 cm"),
        ("type: grasp", "type: Grasp"),
        ("type: grasp", "type:grasp"),
        ("final_offset", "final_ofset"),
        ("focal: 582 px", "focal: 582"),
        ("focal: 582 px", "fоcal: ５８２ px"),
        ("apple.scale: 0.8 .. 1.0", "apple.scale: 1.0 .. 0.8"),
        ("weight: 1.0", 'weight: "1.0"'),
        ("summary: Put the", "summary: Put\u00a0the"),
    ],
)
def test_one_slip_is_taken_back_and_nothing_else_changes(apple: str, old: str, new: str) -> None:
    slipped = apple.replace(old, new, 1)
    assert slipped != apple
    found = mended(slipped, check)
    assert found.text == apple
    assert len(found.applied) >= 1 and not [d for d in found.left if d.severity == "error"]


def test_a_name_is_mended_at_all_its_places(apple: str) -> None:
    slipped = apple.replace("    plate: ", "    Plate: ").replace("  plate.", "  Plate.")
    found = mended(slipped, check)
    assert found.text == apple and len(found.applied) == 1


def test_several_slips_behind_a_mistake_of_syntax_are_all_mended(apple: str) -> None:
    slipped = apple.replace('"> 5 cm"', "> 5 cm").replace("53.3 mm", "53,3 mm").replace("final_offset", "final_ofset")
    found = mended(slipped, check)
    assert found.text == apple and {a.finding.code for a in found.applied} == {"SK142", "SK140", "SK201"}


def test_one_mistake_of_syntax_after_the_other_is_mended(apple: str) -> None:
    slipped = (
        apple.replace("type: grasp", "type:grasp").replace('"> 5 cm"', "> 5 cm").replace("Put the", "Put\u00a0the")
    )
    assert mended(slipped, check).text == apple


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("53.3 mm", "53.3"),  # centimetres or millimetres
        ("± 5 cm", "± 1,000 mm"),  # a thousand or one
        ("weight: -0.01", "weight: 0.01"),  # a reward or a cost
        ("object_lost: retry 2", "contact_force: hold"),
        ("control: 60 Hz", "control: 60 Hz, control: 30 Hz"),
        ("weight: 1.0", "weight: 010"),  # eight or ten
        ("weight: 1.0", "weight: 1e0"),  # a number or a text
        ("      type", "     type"),
    ],
)
def test_what_a_person_must_choose_stays(apple: str, old: str, new: str) -> None:
    slipped = apple.replace(old, new, 1)
    found = mended(slipped, check)
    assert found.text == slipped and found.applied == ()


def test_comments_blanks_and_line_ends_stay(apple: str) -> None:
    slipped = apple.replace("type: grasp", "type:   grsap   # why").replace("\n", "\r\n")
    found = mended(slipped, check)
    changed = [line for line in difflib.ndiff([slipped], [found.text]) if line.startswith("+ ")]
    assert len(changed) == 1 and found.text == slipped.replace("grsap", "grasp")


def test_a_mend_that_brings_a_new_finding_is_not_made() -> None:
    span = Span("a", 1, 4, 1, 5)
    wrong = Diagnostic(code="SK201", summary="x", path="a", spans=(span,), mend=(Edit(span, "2"),))
    worse = Diagnostic(code="SK405", summary="y", path="a", spans=(span,))
    found = mended("a: 1\n", lambda text: [wrong] if "1" in text else [worse])
    assert found.text == "a: 1\n" and found.applied == () and found.left == (wrong,)


PROPOSES = re.compile(r"(?:write|did you mean) (`[^`]+`(?: or `[^`]+`)*)\??")


def test_no_proposal_is_refused_in_its_turn() -> None:
    tried = 0
    for text in texts()[::2]:
        findings = check(text)
        for finding in findings:
            told = PROPOSES.fullmatch(finding.hint)
            span = finding.spans[0]
            if told is None or finding.code[:3] not in ("SK3", "SK4") or span.line != span.end_line:
                continue
            for proposal in re.findall(r"`([^`]+)`", told[1]):
                line = text.splitlines()[span.line - 1]
                words = line[span.column - 1 : span.end_column - 1]
                whole = proposal + words[len(words.split(".")[0]) :] if finding.code == "SK301" else proposal
                after = check(with_edits(text, [Edit(span, whole)]))
                start = (span.line, span.column)
                assert start not in {(d.spans[0].line, d.spans[0].column) for d in after if d.severity == "error"}, (
                    line,
                    finding.hint,
                )
                tried += 1
    assert tried >= 30
