"""Where a build may write, and what lies there already."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import skillc
from skillc.compiler.plan.digest import of_file
from skillc.runtime.formats.lock import SkillLock

LOCK = "skill.lock"


class OutputRefused(Exception):
    """The output folder cannot be used; `hint` says what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        """Keep what is wrong and the way out."""
        super().__init__(message)
        self.message, self.hint = message, hint


@dataclass(frozen=True, kw_only=True)
class Present:
    """A published build folder."""

    lock: SkillLock | None
    """None where nothing was built yet."""
    lock_bytes: bytes
    edited: tuple[str, ...]
    """Files of the lock whose bytes are others now."""
    missing: tuple[str, ...]
    """Files of the lock that are gone."""


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
    if absolute.is_dir() and any(absolute.iterdir()) and not (absolute / LOCK).is_file():
        raise OutputRefused(
            f"{absolute} holds files that no build made", f"give an empty or new folder (a build has a {LOCK})"
        )
    return absolute


def present(out: Path) -> Present:
    """Read what was published at `out` and compare it with its lock.

    Raises:
        FormatError: the lock is unreadable or of another format version.
    """
    if not (out / LOCK).is_file():
        return Present(lock=None, lock_bytes=b"", edited=(), missing=())
    lock = SkillLock.load(out / LOCK)
    states = {name: _state(out / name, digest) for name, digest in lock.outputs.items()}
    return Present(
        lock=lock,
        lock_bytes=(out / LOCK).read_bytes(),
        edited=tuple(sorted(n for n, s in states.items() if s == "edited")),
        missing=tuple(sorted(n for n, s in states.items() if s == "missing")),
    )


def check_version(lock: SkillLock | None, out: Path, *, upgrade: bool) -> None:
    """Refuse a folder another release of skillc built, unless asked to upgrade it (FAULTS B10).

    Raises:
        OutputRefused: naming both versions.
    """
    if lock is not None and lock.tool != skillc.__version__ and not upgrade:
        raise OutputRefused(
            f"{out} was built by skillc {lock.tool}, this is {skillc.__version__}",
            "add --upgrade to build it anew with this release",
        )


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


def _state(path: Path, digest: str) -> str:
    if path.is_symlink():
        return "edited"
    if not path.is_file():
        return "missing"
    return "same" if of_file(path) == digest else "edited"
