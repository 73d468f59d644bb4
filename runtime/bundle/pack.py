"""Write a bundle: what a build says, verified, with its digests signed; the same build and key give the same bytes."""

import re
from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from skillc.runtime.bundle.keys import Keys
from skillc.runtime.bundle.load import load
from skillc.runtime.bundle.sign import signed

PARTS = ("skill", "robot", "twin", "policies")
"""What may have a licence of its own."""
LICENCE = re.compile(r"[A-Za-z0-9.+() -]{1,100}")
"""An SPDX expression, by its characters."""


class LicenceError(ValueError):
    """What is no licence of a part."""


def bundle(build: Path, key: Ed25519PrivateKey, *, release: int, licences: Mapping[str, str], keys: Keys) -> bytes:
    """Return the bundle of a build folder.

    Args:
        build: the folder; nothing in it may be edited.
        key: signs.
        release: at least 1; higher than that of any bundle of this skill that it replaces.
        licences: part of `PARTS` -> SPDX expression.
        keys: for the loader.

    Raises:
        BundleFault: the build does not load.
        LicenceError: a part or an expression is none.
    """
    for part, stated in licences.items():
        if part not in PARTS or not LICENCE.fullmatch(stated):
            raise LicenceError(f"{part}={stated}: expected one of {', '.join(PARTS)}, and an SPDX expression")
    contents, records = load(build, locked=True, keys=keys)
    return signed(
        contents.files.members, key, skill=records.objective.skill, robot=records.profile.name, release=release,
        licences=licences,
    )  # fmt: skip
