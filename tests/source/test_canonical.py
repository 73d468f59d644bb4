import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from skillc.compiler.source.canonical import canonical
from skillc.compiler.source.comments import comments
from skillc.compiler.source.load import load_bytes
from skillc.compiler.source.measured import is_measure
from skillc.compiler.source.tree import as_plain


def formatted(text: str, *, measures: bool = True) -> str:
    return canonical(load_bytes(text.encode(), "spec.yaml"), is_measure if measures else lambda path: False)


def test_sections_come_in_the_languages_order_with_empty_lines_between() -> None:
    text = "rewards: {action_l2: {weight: -0.01}}\nlanguage: 1\nskill: a\ntask:\n  type: push\nmethod: m\nhardware: h\n"
    assert formatted(text) == (
        "skill: a\nlanguage: 1\n\ntask:\n  type: push\n\nhardware: h\nmethod: m\n"
        "rewards: {action_l2: {weight: -0.01}}\n"
    )


def test_measures_are_spelled_one_way() -> None:
    text = "randomization: {apple.position.xy: +-5cm, apple.scale: 0.8..1.2, apple.mass: x0.5..1.5}\n"
    want = "randomization: {apple.position.xy: ± 5 cm, apple.scale: 0.8 .. 1.2, apple.mass: × 0.5 .. 1.5}\n"
    assert formatted(text) == want


def test_text_that_looks_like_a_measure_stays_as_written() -> None:
    assert formatted("summary: 5cm\ndemonstrations: {recording: 5cm}\n") == (
        "summary: 5cm\ndemonstrations: {recording: 5cm}\n"
    )


def test_quotes_stay_only_where_yaml_needs_them() -> None:
    text = "summary: 'plain words'\ntask: {type: \"lift\", success: {rise: '> 5 cm'}}\ndemonstrations: \"no\"\n"
    assert formatted(text) == (
        'summary: plain words\ndemonstrations: "no"\ntask: {type: lift, success: {rise: "> 5 cm"}}\n'
    )


def test_a_long_flow_collection_is_opened() -> None:
    inner = ", ".join(f"apple_{n}: {{role: obstacle, material: wood}}" for n in range(4))
    lines = formatted(f"scene: {{objects: {{{inner}}}}}\n").splitlines()
    assert lines[:3] == ["scene:", "  objects:", "    apple_0: {role: obstacle, material: wood}"]


def test_comments_stay_with_what_they_stand_before_beside_and_after() -> None:
    text = """\
# head

task: {type: grasp} # which
skill: a
scene:
    objects:
        # the apple

        # is red
        apple: {role: manipulated,  # moved
            # of plastic
            material: plastic}   # tail
        # b: 2
    # end of scene
"""
    want = """\
# head

skill: a

scene:
  objects:
    # the apple

    # is red
    apple:
      role: manipulated # moved
      # of plastic
      material: plastic # tail
    # b: 2
  # end of scene

task: {type: grasp} # which
"""
    assert formatted(text) == want
    assert formatted(want) == want


def test_list_items_keep_their_comments() -> None:
    text = "goals:\n- # first\n  name: a\n  contact: {hand: right, object: x}\n# second\n- {name: b}\n"
    want = "goals:\n  # first\n  - name: a\n    contact: {hand: right, object: x}\n  # second\n  - {name: b}\n"
    assert formatted(text) == want
    assert formatted(want) == want


def test_block_text_keeps_its_lines() -> None:
    text = "skill: a\nsummary: >-\n      Put it\n      there. # no comment\nlanguage: 1\n"
    assert formatted(text) == "skill: a\nlanguage: 1\nsummary: >-\n  Put it\n  there. # no comment\n"


def test_a_hash_inside_text_is_no_comment() -> None:
    tree = load_bytes(b'summary: "a # b" # c\nskill: a#b\n', "spec.yaml")
    assert [(c.line, c.text) for c in comments(tree)] == [(1, "# c")]


KEY = st.sampled_from(["task", "scene", "skill", "x", "yy", "with space", "on", "12"])
WORD = st.sampled_from(
    ["plain", "two words", "no", "5cm", "± 5 cm", "> 5 cm", "a: b", "a #b", "#a", "a, b", "[x", "it's", 'say "so"',
     "", " lead", "null", "1e3", "é", "- x", "-5", "{{ x }}", "@a", "*", "&a", "!t", "%d", "|", "a:", "?"]
)  # fmt: skip
SCALAR = st.one_of(WORD, st.integers(-5, 5), st.booleans(), st.none(), st.sampled_from([0.5, -1.25]))
TREE = st.recursive(
    SCALAR,
    lambda below: st.one_of(st.dictionaries(KEY, below, max_size=4), st.lists(below, max_size=3)),
    max_leaves=12,
)
COMMENTS = st.lists(st.sampled_from(["# one", "#two", "# three: {x"]), max_size=3)


def emitted(draw, node: object, indent: int, lines: list[str]) -> None:
    """Write a tree as YAML in many styles, with comments and blanks anywhere they may stand."""
    import json

    def note(deep: int) -> None:
        for comment in draw(COMMENTS):
            lines.append(" " * deep + comment)
        if draw(st.booleans()):
            lines.append("")

    def scalar(value: object) -> str:
        return json.dumps(value, ensure_ascii=False)

    def beside() -> str:
        return draw(st.sampled_from(["", "", "   # beside", " # b"]))

    items = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in items:
        note(indent)
        head = f"{' ' * indent}{json.dumps(key, ensure_ascii=False)}:" if isinstance(node, dict) else " " * indent + "-"
        block = isinstance(value, (dict, list)) and bool(value) and draw(st.booleans())
        if block:
            lines.append(head + beside())
            emitted(draw, value, indent + draw(st.sampled_from([1, 2, 4])), lines)
        else:
            lines.append(f"{head} {scalar(value)}{beside()}")


@st.composite
def spec_texts(draw) -> str:
    tree = draw(st.dictionaries(KEY, TREE, min_size=1, max_size=4))
    lines: list[str] = []
    emitted(draw, tree, 0, lines)
    return "\n".join(lines) + draw(st.sampled_from(["", "\n", "\n\n# end\n"]))


def words_of(text: str) -> list[str]:
    return sorted(c.text for c in comments(load_bytes(text.encode(), "spec.yaml")))


@given(spec_texts())
@settings(max_examples=60, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow])
def test_formatting_is_idempotent_and_keeps_every_value_and_comment(text: str) -> None:
    once = formatted(text, measures=False)
    assert formatted(once, measures=False) == once
    before, after = (as_plain(load_bytes(t.encode(), "spec.yaml").root) for t in (text, once))
    assert before == after
    assert words_of(once) == words_of(text)


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ("5cm", "5 cm"),
        ("+-5cm", "± 5 cm"),
        ("+/- 30%", "± 30 %"),
        ("x 0.5..1.5", "× 0.5 .. 1.5"),
        ("<7cm", "< 7 cm"),
        ("≥0.5s", ">= 0.5 s"),
        ("normal 1mm,2mm", "normal 1 mm, 2 mm"),
        ("60deg/s^2", "60 deg/s^2"),
        ("log 0.1..10", "log 0.1 .. 10"),
        ("-2 ..5cm", "-2 .. 5 cm"),
        ("1.0e-3 m", "1.0e-3 m"),
        ("5 furlongs", "5 furlongs"),
    ],
)
def test_spelling(written: str, spelled: str) -> None:
    from skillc.compiler.source.spelling import spelled as spell
    from skillc.compiler.source.tree import Scalar, Span

    span = Span("spec.yaml", 1, 1, 1, 1)
    assert spell(Scalar(written, written, True, span)) == spelled
    assert spell(Scalar(spelled, spelled, True, span)) == spelled
