"""Weights of rewards, wherever they are written: as many as there are goals, not zero, and of the term's sign."""

from collections.abc import Iterator

from skillc.compiler.source.diagnostic import Diagnostic
from skillc.compiler.source.tree import Mapping, Node, Path, Scalar, Sequence, path_text
from skillc.compiler.validate.structure import Marked
from skillc.runtime.terms.rewards import REWARDS

_AS_PRINTED = ("formula", "slope")
"""With these beside it a weight multiplies the paper's own expression, which has a sign of its own."""


def check_weights(root: Mapping, marked: list[Marked]) -> list[Diagnostic]:
    """Check every place whose schema says which reward it weighs."""
    goals = root.entries["goals"].value if "goals" in root.entries else None
    count = len(goals.items) if isinstance(goals, Sequence) else 0
    found: list[Diagnostic] = []
    for place in marked:
        if "x-weighs" in place.marks:
            found += _number_of_goals(place, count)
            found += _without_effect(place)
            if not set(_AS_PRINTED) & set(_settings(root, place.path)):
                found += _signs(place)
    return found


def _settings(root: Mapping, path: Path) -> frozenset[str]:
    """Return the keys beside the weight at a path."""
    node: Node = root
    for key in path[: path.index("weight")]:
        if isinstance(node, Mapping) and isinstance(key, str):
            node = node.entries[key].value
        elif isinstance(node, Sequence) and isinstance(key, int):
            node = node.items[key]
    return frozenset(node.entries) if isinstance(node, Mapping) else frozenset()


def _numbers(node: Node) -> Iterator[Scalar]:
    """Yield the numbers of a weight: itself, or one for each goal or stage of training."""
    if isinstance(node, Scalar) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
        yield node
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from _numbers(item)
    elif isinstance(node, Mapping):
        for key in ("per_goal", "per_stage"):
            if key in node.entries:
                yield from _numbers(node.entries[key].value)


def _number_of_goals(place: Marked, count: int) -> Iterator[Diagnostic]:
    per_goal = place.node.entries.get("per_goal") if isinstance(place.node, Mapping) else None
    if per_goal is not None and isinstance(per_goal.value, Sequence) and len(per_goal.value.items) != count:
        yield Diagnostic(
            code="SK207",
            summary=f"`per_goal` has {len(per_goal.value.items)} weights for {count} goals",
            detail="one weight for each goal, in their order",
            path=path_text((*place.path, "per_goal")),
            spans=(per_goal.value.span,),
        )


def _without_effect(place: Marked) -> Iterator[Diagnostic]:
    weights = list(_numbers(place.node))
    if weights and all(weight.value == 0 for weight in weights):
        term = place.marks["x-weighs"]
        yield Diagnostic(
            code="SK209",
            summary=f"`{term}` has no effect: a term of weight 0 is never counted",
            detail="every key of a spec must change something",
            hint=f"delete the term, or write `{term}: null` to take out the method's",
            path=path_text(place.path[: place.path.index("weight")]),
            spans=(weights[0].span,),
        )


def _signs(place: Marked) -> Iterator[Diagnostic]:
    term = REWARDS[place.marks["x-weighs"]]
    for weight in _numbers(place.node):
        assert isinstance(weight.value, (int, float))
        if weight.value * term.sign < 0:
            cost = term.sign < 0
            yield Diagnostic(
                code="SK405",
                summary=f"the weight {weight.text} {'rewards' if cost else 'punishes'} `{term.name}`",
                detail=f"it measures what is {'unwanted' if cost else 'wanted'}",
                hint=f"write {-weight.value:g}",
                path=path_text(place.path),
                spans=(weight.span,),
            )
