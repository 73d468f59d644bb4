"""Compare two sides given by name."""

from collections.abc import Mapping, Sequence

from skillc.compiler.diff.meaning import changes
from skillc.compiler.diff.report import Difference
from skillc.compiler.diff.rerun import Rerun, rerun
from skillc.compiler.diff.side import Side, exists_at, read_side


def compare(before: str, after: str, *, draft: bool = False) -> Difference:
    """Return the difference of `before` and `after` (see `read_side` for what they may be).

    Raises:
        SideError: a side cannot be read.
        SourceError: a spec has errors.
    """
    old, new = read_side(before, draft=draft), read_side(after, draft=draft)
    found = changes(old.resolved, new.resolved)
    return Difference(
        before=before,
        after=after,
        changes=tuple(found),
        rerun=_rerun(old, new) if found and not draft else None,
        files=_differing(old.files, new.files),
    )


def compare_since(revision: str, specs: Sequence[str], *, draft: bool = False) -> list[Difference]:
    """Return the difference of every spec to itself at a git revision; a spec that was not there is told as new.

    Raises:
        SideError: the revision does not exist, or a side cannot be read.
        SourceError: a spec has errors.
    """
    found: list[Difference] = []
    for spec in specs:
        if exists_at(revision, spec):
            found.append(compare(f"git:{revision}:{spec}", spec, draft=draft))
        else:
            summary = str(read_side(spec, draft=draft).resolved.values.get("summary", ""))
            found.append(Difference(before=revision, after=spec, changes=(), rerun=None, note=f"new: {summary}"))
    return found


def _rerun(old: Side, new: Side) -> Rerun:
    # The stages load simulation and vision libraries, which a comparison without changes never needs.
    from skillc.compiler.pipeline.chosen import chosen

    return rerun(old.resolved, new.resolved, chosen(new.resolved))


def _differing(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[str, ...]:
    if not old or not new:
        return ()
    return tuple(sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name)))
