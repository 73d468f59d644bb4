import pytest

from skillc.compiler.pipeline.catalog import stages
from skillc.compiler.plan.graph import GraphError, UnknownStage, ordered, until
from skillc.compiler.plan.stage import Stage


def stage(name: str, *needs: str, makes: tuple[str, ...] | None = None) -> Stage:
    return Stage(name=name, needs=needs, makes=makes or (f"{name}.txt",), code=(), parameters=dict, run=print)


def test_a_stage_comes_after_what_it_needs() -> None:
    found = ordered((stage("c", "b"), stage("a"), stage("b", "a")))
    assert [s.name for s in found] == ["a", "b", "c"]


def test_a_changed_stage_of_the_same_name_is_ordered_anew() -> None:
    assert [s.name for s in ordered((stage("b"), stage("a")))] == ["b", "a"]
    assert [s.name for s in ordered((stage("b", "a"), stage("a")))] == ["a", "b"]


def test_until_keeps_only_what_is_needed() -> None:
    graph = (stage("a"), stage("b", "a"), stage("x"), stage("c", "b"))
    assert [s.name for s in until(graph, "b")] == ["a", "b"]
    with pytest.raises(UnknownStage):
        until(graph, "z")


@pytest.mark.parametrize(
    ("graph", "said"),
    [
        ((stage("a"), stage("a")), "there twice"),
        ((stage("a", "b"), stage("b", "a")), "circle"),
        ((stage("a", "z"),), "needs z"),
        ((stage("a", makes=("t",)), stage("b", makes=("t",))), "both make t"),
    ],
)
def test_a_graph_that_cannot_run_is_named(graph: tuple[Stage, ...], said: str) -> None:
    with pytest.raises(GraphError, match=said):
        ordered(graph)


def test_the_projects_stages_form_a_graph() -> None:
    assert ordered(stages())[0].name == "recording"


def test_what_a_stage_reads_it_needs_only_where_it_is_made() -> None:
    album = Stage(
        name="album", needs=(), reads=("a.txt", "deep/b.txt"), makes=("album/",), code=(), parameters=dict, run=print
    )
    deep = stage("b", makes=("deep/",))
    assert [s.needs for s in ordered((album, deep, stage("a"))) if s.name == "album"] == [("b", "a")]
    assert [s.name for s in ordered((album, deep, stage("a")))] == ["b", "a", "album"]
    assert ordered((album, stage("deeper")))[0].needs == ()
    assert [s.name for s in until((album, stage("a"), stage("x")), "album")] == ["a", "album"]
