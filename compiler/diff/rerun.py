"""What a change makes necessary: stages whose parameters or inputs differ, and all that build on them."""

from collections.abc import Sequence
from dataclasses import dataclass

from skillc.compiler.plan.stage import Stage
from skillc.compiler.resolve.resolved import ResolvedSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Rerun:
    """Stages after a change."""

    changed: tuple[str, ...]
    """Stages whose own parameters or input files differ: they run."""
    downstream: tuple[str, ...]
    """Stages that read those: they run unless the outputs above come out the same."""
    kept: tuple[str, ...]
    """Stages that are taken from the cache."""
    policies: tuple[str, ...]
    """Policies whose training settings or environment differ: `skillc train` starts them anew."""


def rerun(before: ResolvedSpec, after: ResolvedSpec, stages: Sequence[Stage]) -> Rerun:
    """Compare what every stage would be given by two specs.

    Args:
        before: the spec before; a stage its method does not choose is new, so it runs.
        after: the spec after.
        stages: those of `after`, in an order in which they can run.
    """
    chosen_before = before.section("method").get("pipeline") or ()
    changed = [
        stage.name
        for stage in stages
        if stage.name not in chosen_before
        or stage.parameters(before) != stage.parameters(after)
        or stage.files(before) != stage.files(after)
    ]
    touched = set(changed)
    downstream: list[str] = []
    for stage in stages:
        if stage.name not in touched and touched & set(stage.needs):
            touched.add(stage.name)
            downstream.append(stage.name)
    return Rerun(
        changed=tuple(changed),
        downstream=tuple(downstream),
        kept=tuple(stage.name for stage in stages if stage.name not in touched),
        policies=_policies(before, after, {"environment", "training"} & touched != set()),
    )


def _policies(before: ResolvedSpec, after: ResolvedSpec, environment: bool) -> tuple[str, ...]:
    old, new = before.section("policies"), after.section("policies")
    return tuple(name for name in new if environment or old.get(name) != new[name])
