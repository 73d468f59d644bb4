"""What a pull request changes: specs that were edited, added, renamed or deleted, and those whose files were."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from skillc.compiler.diff import git
from skillc.compiler.diff.compare import compare, new_spec
from skillc.compiler.diff.inputs import named_files
from skillc.compiler.diff.report import Difference
from skillc.compiler.resolve.front_end import require_spec
from skillc.compiler.resolve.own_robot import PROFILE
from skillc.compiler.resolve.resolved import ResolvedSpec
from skillc.compiler.source.data_folders import data_folders
from skillc.compiler.source.diagnostic import SourceError
from skillc.compiler.source.load import read


def compare_pull_request(base: str, patterns: Sequence[str], *, draft: bool = False) -> list[Difference]:
    """Return the difference of every spec that the working tree changed since it left `base`.

    A spec counts as changed as well if a file that it names did: its recording, a mesh, a robot's folder. What cannot
    be compared is told instead: a version with errors on either side never hides the rest.

    Args:
        base: a git revision.
        patterns: of spec files, `**` for any folders.
        draft: whether values may be left open with `lost`.

    Raises:
        SideError: there is no such revision.
    """
    since = git.merge_base(base)
    specs = [n for n in dict.fromkeys(n for p in patterns for n in git.tracked(p)) if not _is_profile(n)]
    touched = git.touched_since(since)
    before = {t.after: t.before for t in touched if t.after}
    found: list[Difference] = []
    for spec in specs:
        if spec in before or _names_touched(spec, touched, draft=draft):
            found.append(_compared(since, before.get(spec, spec), spec, draft=draft))
    deleted = [t.before for t in touched if not t.after and not _is_profile(t.before)]
    gone = [name for name in deleted if any(_matches(name, pattern) for pattern in patterns)]
    found += [_told(since, name, f"deleted; it was `{name}`") for name in gone]
    if not specs and not gone:
        found.append(_told(since, " ".join(patterns), "no file of the repository matches: nothing was compared"))
    return found


def _compared(since: str, before: str, after: str, *, draft: bool) -> Difference:
    try:
        if not before:
            return new_spec(since, after, draft=draft)
        _resolved(after, draft=draft)
    except SourceError as error:
        errors = sum(d.severity == "error" for d in error.diagnostics)
        return _told(since, after, f"has {errors} error{'s' if errors > 1 else ''}: {error.diagnostics[0].summary}")
    try:
        found = compare(f"git:{since}:{before}", after, draft=draft)
    except SourceError as error:
        return _told(since, after, f"repaired: it had errors before, such as: {error.diagnostics[0].summary}")
    return found if before == after else replace(found, before=before, renamed=True)


def _resolved(spec: str, *, draft: bool) -> ResolvedSpec:
    folders = data_folders(Path(spec), None)
    return require_spec(read(Path(spec), spec), spec, draft=draft, folders=folders)[0]


def _is_profile(name: str) -> bool:
    """Whether a file is a robot's profile, which lies among the specs that name its folder and is none."""
    return PurePosixPath(name).name == PROFILE


def _names_touched(spec: str, touched: Sequence[git.Touched], *, draft: bool) -> bool:
    """Whether one of the files that a spec names was changed."""
    try:
        named = named_files(_resolved(spec, draft=draft)).values()
    except SourceError:
        return False  # The check says so.
    places = [PurePosixPath(spec).parent / name for name in named]
    files = [PurePosixPath(path) for t in touched for path in (t.before, t.after) if path]
    return any(file == place or place in file.parents for place in places for file in files)


def _matches(name: str, pattern: str) -> bool:
    """Whether a path that is gone matches a glob pattern as git reads it: `**/` is any folders or none."""
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    told = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.fullmatch("".join(told.get(part, re.escape(part)) for part in parts), name) is not None


def _told(since: str, name: str, note: str) -> Difference:
    return Difference(before=since, after=name, changes=(), rerun=None, note=note)
