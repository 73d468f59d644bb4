"""One side of a comparison: a spec file, a build folder, or a spec at a git revision."""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from skillc.compiler.resolve import store
from skillc.compiler.resolve.front_end import require_spec
from skillc.compiler.resolve.resolved import ResolvedSpec
from skillc.compiler.source.data_folders import data_folders
from skillc.compiler.source.load import read

GIT_TIMEOUT_S = 20.0


def exists_at(revision: str, path: str) -> bool:
    """Whether a file exists at a git revision; raises SideError if the revision does not."""
    _git(("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"), f"revision {revision}")
    try:
        _from_git(revision, path)
    except SideError:
        return False
    return True


class SideError(Exception):
    """A side cannot be read; carries what to tell the user."""

    def __init__(self, message: str, hint: str = "") -> None:
        """Keep what is wrong and what to do about it."""
        super().__init__(message)
        self.message, self.hint = message, hint


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A resolved spec and, for a build, its files."""

    name: str
    """As the user gave it."""
    resolved: ResolvedSpec
    files: Mapping[str, str]
    """File of the build -> digest; empty for a spec."""


def read_side(name: str, *, draft: bool) -> Side:
    """Read `PATH`, `BUILD/` or `git:REV:PATH`.

    Raises:
        SideError: it does not exist or is no spec and no build.
        SourceError: the spec has errors.
    """
    if name.startswith("git:"):
        revision, _, path = name[4:].partition(":")
        resolved, _ = require_spec(_from_git(revision, path), name, draft=draft, folders=data_folders(Path(path), None))
        return Side(name=name, resolved=resolved, files={})
    path_ = Path(name)
    if path_.is_dir():
        return _build(name, path_)
    if not path_.is_file():
        raise SideError(f"{name} does not exist", "give a spec, a build folder, or git:REV:PATH")
    resolved, _ = require_spec(read(path_, name), name, draft=draft, folders=data_folders(path_, None))
    return Side(name=name, resolved=resolved, files={})


def _build(name: str, folder: Path) -> Side:
    file = folder / "resolved.yaml"
    if not file.is_file():
        raise SideError(f"{name} is no build: it has no resolved.yaml", "run `skillc build` first")
    try:
        resolved = store.load(file)
    except store.ResolvedFormatError as error:
        raise SideError(str(error), "build it again with this skillc") from error
    lock = folder / "skill.lock"
    files: Mapping[str, str] = {}
    if lock.is_file():
        from skillc.runtime.formats.lock import SkillLock

        files = dict(SkillLock.load(lock).outputs)
    return Side(name=name, resolved=resolved, files=files)


def _from_git(revision: str, path: str) -> bytes:
    """Return a file's content at a revision of the repository around the working directory."""
    if not revision or not path or revision.startswith("-"):
        raise SideError(
            f"git:{revision}:{path} names no file at a revision", "write git:REV:PATH, e.g. git:main:a.yaml"
        )
    # `./` makes git read the path from the working directory, not from the repository's top.
    return _git(("show", "--end-of-options", f"{revision}:./{path}"), f"git:{revision}:{path}")


def _git(arguments: tuple[str, ...], what: str) -> bytes:
    try:
        found = subprocess.run(["git", *arguments], capture_output=True, timeout=GIT_TIMEOUT_S, check=False)
    except FileNotFoundError:
        raise SideError("git is not installed", "compare two files instead") from None
    except subprocess.TimeoutExpired:
        raise SideError(f"git did not answer about {what}") from None
    if found.returncode != 0:
        said = found.stderr.decode(errors="replace").strip().splitlines()
        raise SideError(f"{what} cannot be read: {said[-1] if said else 'git does not know it'}")
    return found.stdout
