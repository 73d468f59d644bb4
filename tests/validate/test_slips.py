"""Messages as they are rendered: each slip is told once, by its cause."""

import pytest

from skillc.compiler.check.check import check_tree
from skillc.compiler.source.diagnostic import Diagnostic
from skillc.compiler.source.load import load_bytes
from skillc.compiler.source.render import render
from skillc.compiler.validate.nearest import slip_of


@pytest.fixture
def apple(project) -> str:
    return (project / "specs" / "skills" / "apple.yaml").read_text(encoding="utf-8")


def told(text: str) -> list[Diagnostic]:
    return [d for d in check_tree(load_bytes(text.encode(), "a.yaml"), ()).diagnostics if d.severity == "error"]


def rendered(text: str) -> str:
    return render(told(text), "text", {"a.yaml": text})


@pytest.mark.parametrize(("old", "name", "meant", "places"), [
    ("plate", "Plate", "plate", 2), ("apple", "tissue-box", "tissue_box", 3), ("plate", "7up", "up", 2),
])  # fmt: skip
def test_a_name_of_the_wrong_form_is_told_once_with_the_rule(apple, old, name, meant, places) -> None:
    text = apple.replace(f"    {old}: ", f"    {name}: ").replace(f" {old}.", f" {name}.")
    (found,) = told(text)
    assert found.code == "SK205" and "lower-case letters, digits and underscores" in found.detail
    assert found.hint == f"write `{meant}`, here and at {places} other places"
    assert len(found.mend) == places + 1


def test_a_name_that_is_taken_is_not_proposed(apple) -> None:
    text = apple.replace("    plate: {", "    Apple: {role: obstacle}\n    plate: {")
    (found,) = told(text)
    assert found.hint == "`apple` is taken: choose another name" and found.mend == ()


def test_a_name_that_nothing_declares_is_told_once_with_its_places(apple) -> None:
    (found,) = told(apple.replace("    apple: {", "    pear: {"))
    assert found.code == "SK301" and "no object `apple`" in found.summary and len(found.spans) == 3
    assert "table" not in found.hint  # a word of the language is no guess for an object


@pytest.mark.parametrize(
    ("old", "new", "name", "meant"),
    [
        ("focal: 582 px", "fоcal: 582 px", "cyrillic small letter o", "`focal`"),
        ("582 px", "５８２ px", "fullwidth digit five", "`582 px`"),
        ("53.3 mm", "53.3 ｍm", "fullwidth latin small letter m", "`53.3 mm`"),
        ("± 5 cm", "– 5 .. 5 cm", "en dash", "`- 5 .. 5 cm`"),
        ("material: plastic", "material: plаstic", "cyrillic small letter a", "`plastic`"),
        ("582 px", "582 𝜇m", "mathematical italic small mu", "`582 µm`"),
    ],
)
def test_a_look_alike_is_named(apple, old: str, new: str, name: str, meant: str) -> None:
    (found,) = told(apple.replace(old, new, 1))
    assert found.code == "SK144" and name in found.summary and meant in found.hint


def test_a_look_alike_in_a_name_is_told_once_and_not_at_its_uses(apple) -> None:
    (found,) = told(apple.replace("    apple: {", "    аpple: {"))
    assert found.code == "SK144" and "`apple`" in found.hint


def test_prose_may_be_in_any_script(apple) -> None:
    assert told(apple.replace("summary: Put", "summary: Положи")) == []
    (found,) = told(apple.replace("summary: Put", "summary: " + "Положи " * 200))
    assert found.code == "SK205"


@pytest.mark.parametrize("mu", ["µ", "μ"])
def test_both_letters_mu_are_read(apple, mu: str) -> None:
    assert told(apple.replace("53.3 mm", f"53300 {mu}m")) == []


def test_a_decimal_comma_in_braces_is_one_mistake(apple) -> None:
    (found,) = told(apple.replace("53.3 mm", "53,3 mm"))
    assert (found.code, found.hint) == ("SK140", "write `53.3 mm`")
    assert [edit.text for edit in found.mend] == ["53.3 mm"]


def test_a_comma_in_a_list_may_part_two_numbers(apple) -> None:
    found = told(apple.replace("material: plastic", "size: [5,3 cm, 3 cm]"))[0]
    assert found.code == "SK140" and "`5.3 cm` for one number, `5, 3 cm` for two" in found.hint and found.mend == ()


@pytest.mark.parametrize(
    ("old", "new", "hint"),
    [
        ("  limits: {con", "  contact_force: 20 N\n  limits: {con", "`contact_force` belongs in `deploy.limits`"),
        ("    calibration:", "calibration:", "`calibration` belongs in `cameras.NAME`"),
        ("  region:", "region:", "`region` belongs in `demonstrations`"),
        ("task:\n", "rates: {control: 60 Hz}\ntask:\n", "`rates` belongs in `deploy`"),
        ("\nrewards:", "\n  rewards:", "`rewards` belongs at the start of its line"),
        ("role: manipulated,", "role: manipulated, focal: 5 px,", "`focal` belongs in `cameras.NAME`"),
    ],
)  # fmt: skip
def test_a_key_at_the_wrong_level_says_where_it_belongs(apple, old: str, new: str, hint: str) -> None:
    assert f"hint: {hint}" in rendered(apple.replace(old, new, 1))


def test_a_place_that_would_refuse_the_value_is_not_proposed(apple) -> None:
    # `focal` is a number of pixels wherever it may stand.
    assert "belongs" not in rendered(apple.replace("role: manipulated,", "role: manipulated, focal: 5 cm,", 1))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("[5 cm, {a: 1}, 3 cm]", "item 2 of `size` is a mapping"),
        ("[5 cm, 3 cm, [2 cm]]", "item 3 of `size` is a list"),
        ("[5 cm, true, 3 cm]", "item 2 of `size` is the truth value `true`"),
    ],
)
def test_the_wrong_entry_of_a_list_is_named(apple, value: str, said: str) -> None:
    assert said in rendered(apple.replace("material: plastic", f"size: {value}"))


def test_a_slip_is_one_letter_in_a_long_enough_name() -> None:
    known = ("final_offset", "rise", "cup_1", "hold", "max_height")
    assert slip_of("final_ofset", known) == slip_of("final_offfset", known) == slip_of("fianl_offset", known)
    assert slip_of("final_ofset", known) == "final_offset" and slip_of("Rise", known) == "rise"
    assert slip_of("cup_2", known) == slip_of("hol", known) == slip_of("max_weight_x", known) == ""
    assert slip_of("code", ("node", "mode")) == ""  # two are equally near
