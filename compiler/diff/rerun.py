"""What a change makes necessary: stages that would be made of something else, and all that build on them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from skillc.compiler.diff.inputs import Contents, digest_of
from skillc.compiler.diff.side import Side
from skillc.compiler.diff.training import learned_from
from skillc.compiler.plan.code import code_digests
from skillc.compiler.plan.digest import of_json
from skillc.compiler.plan.stage import Stage
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Rerun:
    """Stages after a change."""

    changed: tuple[str, ...]
    """Stages whose own parameters, input files or code differ: they run."""
    downstream: tuple[str, ...]
    """Stages that read those: they run unless the outputs above come out the same."""
    kept: tuple[str, ...]
    """Stages that are taken from the cache."""
    policies: tuple[str, ...]
    """Policies that learn from something else: `skillc train` starts them anew."""


def rerun(before: Side, after: Side, stages: Sequence[Stage]) -> Rerun:
    """Compare what every stage would be made of by two sides, as a plan does.

    Args:
        before: the older side; a stage its method does not choose is new, so it runs.
        after: the newer side.
        stages: those of `after`, in an order in which they can run.
    """
    before = replace(before, resolved=_written_in(before.resolved, after.resolved.spec_file))
    chosen_before = before.resolved.section("method").get("pipeline") or ()
    changed = [
        stage.name
        for stage in stages
        if stage.name not in chosen_before or _made_of(stage, before, after) != _made_of(stage, after, before)
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
        policies=_policies(before, after, stages),
    )


def _written_in(spec: ResolvedSpec, file: str) -> ResolvedSpec:
    """Return a spec as if another file held it: `git:main:a.yaml` and `a.yaml` are one file to a build."""
    origins = {
        path: tuple(replace(o, file=file) if o.file == spec.spec_file else o for o in places)
        for path, places in spec.origins.items()
    }
    return replace(spec, origins=origins, spec_file=file)


def _made_of(stage: Stage, side: Side, other: Side) -> JSON:
    """Return the ingredients of a stage on one side; of code only where one of the sides is a build.

    Two specs are compared with the skillc that is installed, whose code is the same for both.
    """
    built = side.ingredients.get(stage.name)
    if built is not None:
        return of_json({key: built[key] for key in ("parameters", "files", "code")})
    spec = side.resolved
    digests = digests_of(side.inputs)
    now = {
        "parameters": stage.parameters(spec),
        "files": {name: digests.get(name, "") for name in stage.files(spec)},
        "code": code_digests(stage.code) if stage.name in other.ingredients else {},
    }
    if stage.name in other.ingredients:
        # A plan counts the files of the stages below as well.
        now["files"] = {name: digests.get(name, "") for name in other.ingredients[stage.name]["files"]}
    return of_json(now)


def digests_of(inputs: Mapping[str, Contents]) -> dict[str, str]:
    """Return input -> digest of all that is in it."""
    return {name: digest_of(found) for name, found in inputs.items()}


def _policies(before: Side, after: Side, stages: Sequence[Stage]) -> tuple[str, ...]:
    old = learned_from(before.resolved, stages, digests_of(before.inputs))
    new = learned_from(after.resolved, stages, digests_of(after.inputs))
    return tuple(name for name in new if name not in old or of_json(old[name]) != of_json(new[name]))
