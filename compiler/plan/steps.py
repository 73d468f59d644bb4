"""What a build would do: for every stage, run or reuse, why, and at what cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from skillc.compiler.plan.cache import CacheEntry, DamagedEntry
from skillc.compiler.plan.ingredients import changes, gather
from skillc.compiler.plan.job import Job
from skillc.compiler.plan.journal import Cost
from skillc.runtime.formats.lock import SkillLock


@dataclass(frozen=True, kw_only=True)
class PlannedStage:
    """One stage of a plan."""

    stage: str
    action: Literal["reuse", "run", "wait"]
    """wait: depends on what an earlier stage makes this time; reused if that turns out the same."""
    reasons: tuple[str, ...]
    """Why it must run, from the difference to the last build."""
    expected: Cost | None
    """What it took before on this machine; null if it never ran."""


def plan(job: Job, digests: Mapping[str, str], last: SkillLock | None) -> tuple[PlannedStage, ...]:
    """Return the steps of `job` in order.

    Args:
        job: the skill.
        digests: input file -> digest.
        last: lock of the build that lies in the output folder, to tell what changed.
    """
    costs, cache = job.journal.expected(), job.cache
    known: dict[str, CacheEntry] = {}
    steps: list[PlannedStage] = []
    for stage in job.stages:
        unknown = [n for n in stage.needs if n not in known]
        if unknown:
            steps.append(
                PlannedStage(stage=stage.name, action="wait", reasons=(f"waits for {', '.join(unknown)}",),
                     expected=costs.get(stage.name))
            )  # fmt: skip
            continue
        files = {name: digests[name] for name in job.files_of(stage)}
        now = gather(stage, stage.parameters(job.spec), files, {n: known[n].digest for n in stage.needs})
        reasons: tuple[str, ...] = ()
        try:
            entry = cache.find(now.fingerprint)
        except DamagedEntry as damage:
            entry, reasons = None, (f"its cache entry is damaged: {damage}",)
        if entry is not None:
            known[stage.name] = entry
            steps.append(PlannedStage(stage=stage.name, action="reuse", reasons=(), expected=costs.get(stage.name)))
            continue
        before = last.stages.get(stage.name) if last is not None else None
        if before is None:
            reasons = reasons or ("never built here",)
        elif not reasons:
            old = cache.ingredients(before.fingerprint)
            reasons = changes(old, now) if old is not None else ("its cache entry is gone",)
            reasons = reasons or ("its cache entry is gone",)
        steps.append(PlannedStage(stage=stage.name, action="run", reasons=reasons, expected=costs.get(stage.name)))
    return tuple(steps)


def as_table(steps: Sequence[PlannedStage]) -> str:
    """Return the plan as text: one line per stage, then what is expected in all."""
    lines = [f"{'stage':<14} {'action':<6} {'time':>9} {'disk':>9}  why"]
    for step in steps:
        time = _duration(step.expected.seconds) if step.expected is not None and step.action != "reuse" else ""
        disk = _size(step.expected.bytes) if step.expected is not None else ""
        lines.append(f"{step.stage:<14} {step.action:<6} {time:>9} {disk:>9}  {'; '.join(step.reasons)}".rstrip())
    due = [s for s in steps if s.action != "reuse"]
    if not due:
        return "\n".join([*lines, "", "everything is up to date"])
    known = [s.expected for s in due if s.expected is not None]
    total = f"{_duration(sum(c.seconds for c in known))} and {_size(sum(c.bytes for c in known))} expected"
    unknown = len(due) - len(known)
    rest = f", never ran on this machine: {unknown}" if unknown else ""
    sure = sum(s.action == "run" for s in due)
    return "\n".join([*lines, "", f"stages to run: {sure}, waiting for them: {len(due) - sure}; at most {total}{rest}"])


def _duration(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 60 else f"{seconds / 60:.1f} min"


def _size(size: int) -> str:
    return f"{size / 1e3:.0f} kB" if size < 1e6 else f"{size / 1e6:.1f} MB"
