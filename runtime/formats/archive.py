"""ZIP archives that may come from anybody, read whole into memory or refused.

An archive is its members one after another and their directory, as `pack` writes it: no gaps, no overlaps, nothing
before or behind, no extra fields, no comment, plain files only. So there is one way to read it, and what is refused
needs no list of tricks.
"""

import io
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath

END = struct.Struct("<4s4H2LH")
"""The record at the end of the directory."""
LOCAL, CENTRAL = 30, 46
"""Bytes before a member's name, at the member and in the directory."""
LONGEST_NAME = 200
_FLAGS = 0x800 | 0x006
"""Names in UTF-8, and how hard the writer tried to compress; any other flag changes how a member is read."""


@dataclass(frozen=True, kw_only=True)
class ArchiveBounds:
    """The largest archive that is read."""

    members: int
    size: int
    """Bytes of all members together, unpacked."""
    ratio: float
    """Of a member's size to its packed size."""


class ArchiveFault(ValueError):
    """The archive is refused; `member` is empty where the whole is meant."""

    def __init__(self, member: str, what: str) -> None:
        super().__init__(f"{member!r}: {what}" if member else what)
        self.member, self.what = member, what


def pack(members: Mapping[str, bytes], *, deflate: bool) -> bytes:
    """Return the archive of `members` in their order: the same bytes for the same members."""
    method = zipfile.ZIP_DEFLATED if deflate else zipfile.ZIP_STORED
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return buffer.getvalue()


def unpack(data: bytes, bounds: ArchiveBounds) -> dict[str, bytes]:
    """Return name -> bytes of every member, in the order they lie in.

    Raises:
        ArchiveFault: it is no such archive, or larger than `bounds`.
    """
    _check_end(data, bounds)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            _check_directory(infos, archive.start_dir, bounds)
            return {info.filename: _member(archive, info) for info in infos}
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError) as reason:
        if isinstance(reason, ArchiveFault):
            raise
        raise ArchiveFault("", f"is damaged: {reason}") from reason


def name_fault(name: str) -> str:
    """Return why no file may be called `name`, a relative path with `/`; empty for a good one."""
    windows = PureWindowsPath(name)
    if "\\" in name or windows.drive or windows.root or name.startswith("/"):
        return "is no relative path"
    if any(part in ("", ".", "..") for part in name.split("/")) or PurePosixPath(name).as_posix() != name:
        return "leads out of its folder, or is no plain path"
    if len(name) > LONGEST_NAME:
        return f"is longer than {LONGEST_NAME} characters"
    if not all(c.isascii() and c.isprintable() for c in name) or any(c in name for c in ':*?"<>|'):
        return "has characters that no file of a build has"
    return ""


def _check_end(data: bytes, bounds: ArchiveBounds) -> None:
    if len(data) < END.size or data[-END.size : -END.size + 4] != b"PK\x05\x06":
        raise ArchiveFault("", "is no archive, is cut off, or something follows its directory")
    _, disk, start_disk, here, count, size, offset, comment = END.unpack(data[-END.size :])
    if disk or start_disk or here != count or comment:
        raise ArchiveFault("", "is one part of an archive, or has a comment")
    if count > bounds.members:
        raise ArchiveFault("", f"has {count} members; at most {bounds.members} are read")
    # Before anything is made of the directory: it is no longer than its members' names may be.
    if offset + size + END.size != len(data) or size > count * (CENTRAL + 2 * LONGEST_NAME):
        raise ArchiveFault("", "has a directory of another size or place than it says")


def _check_directory(infos: list[zipfile.ZipInfo], directory: int, bounds: ArchiveBounds) -> None:
    seen: dict[str, str] = {}
    at = total = 0
    for info in infos:
        name = info.orig_filename
        if wrong := name_fault(name):
            raise ArchiveFault(name, wrong)
        folded = unicodedata.normalize("NFKC", name).casefold()
        if folded in seen:
            twice = "is there twice" if seen[folded] == name else f"differs from {seen[folded]!r} by case only"
            raise ArchiveFault(name, twice)
        seen[folded] = name
        if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG) or info.extra or info.is_dir():
            raise ArchiveFault(name, "is a link, a device, a folder, or has extra fields; expected a plain file")
        if info.flag_bits & ~_FLAGS or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ArchiveFault(name, "is encrypted or packed in another way than stored or deflated")
        if info.file_size > bounds.ratio * max(info.compress_size, 1):
            raise ArchiveFault(name, f"unpacks to more than {bounds.ratio:g} times its size")
        if info.header_offset != at:
            raise ArchiveFault(name, "overlaps another member, or there is a gap before it")
        at += LOCAL + len(name) + info.compress_size
        total += info.file_size
    if at != directory:
        raise ArchiveFault("", "has a gap or an overlap before its directory")
    if total > bounds.size:
        raise ArchiveFault("", f"unpacks to {total} bytes; at most {bounds.size} are read")


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    with archive.open(info) as stream:
        data = stream.read(info.file_size + 1)
    if len(data) != info.file_size:
        raise ArchiveFault(info.filename, f"holds another number of bytes than the {info.file_size} it states")
    return data
