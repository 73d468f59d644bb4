"""What `explain` says about a term is what the registry declares."""

import pytest

from skillc.compiler.explain import registered, subject

pytestmark = pytest.mark.slow


def test_a_reward_is_told_with_its_sign_source_and_bounds() -> None:
    text = subject.explain("table_clearance")
    assert text.startswith("reward table_clearance\n")
    assert "source: C.2" in text and "weight: below 0" in text
    assert "clearance: a length, above 0 cm, at most 50 cm" in text
    assert "height: a length" in text and "drafts only: it needs the paper's own expression" in text


def test_a_condition_is_told_with_its_direction() -> None:
    assert "holds: below a bound" in subject.explain("final_offset")
    assert "holds: above a bound" in subject.explain("rise")


@pytest.mark.parametrize("name", ["mass", "apple.mass"])
def test_a_quantity_is_told_with_its_operations(name: str) -> None:
    text = subject.explain(name)
    assert "randomized quantity mass" in text and "drawn by ×, from 0.05, at most 20" in text


def test_what_waits_says_for_what() -> None:
    assert "drafts only: it needs a reference of the whole body" in subject.explain("body_far")
    assert "drafts only" not in subject.explain("hand_far")


def test_a_name_of_two_kinds_is_told_twice() -> None:
    assert [kind for kind, _ in registered.found("contact")] == ["reward", "kind of goal"]


def test_every_term_can_be_told() -> None:
    for terms in registered.KINDS.values():
        for name in terms:
            assert terms[name].meaning in subject.explain(name)
