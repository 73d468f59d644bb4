"""What an earlier build published, and whether anyone changed it since."""

from dataclasses import dataclass
from pathlib import Path

import skillc
from skillc.compiler.plan.digest import of_file
from skillc.compiler.plan.output_folder import LOCK, OutputRefused
from skillc.runtime.formats.lock import SkillLock


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


def present(out: Path) -> Present:
    """Read what was published at `out` and compare it with its lock.

    Raises:
        FormatError: the lock is unreadable or of another format version.
    """
    if not (out / LOCK).is_file():
        return Present(lock=None, lock_bytes=b"", edited=(), missing=())
    lock = SkillLock.load(out / LOCK)
    states = {name: _state(out, name, digest) for name, digest in lock.outputs.items()}
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


def _state(out: Path, name: str, digest: str) -> str:
    path = out / name
    if any(p.is_symlink() for p in (path, *path.parents) if p.is_relative_to(out) and p != out):
        return "edited"
    if not path.is_file():
        return "missing"
    return "same" if of_file(path) == digest else "edited"
