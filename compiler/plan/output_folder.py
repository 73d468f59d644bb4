"""Where a build may write."""

from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

LOCK = "skill.lock"


class OutputRefused(Exception):
    """The output folder cannot be used; `hint` says what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        """Keep what is wrong and the way out."""
        super().__init__(message)
        self.message, self.hint = message, hint


def accepted(out: Path) -> Path:
    """Return `out` as an absolute path after refusing places a build must never replace.

    Raises:
        OutputRefused: it is a link, a file, the root, a home folder, a folder that holds the spec's project, or a
            folder with content that no build made.
    """
    if out.is_symlink():
        raise OutputRefused(f"{out} is a symbolic link", "name the folder itself, so that nothing else is replaced")
    absolute = out.absolute().resolve()
    if absolute == Path(absolute.anchor):
        raise OutputRefused(f"{absolute} is the root of the file system", "give a folder of its own, e.g. build/skill")
    if absolute == Path.home().resolve() or absolute in Path.home().resolve().parents:
        raise OutputRefused(f"{absolute} is or holds your home folder", "give a folder of its own, e.g. build/skill")
    if absolute in (Path.cwd().resolve(), *Path.cwd().resolve().parents):
        raise OutputRefused(f"{absolute} holds the folder you are in", "give a folder of its own, e.g. build/skill")
    if absolute.exists() and not absolute.is_dir():
        raise OutputRefused(f"{absolute} is a file", "a build is a folder; give another name")
    above = next(parent for parent in absolute.parents if parent.exists())
    if not above.is_dir():
        raise OutputRefused(f"{above} is a file", "a build needs a folder around it; give another place")
    if absolute.is_dir() and any(absolute.iterdir()) and not (absolute / LOCK).is_file():
        raise OutputRefused(
            f"{absolute} holds files that no build made", f"give an empty or new folder (a build has a {LOCK})"
        )
    return absolute


def foreign(out: Path, made: Mapping[str, str]) -> list[str]:
    """Return the files below `out` that are not in `made`, the lock aside; links are listed, never followed."""
    found: list[str] = []
    pending = [out] if out.is_dir() else []
    while pending:
        for entry in pending.pop().iterdir():
            name = entry.relative_to(out).as_posix()
            if entry.is_dir() and not entry.is_symlink():
                pending.append(entry)
            elif name not in made and name != LOCK:
                found.append(name)
    return sorted(found)


def in_the_way(names: Iterable[str], made: Iterable[str]) -> list[str]:
    """Return those of `names` that lie where an output of `made`, or a folder above one, must lie."""
    outputs = set(made)
    folders = {parent.as_posix() for name in outputs for parent in PurePosixPath(name).parents}
    found = [
        name
        for name in names
        if name in outputs | folders or any(p.as_posix() in outputs for p in PurePosixPath(name).parents)
    ]
    return sorted(found)
