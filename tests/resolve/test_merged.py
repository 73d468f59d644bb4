from hypothesis import given
from hypothesis import strategies as st

from skillc.compiler.resolve.merged import Clash, layer, leaves, merge, plain, without_removed
from skillc.compiler.source.load import load_bytes


def layered(text: str, file: str = "a.yaml"):
    return layer(load_bytes(text.encode(), file).root)


def laid(under: str, over: str) -> tuple[object, list[Clash]]:
    clashes: list[Clash] = []
    merged = without_removed(merge(layered(under, "under.yaml"), layered(over, "over.yaml"), clashes))
    return (None if merged is None else plain(merged)), clashes


def test_groups_merge_key_by_key_and_the_upper_value_holds() -> None:
    assert laid("a: {b: 1, c: 2}", "a: {c: 3, d: 4}") == ({"a": {"b": 1, "c": 3, "d": 4}}, [])


def test_lists_are_replaced_as_a_whole() -> None:
    assert laid("a: [1, 2, 3]", "a: [4]") == ({"a": [4]}, [])


def test_a_bare_null_removes_what_lies_below() -> None:
    assert laid("a: {b: 1, c: 2}", "a: {b: null}") == ({"a": {"c": 2}}, [])


def test_a_null_in_a_middle_layer_still_removes_what_is_laid_below_later() -> None:
    clashes: list[Clash] = []
    middle = merge(layered("x: 1"), layered("task: {success: null}"), clashes)
    merged = merge(layered("task: {success: {tilt: > 5 deg}}".replace("> 5 deg", '"> 5 deg"')), middle, clashes)
    assert plain(without_removed(merged)) == {"task": {}, "x": 1}


def test_a_lost_number_is_kept_as_none() -> None:
    assert laid("a: {value: 2, source: Table 1}", 'a: {value: null, source: "lost: Table 2"}')[0] == {"a": None}


def test_every_place_is_remembered_and_the_last_one_holds() -> None:
    clashes: list[Clash] = []
    base = layered('a: {value: 5 cm, source: "Table 3"}', "base.yaml")
    merged = merge(
        merge(base, layered("\na: 6 cm", "middle.yaml"), clashes), layered("\n\na: 70 mm", "top.yaml"), clashes
    )
    (path, leaf), *rest = leaves(merged)
    assert (path, rest, clashes) == ("a", [], [])
    assert [(o.file, o.line, o.text, o.source) for o in leaf.origins] == [
        ("base.yaml", 1, "5 cm", "Table 3"),
        ("middle.yaml", 2, "6 cm", ""),
        ("top.yaml", 3, "70 mm", ""),
    ]
    assert leaf.value == 0.07


def test_a_value_of_another_dimension_clashes() -> None:
    value, clashes = laid("a: 5 cm", "a: 3 s")
    assert value == {"a": 0.05}, "the lower layer holds"
    assert [(c.under.dimension, c.over.dimension) for c in clashes] == [("length", "time")]


def test_a_number_and_a_percentage_are_of_one_kind() -> None:
    assert laid("a: 0.2", "a: 30 %") == ({"a": 0.3}, [])


def test_a_value_over_a_group_clashes() -> None:
    value, clashes = laid("a: {b: 1}", "a: 2")
    assert value == {"a": {"b": 1}}, "the lower layer holds"
    assert [(c.path, c.under, c.over.value) for c in clashes] == [(("a",), None, 2)]


def test_units_become_si() -> None:
    text = 'a: 5 cm\nb: 60 deg/s\nc: ± 5 cm\nd: "> 6 cm"\ne: normal 2 mm\nf: × 0.5 .. 1.5\ng: 30 %\nh: 582 px\n'
    values = plain(layered(text))
    assert values["a"] == 0.05
    assert abs(values["b"] - 1.0471975511965976) < 1e-12
    assert values["c"] == {"kind": "uniform", "low": -0.05, "high": 0.05, "operation": "add", "logarithmic": False}
    assert values["d"] == {"operator": ">", "value": 0.06}
    assert values["e"] == {"kind": "normal", "mean": 0.0, "sigma": 0.002, "operation": "add"}
    assert values["f"]["operation"] == "scale"
    assert (values["g"], values["h"]) == (0.3, 582.0)


KEYS = st.sampled_from(["a", "b", "c"])
TREES = st.recursive(
    st.integers(0, 9), lambda below: st.dictionaries(KEYS, below, min_size=1, max_size=3), max_leaves=6
).filter(lambda tree: isinstance(tree, dict))


def yaml_flow(tree: object) -> str:
    if isinstance(tree, dict):
        return "{" + ", ".join(f"{key}: {yaml_flow(value)}" for key, value in tree.items()) + "}"
    return str(tree)


@given(TREES, TREES, TREES)
def test_merging_is_associative_where_nothing_clashes(low, middle, top) -> None:
    a, b, c = (layered(yaml_flow(t)) for t in (low, middle, top))
    clashes: list[Clash] = []
    left = merge(merge(a, b, clashes), c, clashes)
    right = merge(a, merge(b, c, clashes), clashes)
    if not clashes:
        assert plain(left) == plain(right)


@given(TREES)
def test_laying_a_tree_on_itself_changes_no_value(tree) -> None:
    layer_ = layered(yaml_flow(tree))
    assert plain(merge(layer_, layer_, [])) == plain(layer_)
