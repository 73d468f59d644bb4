import pytest

from skillc.compiler.source.diagnostic import Diagnostic, SourceError
from skillc.compiler.source.load import load_bytes

SPEC = """\
skill: example
task:
  type: lift
  success: # Table 4
    rise: "> 5 cm"
deploy:
  rates: {control: 60 Hz}
  limits: {contact_force: 20 N}
"""


def told(old: str, new: str) -> Diagnostic:
    assert old in SPEC
    with pytest.raises(SourceError) as caught:
        load_bytes(SPEC.replace(old, new, 1).encode(), "a.yaml")
    (found,) = caught.value.diagnostics
    return found


@pytest.mark.parametrize(
    ("new", "value"),
    [
        ("rise: > 5 cm", "> 5 cm"),
        ("rise: >= 5 cm # as printed", ">= 5 cm"),
        ("rise: `5 cm`", "`5 cm`"),
        ("rise: %5", "%5"),
    ],
)
def test_a_value_that_starts_with_a_sign_of_yaml_is_quoted(new: str, value: str) -> None:
    found = told('rise: "> 5 cm"', new)
    assert found.code == "SK142" and f'"{value}"' in found.hint
    assert (found.spans[0].line, found.spans[0].column) == (5, 11)
    assert [edit.text for edit in found.mend] == [f'"{value}"']


def test_the_value_in_braces_ends_at_the_comma() -> None:
    found = told("{control: 60 Hz}", "{control: > 60 Hz, policy: 12 Hz}")
    assert found.code == "SK142" and found.mend[0].text == '"> 60 Hz"'


def test_a_merge_conflict_is_named_with_all_its_marks() -> None:
    found = told("task:\n", "<<<<<<< HEAD\ntask:\n=======\nTask:\n>>>>>>> other\n")
    assert found.code == "SK141" and "lines 2, 4, 6" in found.summary
    assert [span.line for span in found.spans] == [2, 4, 6]


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ("  type: lift", "   type: lift", [3, 4]),
        ("  success:", "     success:", [4, 3]),
        ("  limits:", "    limits:", [8, 7]),
        ("  limits:", " limits:", [8, 7]),
        ("  type: lift", "type: lift", [4, 3]),
        ("task:\n  type: lift", "task: lift", [3, 2]),
    ],
)
def test_wrong_indentation_is_named_with_the_line_it_does_not_go_with(old: str, new: str, lines: list[int]) -> None:
    found = told(old, new)
    assert found.code == "SK143" and [span.line for span in found.spans] == lines
    assert found.mend == ()  # which of the two is meant, a person says


@pytest.mark.parametrize("new", ["type:lift", "type: [lift", 'type: "lift'])
def test_other_mistakes_stay_what_they_are(new: str) -> None:
    assert told("type: lift", new).code == "SK107"


def test_a_missing_space_is_put_in() -> None:
    assert [edit.text for edit in told("type: lift", "type:lift").mend] == [": "]


def test_lists_texts_and_brackets_may_be_indented_as_yaml_allows() -> None:
    text = "a:\n- b: 1\n  c: 2\n-   d: 3\n    e: 4\n- - 5\n  - 6\nf: |\n   x: 1\n  # no comment\n\n    y\n"
    text += "t: a text\n  that goes on\ng: {h: 1,\ni: 2,\n      j: 3}\n"
    with pytest.raises(SourceError) as caught:
        load_bytes((text + "k: [1\n").encode(), "a.yaml")
    assert caught.value.diagnostics[0].code == "SK107"
