"""Keys of this user: the one that signs, those that are trusted, and the newest release seen of every skill.

A folder of small text files, `$SKILLC_CONFIG` or `~/.config/skillc`. Public keys are passed around as `NAME.pub`.
"""

import contextlib
import json
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from skillc.runtime.bundle.fault import BundleFault
from skillc.runtime.bundle.folder import read_file

NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}", re.ASCII)
PUBLIC = re.compile(r"ed25519 ([0-9a-f]{64})\s*", re.ASCII)
MOST_BYTES = 64 * 2**10


@dataclass(frozen=True, kw_only=True)
class Keys:
    """The folder of keys; nothing is cached, so that a key that is forgotten is forgotten."""

    folder: Path

    @classmethod
    def of_user(cls) -> "Keys":
        """Return the keys of who runs this."""
        base = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
        return cls(folder=Path(os.environ.get("SKILLC_CONFIG") or Path(base) / "skillc"))

    def make(self, name: str) -> str:
        """Make the key that signs, trust it under `name`, and return the public one.

        Raises:
            FileExistsError: there is one.
            ValueError: `name` is none.
        """
        key = Ed25519PrivateKey.generate()
        public = key.public_key().public_bytes_raw().hex()
        _named(name)
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self._own, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(key.private_bytes_raw().hex() + "\n")
        self.trust(name, public)
        return public

    def own(self) -> Ed25519PrivateKey:
        """Return the key that signs.

        Raises:
            BundleFault: SK770 there is none.
        """
        try:
            digits = read_file(self._own, MOST_BYTES).decode("ascii").strip()
            return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(digits))
        except (BundleFault, ValueError) as reason:
            raise BundleFault("SK770", str(self._own), "is no key to sign with", "`skillc keys make NAME`") from reason

    def trust(self, name: str, public: str) -> None:
        """Accept what is signed with the public key; raises ValueError for what is no name or no key."""
        place = self.folder / "trusted"
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not PUBLIC.fullmatch(text := f"ed25519 {public}\n"):
            raise ValueError(f"{public!r:.80} is no public key: 64 hexadecimal digits")
        file = place / f"{_named(name)}.pub"
        if file.exists() and file.read_text(encoding="utf-8") != text:
            raise ValueError(f"another key is trusted as {name}: forget it first, or use another name")
        _replace(file, text)

    def forget(self, name: str) -> None:
        """Accept a key no longer; raises FileNotFoundError where none of that name is trusted."""
        (self.folder / "trusted" / f"{_named(name)}.pub").unlink()

    def trusted(self) -> Mapping[str, str]:
        """Return public key -> name, of every key that is trusted."""
        found = {}
        for file in sorted((self.folder / "trusted").glob("*.pub")):
            found[public_key(file)] = file.stem
        return found

    def newest(self, key: str, skill: str) -> int:
        """Return the newest release that was accepted of a skill, 0 for none; a key vouches for its own only."""
        return self._releases().get(f"{key} {skill}", 0)

    def accept(self, key: str, skill: str, release: int) -> None:
        """Remember a release, so that no older one is accepted after it."""
        known = self._releases()
        if release > known.get(f"{key} {skill}", 0):
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _replace(self.folder / "releases.json", json.dumps(known | {f"{key} {skill}": release}, indent=1) + "\n")

    @property
    def _own(self) -> Path:
        return self.folder / "own.key"

    def _releases(self) -> dict[str, int]:
        """Raises BundleFault (SK771) for a damaged file: what it forgot must not be guessed."""
        path = self.folder / "releases.json"
        if not path.exists():
            return {}
        try:
            known = json.loads(read_file(path, 16 * 2**20))
            if not isinstance(known, dict) or not all(type(release) is int for release in known.values()):
                raise ValueError("no mapping to whole numbers")
        except ValueError as reason:
            hint = "delete it to accept any release again"
            raise BundleFault("SK771", str(path), f"does not say which releases were seen: {reason}", hint) from reason
        return known


def public_key(file: Path) -> str:
    """Return the public key in a file.

    Raises:
        BundleFault: SK770 it holds none.
    """
    match = PUBLIC.fullmatch(read_file(file, MOST_BYTES).decode("ascii", "replace"))
    if match is None:
        raise BundleFault("SK770", str(file), "is no public key", "`skillc keys list` prints your own")
    return match[1]


def _named(name: str) -> str:
    if not NAME.fullmatch(name):
        raise ValueError(f"{name!r:.80} is no name of a key: small letters, digits, `_`, `.` and `-`")
    return name


def _replace(path: Path, text: str) -> None:
    """Write a file so that a reader sees the old text or the new."""
    handle, name = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
