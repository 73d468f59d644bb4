"""Read a build folder: every file once, compared with the digests of its `skill.lock`."""

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from skillc.runtime.bundle.contents import Contents
from skillc.runtime.bundle.fault import BundleFault
from skillc.runtime.bundle.members import (
    MODELS,
    MOST_BYTES,
    MOST_FILES,
    MOST_TOTAL_BYTES,
    POLICIES,
    RECORDS,
    SHOWN,
    is_member,
    most_bytes,
)
from skillc.runtime.formats.files import Files
from skillc.runtime.formats.lock import SkillLock
from skillc.runtime.formats.records import FormatError


def read_folder(build: Path) -> Contents:
    """Return what the runtime reads of the build folder `build`.

    Raises:
        BundleFault: SK760 it is no finished build, or a file is no regular file or too large; SK761 its lock is
            damaged.
    """
    if not build.is_dir():
        raise BundleFault("SK760", str(build), "is no build folder and no bundle", "`skillc build SPEC` makes one")
    missing = next((name for name in RECORDS if not (build / name).is_file()), None)
    if missing is not None:
        hint = "`skillc build SPEC` makes one"
        raise BundleFault("SK760", str(build / missing), "is missing: this is not a finished build", hint)
    lock, members = _lock(build), {}
    for name in _names(build):
        members[name] = read_file(build / name, most_bytes(name))
        if sum(map(len, members.values())) > MOST_TOTAL_BYTES:
            raise BundleFault("SK760", str(build), f"holds more than {MOST_TOTAL_BYTES} bytes that a skill would need")
    made = {} if lock is None else {name: digest for name, digest in lock.outputs.items() if is_member(name)}
    found = {n: hashlib.sha256(d).hexdigest() for n, d in members.items() if n.split("/")[0] not in POLICIES}
    edited = sorted(name for name in made.keys() | found.keys() if made.get(name) != found.get(name))
    edited += [SkillLock.FILE] if lock is None else []
    return Contents(source=build, files=Files(members=members), edited=tuple(edited))


def read_file(path: Path, most: int) -> bytes:
    """Return the bytes of a regular file; pipes and devices are not opened for good.

    Raises:
        BundleFault: SK760.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as reason:
        raise BundleFault("SK760", str(path), f"cannot be read: {(reason.strerror or '').lower()}") from reason
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise BundleFault("SK760", str(path), "is no regular file")
        data = file.read(most + 1)
    if len(data) > most:
        raise BundleFault("SK760", str(path), f"is larger than {most} bytes, the most that is read of such a file")
    return data


def _lock(build: Path) -> SkillLock | None:
    path = build / SkillLock.FILE
    if not path.is_file():
        return None
    try:
        return SkillLock.parse(read_file(path, MOST_BYTES[".json"]), SkillLock.FILE)
    except FormatError as reason:
        if isinstance(reason, BundleFault):
            raise
        what = str(reason).removeprefix(f"{SkillLock.FILE}: ")
        raise BundleFault("SK761", str(path), what, "`skillc build SPEC` makes it anew") from reason


def _names(build: Path) -> Iterator[str]:
    """Yield the files that are here of those a skill is made of."""
    yield from (name for name in RECORDS + SHOWN if (build / name).exists())
    looked = 0
    for folder in (*MODELS, *POLICIES):
        for path, _, names in os.walk(build / folder):
            for name in sorted(names):
                looked += 1
                if looked > MOST_FILES:
                    raise BundleFault("SK760", str(build), f"holds more than {MOST_FILES} files of models")
                found = (Path(path) / name).relative_to(build).as_posix()
                if is_member(found) and found not in RECORDS:
                    yield found
