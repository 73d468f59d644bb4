"""The files a spec refers to, by what is in them: recording, meshes, masks, calibration, a robot's folder."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from skillc.compiler.check.inputs import is_file_key
from skillc.compiler.plan.digest import of_json
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec
from skillc.compiler.source.data_folders import InputMissing, find_input

Contents = Mapping[str, str]
"""File below an input that is a folder ("" for the input itself) -> digest of its bytes."""

LFS = b"version https://git-lfs.github.com/spec/v1"
"""What git keeps in place of a file in large file storage starts so, and names its digest."""


def named_files(resolved: ResolvedSpec) -> dict[str, str]:
    """Return spec path -> input it names, relative to the spec."""
    found = {_text(path): value for path, value in _texts(resolved.values, ()) if is_file_key(path, value)}
    folder = resolved.section("hardware").get("folder")
    return found | ({} if folder is None else {"hardware": PurePosixPath(str(folder)).as_posix()})


def contents(names: Sequence[str], folders: Sequence[Path]) -> dict[str, Contents]:
    """Return input -> digests of the files in it, for those that are in one of `folders`."""
    found: dict[str, Contents] = {}
    for name in names:
        try:
            place = find_input(name, folders)
        except InputMissing:
            continue
        files = sorted(p for p in place.rglob("*") if p.is_file()) if place.is_dir() else [place]
        found[name] = {p.relative_to(place).as_posix() if p != place else "": _digest(p) for p in files}
    return found


def digest_of(found: Contents) -> str:
    """Return the digest of an input, as a build locks it."""
    return found[""] if "" in found else of_json(dict(found))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        if file.read(len(LFS)) == LFS:
            for line in file.read(1024).splitlines():
                if line.startswith(b"oid sha256:"):
                    return line.removeprefix(b"oid sha256:").decode("ascii", errors="replace")
        file.seek(0)
        return hashlib.file_digest(file, "sha256").hexdigest()


def _texts(node: JSON, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(node, str):
        yield path, node
    elif isinstance(node, Mapping):
        for key, value in node.items():
            yield from _texts(value, (*path, key))
    elif isinstance(node, Sequence):
        for index, value in enumerate(node):
            yield from _texts(value, (*path, index))


def _text(path: tuple[str | int, ...]) -> str:
    return ".".join(str(key) for key in path)
