"""Read a bundle: one signed archive, every file verified in memory before anything is made of it."""

import hashlib
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from skillc.runtime.bundle.contents import Contents
from skillc.runtime.bundle.fault import BundleFault
from skillc.runtime.bundle.folder import read_file
from skillc.runtime.bundle.keys import Keys
from skillc.runtime.bundle.members import MOST_FILES, MOST_TOTAL_BYTES, is_member, most_bytes
from skillc.runtime.formats.archive import ArchiveBounds, ArchiveFault, unpack
from skillc.runtime.formats.bundle import Manifest, Signature
from skillc.runtime.formats.files import Files
from skillc.runtime.formats.records import FormatError

BOUNDS = ArchiveBounds(members=MOST_FILES, size=MOST_TOTAL_BYTES, ratio=100)
GUISES = {
    b"version https://git-lfs": "is a Git LFS pointer: fetch the file itself with `git lfs pull`",
    b"<!doctype html": "is a web page: download the file itself",
    b"<html": "is a web page: download the file itself",
    b"\x80\x02": "is a pickle, which runs code as it is read",
    b"\x80\x03": "is a pickle, which runs code as it is read",
    b"\x80\x04": "is a pickle, which runs code as it is read",
    b"\x80\x05": "is a pickle, which runs code as it is read",
}
"""How files begin that are often saved under another name."""


def guise(data: bytes) -> str:
    """Return what a file is in truth, where its first bytes show that it is not what its name says."""
    start = data[:64].lstrip().lower()
    return next((what for begins, what in GUISES.items() if start.startswith(begins)), "")


def read_bundle(path: Path, keys: Keys) -> Contents:
    """Return the files of the bundle at `path`.

    Raises:
        BundleFault: SK760 it cannot be read; SK767 it is no archive as `skillc bundle` writes them; SK769 the signature
            is not that of its manifest; SK770 nobody trusts the key; SK768 its files are not those of the manifest;
            SK771 a newer release was accepted before.
    """
    data = read_file(path, MOST_TOTAL_BYTES)
    if what := guise(data):
        raise BundleFault("SK767", str(path), what)
    try:
        members = unpack(data, BOUNDS)
    except ArchiveFault as reason:
        what = f"{path}: {reason.member}" if reason.member else str(path)
        raise BundleFault("SK767", what, reason.what, "`skillc bundle BUILD` writes a bundle") from reason
    signature, manifest = members.pop(Signature.FILE, None), members.pop(Manifest.FILE, None)
    if signature is None or manifest is None:
        lacks = Signature.FILE if signature is None else Manifest.FILE
        raise BundleFault("SK768", f"{path}: {lacks}", "is missing: nobody vouches for this bundle")
    key, name = _signed(path, signature, manifest, keys)
    stated = _parsed(path, manifest)
    _check_members(path, stated, members)
    newest = keys.newest(key, stated.skill)
    if stated.release < newest:
        what = f"is release {stated.release} of {stated.skill}; release {newest} was accepted before"
        raise BundleFault("SK771", str(path), what, "get the newer one; an old one may have a fault that is known")
    files = Files(members=dict(sorted(members.items())))
    return Contents(source=path, files=files, edited=(), signed_by=name, key=key, manifest=stated)


def _signed(path: Path, signature: bytes, manifest: bytes, keys: Keys) -> tuple[str, str]:
    """Return key and name of who signed; nothing of the manifest is looked at before."""
    place = f"{path}: {Signature.FILE}"
    try:
        stated = Signature.parse(signature, Signature.FILE)
        key, signed = bytes.fromhex(stated.key), bytes.fromhex(stated.signature)
    except (FormatError, ValueError) as reason:
        raise BundleFault("SK769", place, f"is no signature: {reason}") from reason
    name = keys.trusted().get(key.hex())
    if name is None:
        hint = "`skillc keys trust NAME FILE.pub`, with a key that you got from whom you trust"
        raise BundleFault("SK770", place, f"is by the key {key.hex()[:64]}, which is not trusted here", hint)
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signed, manifest)
    except (InvalidSignature, ValueError) as reason:
        raise BundleFault("SK769", place, f"is not what {name} signed: the manifest is another") from reason
    return key.hex(), name


def _parsed(path: Path, manifest: bytes) -> Manifest:
    try:
        return Manifest.parse(manifest, Manifest.FILE)
    except FormatError as reason:
        what = str(reason).removeprefix(f"{Manifest.FILE}: ")
        raise BundleFault("SK768", f"{path}: {Manifest.FILE}", what, "bundle it again with this release") from reason


def _check_members(path: Path, manifest: Manifest, members: dict[str, bytes]) -> None:
    for name in sorted(manifest.members.keys() | members.keys()):
        if name not in members:
            raise BundleFault("SK768", f"{path}: {name}", "is in the manifest, and not in the bundle")
        if name not in manifest.members:
            raise BundleFault("SK768", f"{path}: {name}", "is in the bundle, and not in the manifest")
        if not is_member(name) or len(members[name]) > most_bytes(name):
            raise BundleFault("SK768", f"{path}: {name}", "is no file that a skill is made of, or too large for one")
        stated, data = manifest.members[name], members[name]
        if stated.size != len(data) or stated.sha256 != hashlib.sha256(data).hexdigest():
            raise BundleFault("SK768", f"{path}: {name}", "is not the file that was signed: its digest is another")
