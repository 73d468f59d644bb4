"""What git keeps: files of a revision, names that changed since. Paths are those of the working directory."""

import subprocess
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

TIMEOUT_S = 60.0


class SideError(Exception):
    """A side cannot be read; carries what to tell the user."""

    def __init__(self, message: str, hint: str = "") -> None:
        """Keep what is wrong and what to do about it."""
        super().__init__(message)
        self.message, self.hint = message, hint


def commit(revision: str) -> str:
    """Return the commit a revision names; raises SideError if there is none."""
    name = f"{revision}^{{commit}}"
    return _text(("rev-parse", "--verify", "--quiet", "--end-of-options", name), f"revision {revision}").strip()


def exists_at(revision: str, path: str) -> bool:
    """Whether a file exists at a git revision; raises SideError if the revision does not."""
    return bool(files_at(commit(revision), path))


def content_at(revision: str, path: str) -> bytes:
    """Return a file's content at a revision of the repository around the working directory."""
    if not revision or not path or revision.startswith("-"):
        raise SideError(
            f"git:{revision}:{path} names no file at a revision", "write git:REV:PATH, e.g. git:main:a.yaml"
        )
    # `./` makes git read the path from the working directory, not from the repository's top.
    return _git(("show", "--end-of-options", f"{revision}:./{path}"), f"git:{revision}:{path}")


def files_at(revision: str, path: str) -> tuple[str, ...]:
    """Return a file, or every file below a folder, at a revision; empty if nothing is there."""
    found = _text(("ls-tree", "-r", "-z", "--name-only", revision, "--", f"./{path}"), f"git:{revision}:{path}")
    return tuple(name for name in found.split("\0") if name)


def is_tracked(path: str) -> bool:
    """Whether git knows a file, or one below a folder, now."""
    return bool(_text(("ls-files", "-z", "--", f"./{path}"), path))


def tracked(pattern: str) -> tuple[str, ...]:
    """Return the files of the working tree that match a glob pattern, `**` for any folders."""
    found = _text(("ls-files", "-z", "--", f":(glob){pattern}"), pattern)
    return tuple(name for name in found.split("\0") if name and Path(name).is_file())


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """A file that is not the same as at a revision."""

    before: str
    """Its path then; empty if it was not there."""
    after: str
    """Its path now; empty if it is gone."""


def touched_since(revision: str) -> tuple[Touched, ...]:
    """Return every file that differs between a revision and the working tree, renamed ones as one."""
    found = _text(("diff", "-z", "--relative", "--name-status", "-M", revision, "--"), f"changes since {revision}")
    words = iter(found.split("\0"))
    touched: list[Touched] = []
    for status in words:
        if not status:
            break
        first = next(words)
        if status[0] in "RC":
            touched.append(Touched(before=first if status[0] == "R" else "", after=next(words)))
        else:
            touched.append(Touched(before="" if status == "A" else first, after="" if status == "D" else first))
    return tuple(touched)


def merge_base(revision: str) -> str:
    """Return where the working tree's branch left `revision`; the revision itself where history is not here."""
    asked = commit(revision)
    try:
        return _text(("merge-base", asked, "HEAD"), "the common ancestor").strip() or asked
    except SideError:
        return asked  # A shallow clone has no history.


def extract(revision: str, names: tuple[str, ...], spec: str, folder: Path) -> None:
    """Write what `names`, relative to the folder of `spec`, held at a revision to `folder`."""
    beside = PurePosixPath(spec).parent
    for name in names:
        for file in files_at(revision, (beside / name).as_posix()):
            target = folder / PurePosixPath(file).relative_to(beside)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content_at(revision, file))


def _text(arguments: tuple[str, ...], what: str) -> str:
    return _git(arguments, what).decode("utf-8", errors="surrogateescape")


def _git(arguments: tuple[str, ...], what: str) -> bytes:
    try:
        found = subprocess.run(["git", *arguments], capture_output=True, timeout=TIMEOUT_S, check=False)
    except FileNotFoundError:
        raise SideError("git is not installed", "compare two files instead") from None
    except subprocess.TimeoutExpired:
        raise SideError(f"git did not answer about {what}") from None
    if found.returncode != 0:
        said = found.stderr.decode(errors="replace").strip().splitlines()
        raise SideError(f"{what} cannot be read: {said[-1] if said else 'git does not know it'}")
    return found.stdout
