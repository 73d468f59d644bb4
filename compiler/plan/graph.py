"""The order in which stages run."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from skillc.compiler.plan.stage import Stage


class GraphError(ValueError):
    """The stages do not form a graph that can run."""

    def __init__(self, message: str, stage: str, need: str = "") -> None:
        """Keep what is wrong, the stage it is wrong with, and the stage it needs in vain."""
        super().__init__(message)
        self.stage, self.need = stage, need


class UnknownStage(KeyError):
    """There is no stage of that name."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        """Keep the name asked for and those there are."""
        super().__init__(name)
        self.name, self.known = name, known


def ordered(stages: Sequence[Stage]) -> tuple[Stage, ...]:
    """Return `stages` with every stage after those it needs, otherwise in the given order.

    Makers of files that a stage `reads` are among its needs then.

    Raises:
        GraphError: two stages share a name or an output, a need does not exist, or needs go round in a circle.
    """
    return _ordered(tuple(stages))


@cache
def _ordered(stages: tuple[Stage, ...]) -> tuple[Stage, ...]:
    """Return the order, worked out once for the stages of a method: checking many specs asks for it at each."""
    names = [s.name for s in stages]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise GraphError(f"the stage {twice} is there twice", twice)
    waiting = list(_with_makers(stages))
    by_name = {s.name for s in waiting}
    for stage in waiting:
        for need in stage.needs:
            if need not in by_name:
                raise GraphError(f"{stage.name} needs {need}, which is not there", stage.name, need)
    done: dict[str, Stage] = {}
    while waiting:
        ready = [s for s in waiting if all(n in done for n in s.needs)]
        if not ready:
            raise GraphError(
                f"stages need each other in a circle: {', '.join(s.name for s in waiting)}", waiting[0].name
            )
        done[ready[0].name] = ready[0]
        waiting.remove(ready[0])
    return tuple(done.values())


def _with_makers(stages: Sequence[Stage]) -> tuple[Stage, ...]:
    """Return `stages`, those that make what a stage reads among its needs."""
    makers: dict[str, str] = {}
    for stage in stages:
        for made in stage.makes:
            if made in makers:
                raise GraphError(f"{makers[made]} and {stage.name} both make {made}", stage.name)
            makers[made] = stage.name
    found = []
    for stage in stages:
        read = {maker for made, maker in makers.items() if any(_holds(made, name) for name in stage.reads)}
        added = [s.name for s in stages if s.name in read - {stage.name, *stage.needs}]
        found.append(replace(stage, needs=(*stage.needs, *added)))
    return tuple(found)


def _holds(made: str, name: str) -> bool:
    """Tell whether `name` is the file or folder `made` or lies in it."""
    return f"{name}/".startswith(f"{made.rstrip('/')}/")


def until(stages: Sequence[Stage], name: str) -> tuple[Stage, ...]:
    """Return the ordered stages that `name` needs, and itself last; raises UnknownStage."""
    by_name = {s.name: s for s in ordered(stages)}
    if name not in by_name:
        raise UnknownStage(name, tuple(by_name))
    wanted, pending = set(), [name]
    while pending:
        stage = by_name[pending.pop()]
        wanted.add(stage.name)
        pending += [n for n in stage.needs if n not in wanted]
    return tuple(s for s in by_name.values() if s.name in wanted)
