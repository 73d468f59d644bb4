"""How a method changes the pipeline of what it extends: `pipeline: {add: [...], remove: [...]}`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from skillc.compiler.source.tree import Mapping as Group
from skillc.compiler.source.tree import Node, Path, Scalar, Sequence

KEY = "pipeline"


def edited(stages: list[str], *, add: list[str], remove: list[str]) -> list[str]:
    """Return the stages without those removed, then those added; what is there already keeps its place."""
    kept = [name for name in stages if name not in remove]
    return kept + [name for name in add if name not in kept]


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedStage:
    """One stage as a preset or a spec names it in a pipeline."""

    stage: Scalar
    path: Path
    removed: bool
    """Whether it is taken out of the pipeline of what the preset extends."""


def named_stages(node: Node | None, path: Path) -> Iterator[NamedStage]:
    """Yield every stage that a written `pipeline:` names."""
    lists: Mapping[str, Node | None] = {"add": node}
    if isinstance(node, Group):
        lists = {key: node.entries[key].value for key in ("add", "remove") if key in node.entries}
    for key, items in lists.items():
        where = (*path, key) if isinstance(node, Group) else path
        for index, item in enumerate(items.items if isinstance(items, Sequence) else ()):
            if isinstance(item, Scalar):
                yield NamedStage(stage=item, path=(*where, index), removed=key == "remove")
