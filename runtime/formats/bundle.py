"""What a bundle says of itself: every file with its digest, and who vouches for that list."""

from collections.abc import Mapping
from dataclasses import dataclass

from skillc.runtime.formats.artifact import Artifact


@dataclass(frozen=True, kw_only=True)
class BundleMember:
    """One file of a bundle."""

    size: int
    """Bytes."""
    sha256: str
    """Of its bytes, hexadecimal."""


@dataclass(frozen=True, kw_only=True)
class Manifest(Artifact, name="bundle", file="manifest.json"):
    """`manifest.json`, the first file of a bundle. What is signed is its bytes."""

    skill: str
    robot: str
    release: int
    """Counts up with every bundle of a skill that replaces an earlier one."""
    tool: str
    """Version of skillc that wrote it."""
    licences: Mapping[str, str]
    """Part (skill, robot, twin, policies) -> SPDX expression; a part that is not here has none stated."""
    members: Mapping[str, BundleMember]
    """Every other file but the signature, by name."""


@dataclass(frozen=True, kw_only=True)
class Signature(Artifact, name="signature", file="signature.json"):
    """`signature.json`, the second file of a bundle."""

    key: str
    """Public key of ed25519, 32 bytes as hexadecimal digits."""
    signature: str
    """Of the bytes of `manifest.json`, 64 bytes as hexadecimal digits."""
