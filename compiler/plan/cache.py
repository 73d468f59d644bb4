"""The content-addressed store of stage outputs: one folder per fingerprint, written once, verified on every read."""

import contextlib
import json
import os
import shutil
import socket
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from skillc.compiler.plan.digest import of_file, of_tree
from skillc.compiler.plan.ingredients import SCHEME, Ingredients
from skillc.compiler.resolve.resolved import JSON

KEPT_DAYS = 30
"""How long an unused entry is kept (ours: a branch is picked up again within a month)."""

Warning_ = tuple[str, str, str]
"""(code, message, spec path) that a stage announced."""


@dataclass(frozen=True, kw_only=True)
class CacheEntry:
    """The outputs of one stage run."""

    stage: str
    fingerprint: str
    folder: Path
    """Holds the output files; never written again."""
    outputs: Mapping[str, str]
    """Relative path -> digest."""
    sizes: Mapping[str, int]
    """Relative path -> bytes."""
    warnings: tuple[Warning_, ...]
    ingredients: Mapping[str, JSON]
    """As `Ingredients.as_json` gave them."""

    @property
    def digest(self) -> str:
        """Digest of all outputs."""
        return of_tree(self.outputs)


class DamagedEntry(Exception):
    """A cache entry is not what its manifest says; the message names the file."""


class Cache:
    """A folder of entries, shared by any number of builds at once."""

    def __init__(self, root: Path) -> None:
        """Use `root`, which is created when something is stored."""
        self.root = root

    def find(self, fingerprint: str) -> CacheEntry | None:
        """Return the entry called `fingerprint` after verifying every byte of it, or None.

        Raises:
            DamagedEntry: it exists but a file is missing, added or changed.
        """
        place = self._place(fingerprint)
        if not place.is_dir():
            return None
        entry = _read(place, fingerprint)
        present = {p.relative_to(entry.folder).as_posix() for p in entry.folder.rglob("*") if not p.is_dir()}
        for name in sorted(present ^ set(entry.outputs)):
            raise DamagedEntry(f"{name} is {'not in the manifest' if name in present else 'missing'}")
        for name, digest in entry.outputs.items():
            if of_file(entry.folder / name) != digest:
                raise DamagedEntry(f"{name} has changed")
        with contextlib.suppress(PermissionError):  # Somebody else's shared cache.
            os.utime(place / "entry.json")
        return entry

    def ingredients(self, fingerprint: str) -> Mapping[str, JSON] | None:
        """Return what an earlier run was made of, or None if its entry is gone or unreadable."""
        try:
            return _read(self._place(fingerprint), fingerprint).ingredients
        except DamagedEntry:
            return None

    def discard(self, fingerprint: str) -> None:
        """Remove a damaged entry; it disappears at once even if removing its files takes time."""
        place = self._place(fingerprint)
        grave = self.temporary()
        if place.is_dir():
            place.rename(grave / "discarded")
        shutil.rmtree(grave)

    def temporary(self) -> Path:
        """Make an empty folder on the cache's file system, named after this process."""
        folder = self.root / "tmp" / f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        folder.mkdir(parents=True)
        return folder

    def store(self, ingredients: Ingredients, made: Path, warnings: tuple[Warning_, ...]) -> CacheEntry:
        """Keep the files below `made/files` (a `temporary()` folder) as the entry of `ingredients`.

        Another build may have stored the same entry meanwhile; then that one is returned and ours is dropped.
        """
        fingerprint, folder = ingredients.fingerprint, made / "files"
        files = sorted(p for p in folder.rglob("*") if not p.is_dir())
        body = {
            "scheme": SCHEME,
            "outputs": {p.relative_to(folder).as_posix(): of_file(p) for p in files},
            "sizes": {p.relative_to(folder).as_posix(): p.stat().st_size for p in files},
            "warnings": [list(w) for w in warnings],
            "ingredients": ingredients.as_json(),
        }
        (made / "entry.json").write_text(json.dumps(body, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        place = self._place(fingerprint)
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            made.rename(place)
        except OSError:
            if not place.is_dir():
                raise
            shutil.rmtree(made)
        return _read(place, fingerprint)

    def sweep(self) -> None:
        """Remove temporary folders that dead processes of this machine left behind."""
        for folder in self.root.glob("tmp/*"):
            host, _, rest = folder.name.rpartition("-")[0].rpartition("-")
            if host == socket.gethostname() and rest.isdigit() and not _alive(int(rest)):
                shutil.rmtree(folder, ignore_errors=True)

    def prune(self) -> None:
        """Forget entries that no build has used for `KEPT_DAYS`."""
        oldest = time.time() - KEPT_DAYS * 86400
        for manifest in self.root.glob("??/*/entry.json"):
            if manifest.stat().st_mtime < oldest:
                self.discard(manifest.parent.name)

    def _place(self, fingerprint: str) -> Path:
        return self.root / fingerprint[:2] / fingerprint


def _read(place: Path, fingerprint: str) -> CacheEntry:
    try:
        body = json.loads((place / "entry.json").read_text(encoding="utf-8"))
        if body["scheme"] != SCHEME:
            raise DamagedEntry(f"it was written by scheme {body['scheme']}, this release reads {SCHEME}")
        return CacheEntry(
            stage=body["ingredients"]["stage"],
            fingerprint=fingerprint,
            folder=place / "files",
            outputs=body["outputs"],
            sizes=body["sizes"],
            warnings=tuple((w[0], w[1], w[2]) for w in body["warnings"]),
            ingredients=body["ingredients"],
        )
    except (OSError, ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        raise DamagedEntry(f"its manifest cannot be read: {error}") from error


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
