import pytest

from skillc.compiler.resolve.open_numbers import as_markdown, numbers, shipped_files
from skillc.compiler.source.load import load_bytes

FILES = dict(shipped_files())
PRESETS = [name for name in FILES if not name.startswith("skills/")]


@pytest.mark.parametrize("name", PRESETS)
def test_every_number_of_a_preset_says_where_it_comes_from(name: str) -> None:
    bare = [f"{n.path}: {n.text}" for n in numbers(name, FILES[name]) if not n.source and n.path != "language"]
    assert bare == []


@pytest.mark.parametrize("name", FILES)
def test_ours_and_lost_give_a_reason_and_a_place(name: str) -> None:
    for number in numbers(name, FILES[name]):
        if number.kind != "paper":
            assert number.source.partition(":")[2].strip(), number
        if number.kind == "lost":
            assert number.text in ("null", "lost"), number


def test_a_number_without_a_source_is_found() -> None:
    tree = load_bytes(b'a: {value: 1, source: "Table 1"}\nb: {c: 5 cm}\nd: word\ne: [1, 2]', "x.yaml")
    assert [n.path for n in numbers("x.yaml", tree) if not n.source] == ["b.c", "e[0]", "e[1]"]


def test_the_page_lists_every_number_that_is_not_a_papers() -> None:
    page = as_markdown()
    for name, tree in FILES.items():
        for number in numbers(name, tree):
            assert number.kind == "paper" or f"| `{number.path}` |" in page
    assert "### `specs/methods/sugar.yaml`" in page
