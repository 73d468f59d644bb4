"""Replace a build folder by a new one in a single step of the file system.

Whoever looks at the folder sees the old build or the complete new one. Files the build did not make (policies,
notes) move along. Only files of the build's own manifest are ever deleted.
"""

import ctypes
import errno
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from skillc.compiler.plan.digest import of_bytes, of_file
from skillc.compiler.plan.output_folder import LOCK, foreign

_AT_FDCWD, _RENAME_EXCHANGE = -100, 2


class NoSpace(Exception):
    """The disk cannot hold the new build; the message names the needed and the free bytes."""


def publish(contents: Mapping[str, Path | bytes], out: Path, staging: Path, old: Mapping[str, str]) -> None:
    """Make `out` hold exactly `contents`, plus whatever was there that is not in the manifest `old`.

    Args:
        contents: relative path -> a file to copy, or bytes. Includes the lock.
        out: the build folder; it need not exist.
        staging: an empty folder on the same file system, removed afterwards.
        old: manifest of the build that lies at `out`: relative path -> digest.

    Raises:
        NoSpace: before anything at `out` was touched.
    """
    fresh = staging / "tree"
    _make_room(contents, staging)
    for name, content in contents.items():
        target = fresh / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            target.write_bytes(content)
        else:
            shutil.copyfile(content, target)
    if not out.exists():
        out.parent.mkdir(parents=True, exist_ok=True)
        fresh.rename(out)
        return
    for name in foreign(out, old):
        _carry(out / name, fresh / name)
    exchange(fresh, out, displaced(out, staging))
    # What someone wrote into the old tree between the copy and the exchange.
    for name in foreign(fresh, old):
        if not os.path.lexists(out / name):
            _carry(fresh / name, out / name)


def displaced(out: Path, staging: Path) -> Path:
    """Return where `out` waits for a moment on file systems that cannot exchange two folders."""
    return staging.parent.parent / "displaced" / f"{out.name}-{of_bytes(os.fsencode(out))[:8]}"


def heal(out: Path, waiting: Path) -> None:
    """Put a build folder back that a killed publish left displaced."""
    if waiting.is_dir() and not out.exists():
        waiting.rename(out)


def exchange(fresh: Path, out: Path, waiting: Path) -> None:
    """Swap two folders: atomically where the kernel can, else by two renames that `heal` completes."""
    libc = ctypes.CDLL(None, use_errno=True)
    if hasattr(libc, "renameat2"):
        done = libc.renameat2(_AT_FDCWD, os.fsencode(fresh), _AT_FDCWD, os.fsencode(out), _RENAME_EXCHANGE)
        if done == 0:
            return
        if (number := ctypes.get_errno()) not in (errno.EINVAL, errno.ENOSYS):
            raise OSError(number, os.strerror(number), str(out))
    waiting.parent.mkdir(parents=True, exist_ok=True)
    out.rename(waiting)
    fresh.rename(out)
    waiting.rename(fresh)


def is_current(contents: Mapping[str, str], out: Path, lock: bytes) -> bool:
    """Say whether `out` already holds these files (relative path -> digest) and this lock."""
    try:
        return (out / LOCK).read_bytes() == lock and all(of_file(out / n) == d for n, d in contents.items())
    except OSError:
        return False


def _make_room(contents: Mapping[str, Path | bytes], staging: Path) -> None:
    needed = sum(len(c) if isinstance(c, bytes) else c.stat().st_size for c in contents.values())
    free = shutil.disk_usage(staging).free
    if needed > free:
        raise NoSpace(f"{needed} bytes are needed at {staging.parent}, {free} are free")


def _carry(source: Path, target: Path) -> None:
    """Make `target` the same file as `source`: a second name where possible, so that open files stay valid."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_symlink():
        os.symlink(os.readlink(source), target)
        return
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
