"""Put files into one archive under a signed list of their digests; nothing is looked at or left out."""

import hashlib
from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import skillc
from skillc.runtime.formats.archive import pack
from skillc.runtime.formats.bundle import BundleMember, Manifest, Signature


def signed(
    members: Mapping[str, bytes],
    key: Ed25519PrivateKey,
    *,
    skill: str,
    robot: str,
    release: int,
    licences: Mapping[str, str],
) -> bytes:
    """Return the bundle of `members`, name -> content; the fields are the manifest's."""
    files = dict(sorted(members.items()))
    manifest = Manifest(
        skill=skill,
        robot=robot,
        release=release,
        tool=skillc.__version__,
        licences=dict(licences),
        members={n: BundleMember(size=len(d), sha256=hashlib.sha256(d).hexdigest()) for n, d in files.items()},
    ).as_bytes()
    signature = Signature(key=key.public_key().public_bytes_raw().hex(), signature=key.sign(manifest).hex())
    # Stored, not deflated: what deflate makes of the same bytes depends on who built zlib.
    return pack({Manifest.FILE: manifest, Signature.FILE: signature.as_bytes(), **files}, deflate=False)
