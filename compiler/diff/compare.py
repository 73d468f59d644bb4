"""Compare two sides given by name."""

from collections.abc import Mapping, Sequence

from skillc.compiler.diff.git import exists_at
from skillc.compiler.diff.inputs import Contents, digest_of, named_files
from skillc.compiler.diff.meaning import Change, changes
from skillc.compiler.diff.report import Difference
from skillc.compiler.diff.rerun import Rerun
from skillc.compiler.diff.side import Side, read_side

MOST_FILES = 3


def compare(before: str, after: str, *, draft: bool = False) -> Difference:
    """Return the difference of `before` and `after` (see `read_side` for what they may be).

    Raises:
        SideError: a side cannot be read.
        SourceError: a spec has errors.
    """
    old, new = read_side(before, draft=draft), read_side(after, draft=draft)
    edited = _edited(old, new)
    found = [*changes(old.resolved, new.resolved), *edited]
    # The stages load the engine, which a comparison without changes never needs.
    machine = ""
    if found:
        from skillc.compiler.diff.review import reviewed
        from skillc.compiler.diff.sketch import redrawn

        found = reviewed(found, old, new, draft=draft)
        machine = redrawn(old.resolved, new.resolved)
    return Difference(
        before=before,
        after=after,
        changes=tuple(found),
        rerun=_rerun(old, new) if found and not draft else None,
        machine=machine,
        files=_differing(old.files, new.files),
    )


def compare_since(revision: str, specs: Sequence[str], *, draft: bool = False) -> list[Difference]:
    """Return the difference of every spec to itself at a git revision; a spec that was not there is told as new.

    Raises:
        SideError: the revision does not exist, or a side cannot be read.
        SourceError: a spec has errors.
    """
    return [
        compare(f"git:{revision}:{spec}", spec, draft=draft)
        if exists_at(revision, spec)
        else new_spec(revision, spec, draft=draft)
        for spec in specs
    ]


def new_spec(revision: str, spec: str, *, draft: bool = False) -> Difference:
    """Return what to say of a spec that was not there; raises as `compare`."""
    summary = str(read_side(spec, draft=draft).resolved.values.get("summary", ""))
    return Difference(before=revision, after=spec, changes=(), rerun=None, note=f"new: {summary}")


def _edited(old: Side, new: Side) -> list[Change]:
    """Return the inputs that both sides name alike and whose contents differ."""
    named_before, found = named_files(old.resolved), []
    for path, name in named_files(new.resolved).items():
        if named_before.get(path) == name and _differ(before := old.inputs.get(name), after := new.inputs.get(name)):
            found.append(Change(path=path, kind="edited", before=_told(before, after), after=name))
    return found


def _differ(before: Contents | None, after: Contents | None) -> bool:
    if before is None or after is None:
        return before is not after
    return digest_of(before) != digest_of(after)


def _told(before: Contents | None, after: Contents | None) -> str:
    if before is None or after is None:
        return "was not there before" if before is None else "is no longer there"
    names = sorted(n for n in before.keys() | after.keys() if n and before.get(n) != after.get(n))
    if not names or "" in before or "" in after:
        return "has other contents"
    more = f" and {len(names) - MOST_FILES} more" if len(names) > MOST_FILES else ""
    return f"{', '.join(names[:MOST_FILES])}{more} changed"


def _rerun(old: Side, new: Side) -> Rerun:
    from skillc.compiler.diff.rerun import rerun
    from skillc.compiler.pipeline.chosen import chosen

    return rerun(old, new, chosen(new.resolved))


def _differing(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[str, ...]:
    if not old or not new:
        return ()
    return tuple(sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name)))
