"""The order in which stages run."""

from collections.abc import Sequence

from skillc.compiler.plan.stage import Stage


class GraphError(ValueError):
    """The stages do not form a graph that can run; the message names the stage."""


class UnknownStage(KeyError):
    """There is no stage of that name."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        """Keep the name asked for and those there are."""
        super().__init__(name)
        self.name, self.known = name, known


def ordered(stages: Sequence[Stage]) -> tuple[Stage, ...]:
    """Return `stages` with every stage after those it needs, otherwise in the given order.

    Raises:
        GraphError: two stages share a name or an output, a need does not exist, or needs go round in a circle.
    """
    by_name = {s.name: s for s in stages}
    if len(by_name) != len(stages):
        raise GraphError(f"two stages share a name: {sorted(s.name for s in stages)}")
    makers: dict[str, str] = {}
    for stage in stages:
        for made in stage.makes:
            if made in makers:
                raise GraphError(f"{makers[made]} and {stage.name} both make {made}")
            makers[made] = stage.name
        for need in stage.needs:
            if need not in by_name:
                raise GraphError(f"{stage.name} needs {need}, which does not exist")
    done: dict[str, Stage] = {}
    waiting = list(stages)
    while waiting:
        ready = [s for s in waiting if all(n in done for n in s.needs)]
        if not ready:
            raise GraphError(f"stages need each other in a circle: {', '.join(s.name for s in waiting)}")
        done[ready[0].name] = ready[0]
        waiting.remove(ready[0])
    return tuple(done.values())


def until(stages: Sequence[Stage], name: str) -> tuple[Stage, ...]:
    """Return the ordered stages that `name` needs, and itself last; raises UnknownStage."""
    by_name = {s.name: s for s in stages}
    if name not in by_name:
        raise UnknownStage(name, tuple(by_name))
    wanted, pending = set(), [name]
    while pending:
        stage = by_name[pending.pop()]
        wanted.add(stage.name)
        pending += [n for n in stage.needs if n not in wanted]
    return tuple(s for s in ordered(stages) if s.name in wanted)
