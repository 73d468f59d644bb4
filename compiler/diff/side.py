"""One side of a comparison: a spec file, a build folder, or a spec at a git revision."""

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from skillc.compiler.diff import git
from skillc.compiler.diff.git import SideError
from skillc.compiler.diff.inputs import Contents, contents, named_files
from skillc.compiler.resolve import store
from skillc.compiler.resolve.front_end import require_spec
from skillc.compiler.resolve.preset import reference
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec
from skillc.compiler.source.data_folders import data_folders
from skillc.compiler.source.load import load_bytes
from skillc.compiler.source.load import read as read_file


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A resolved spec with the files it refers to and, for a build, those it made."""

    name: str
    """As the user gave it."""
    resolved: ResolvedSpec
    inputs: Mapping[str, Contents] = field(default_factory=dict)
    """Input the spec names -> what is in it; those that are not here are left out."""
    files: Mapping[str, str] = field(default_factory=dict)
    """File of the build -> digest; empty for a spec."""
    ingredients: Mapping[str, Mapping[str, JSON]] = field(default_factory=dict)
    """Stage -> what the build made it of, where its cache still knows; empty for a spec."""


def read_side(name: str, *, draft: bool) -> Side:
    """Read `PATH`, `BUILD/` or `git:REV:PATH`.

    Raises:
        SideError: it does not exist or is no spec and no build.
        SourceError: the spec has errors.
    """
    if name.startswith("git:"):
        revision, _, path = name[4:].partition(":")
        return _at_revision(name, revision, path, draft=draft)
    path_ = Path(name)
    if path_.is_dir():
        return _build(name, path_)
    if not path_.is_file():
        raise SideError(f"{name} does not exist", "give a spec, a build folder, or git:REV:PATH")
    return _spec(name, read_file(path_, name), data_folders(path_, None), draft=draft)


def _spec(name: str, text: bytes, folders: tuple[Path, ...], *, draft: bool) -> Side:
    resolved, _ = require_spec(text, name, draft=draft, folders=folders)
    return Side(name=name, resolved=resolved, inputs=contents([*named_files(resolved).values()], folders))


def _at_revision(name: str, revision: str, path: str, *, draft: bool) -> Side:
    """Read a spec and what it refers to as git kept them; what git does not keep is taken from where it lies now."""
    text = git.content_at(revision, path)
    here = data_folders(Path(path), None)
    with tempfile.TemporaryDirectory(prefix="skillc-diff-") as folder:
        # The robot's profile is needed to know what the spec says, the other files once that is known.
        asked = reference(load_bytes(text, name).at(("hardware",)))
        git.extract(revision, (asked[0],) if asked is not None and "/" in asked[0] else (), path, Path(folder))
        resolved, _ = require_spec(text, name, draft=draft, folders=(Path(folder), *here))
        names = tuple(dict.fromkeys(named_files(resolved).values()))
        git.extract(revision, names, path, Path(folder))
        then = contents(names, (Path(folder),))
        elsewhere = [n for n in names if n not in then and not git.is_tracked((Path(path).parent / n).as_posix())]
        return Side(name=name, resolved=resolved, inputs=then | contents(elsewhere, here))


def _build(name: str, folder: Path) -> Side:
    file = folder / "resolved.yaml"
    if not file.is_file():
        raise SideError(f"{name} is no build: it has no resolved.yaml", "run `skillc build` first")
    try:
        resolved = store.load(file)
    except store.ResolvedFormatError as error:
        raise SideError(str(error), "build it again with this skillc") from error
    lock = folder / "skill.lock"
    if not lock.is_file():
        return Side(name=name, resolved=resolved)
    # The cache loads the engine, which a comparison of specs never needs.
    from skillc.compiler.plan.cache import Cache
    from skillc.runtime.formats.lock import SkillLock

    locked = SkillLock.load(lock)
    elsewhere = os.environ.get("SKILLC_CACHE")
    cache = Cache(Path(elsewhere) / "stages" if elsewhere else folder.absolute().parent / ".skillc" / "cache")
    made = {stage: cache.ingredients(entry.fingerprint) for stage, entry in locked.stages.items()}
    return Side(
        name=name,
        resolved=resolved,
        inputs={file: {"": digest} for file, digest in locked.inputs.items()},
        files=dict(locked.outputs),
        ingredients={stage: found for stage, found in made.items() if found is not None},
    )
