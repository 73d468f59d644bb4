"""Run what a plan needs and publish the result: the old build or the complete new one, never a mixture.

Every finished stage is kept at once, so an interrupted build goes on where it stopped.
"""

import errno
import json
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import skillc
from skillc.compiler.plan.cache import Cache, CacheEntry, DamagedEntry
from skillc.compiler.plan.digest import of_bytes, of_file, of_path
from skillc.compiler.plan.ingredients import Ingredients, gather
from skillc.compiler.plan.job import Job
from skillc.compiler.plan.lockfile import held
from skillc.compiler.plan.output_folder import LOCK, foreign, in_the_way
from skillc.compiler.plan.progress import Progress
from skillc.compiler.plan.publish import NoSpace, displaced, heal, is_current, publish
from skillc.compiler.plan.published import Present, check_version, present
from skillc.compiler.plan.stage import Stage, StageContext, StageError
from skillc.compiler.resolve.store import as_text
from skillc.compiler.source.data_folders import InputMissing, find_input
from skillc.runtime.formats.artifact import Artifacts
from skillc.runtime.formats.build_warnings import BuildWarning, BuildWarnings
from skillc.runtime.formats.extension import added_to_builds, versions
from skillc.runtime.formats.lock import SkillLock, StageLock


class StageFailed(Exception):
    """A stage could not make its outputs; nothing was published."""

    def __init__(self, stage: str, error: StageError) -> None:
        """Keep the stage's name and what it said."""
        super().__init__(f"{stage}: {error.message}")
        self.stage, self.error = stage, error


class Edited(Exception):
    """Files of the published build were changed by hand; the message lists them."""


class WorkspaceGone(Exception):
    """The folder of caches and locks was deleted while the build ran; the message names it."""


class InputChanged(Exception):
    """An input was edited while the build ran; the message names it."""


@dataclass(kw_only=True)
class Built:
    """What a build did."""

    ran: list[str] = field(default_factory=list)
    reused: list[str] = field(default_factory=list)
    published: bool = False
    """False if the folder was up to date already."""
    warnings: list[BuildWarning] = field(default_factory=list)
    inputs: dict[str, str] = field(default_factory=dict)
    """Input file -> digest."""
    notes: list[str] = field(default_factory=list)
    """What the engine itself has to say: damaged cache entries, restored files."""


def build(job: Job, progress: Progress, *, force: bool = False, upgrade: bool = False) -> Built:
    """Bring `job.out` up to date.

    Args:
        job: the skill; `job.out` was accepted by `output_folder.accepted`.
        progress: told about every stage that runs.
        force: overwrite files of the build that were edited by hand.
        upgrade: accept a folder that another release built.

    Raises:
        Busy: another build of this folder runs.
        OutputRefused, FormatError: the folder was built by another release or its lock is unreadable.
        Edited, InputChanged, InputMissing, NoSpace, StageFailed, WorkspaceGone: as named; the published build
            is untouched.
    """
    # Before anything is written: a wrong path must leave nothing behind.
    digests = job.input_digests()
    lock = job.workspace / "locks" / f"{job.out.name}.lock"
    with held(lock), _kept(job, lock):
        cache, result = job.cache, Built()
        staging = Cache(job.workspace / "publish")
        heal(job.out, displaced(job.out, staging.root / "tmp" / "x"))
        cache.sweep()
        staging.sweep()
        there = present(job.out)
        check_version(there.lock, job.out, upgrade=upgrade)
        _refuse_edited(there, force=force)
        result.inputs = dict(digests)
        entries: dict[str, CacheEntry] = {}
        used: dict[str, Ingredients] = {}
        for stage in job.stages:
            files = {name: digests[name] for name in job.files_of(stage)}
            needs = {n: entries[n].digest for n in stage.needs}
            ingredients = used[stage.name] = gather(stage, stage.parameters(job.spec), files, needs)
            entry = _find(cache, ingredients, result)
            if entry is None:
                entry = _run(job, stage, ingredients, entries, cache, progress)
                result.ran.append(stage.name)
            else:
                result.reused.append(stage.name)
            result.warnings += [BuildWarning(stage=stage.name, code=c, message=m, path=p) for c, m, p in entry.warnings]
            entries[stage.name] = entry
        _check_inputs(job, digests)
        _publish(job, entries, used, digests, there, staging, result, force=force)
        cache.prune()
        return result


@contextmanager
def _kept(job: Job, lock: Path) -> Iterator[None]:
    """Tell whatever fails for want of the workspace as what it is: somebody deleted it during the build."""
    # A place that cannot be made at all is not one that was deleted.
    (job.cache.root / "tmp").mkdir(parents=True, exist_ok=True)
    try:
        yield
    except Exception as error:
        if lock.is_file() and (job.cache.root / "tmp").is_dir():
            raise
        raise WorkspaceGone(f"{job.workspace} or the cache in {job.cache.root}") from error


def _refuse_edited(there: Present, *, force: bool) -> None:
    if there.edited and not force:
        raise Edited(", ".join(there.edited))


def _find(cache: Cache, ingredients: Ingredients, result: Built) -> CacheEntry | None:
    try:
        return cache.find(ingredients.fingerprint)
    except DamagedEntry as damage:
        result.notes.append(f"the cache entry of {ingredients.stage} is damaged and is made again: {damage}")
        cache.discard(ingredients.fingerprint)
        return None


def _run(
    job: Job,
    stage: Stage,
    ingredients: Ingredients,
    entries: Mapping[str, CacheEntry],
    cache: Cache,
    progress: Progress,
) -> CacheEntry:
    made = cache.temporary()
    warnings: list[tuple[str, str, str]] = []
    declared = job.files_of(stage)

    def find_data(name: str) -> Path:
        if not any(name == d or name.startswith(d.rstrip("/") + "/") for d in declared):
            raise ValueError(
                f"stage {stage.name} asks for {name!r}, which neither it nor a stage it needs declares in `files`"
            )
        return find_input(name, job.data)

    def warn(code: str, message: str, path: str) -> None:
        warnings.append((code, message, path))

    expected = job.journal.expected().get(stage.name)
    progress.begin(stage.name, expected.seconds if expected is not None else None)
    started = time.monotonic()
    try:
        (made / "files").mkdir()
        context = StageContext(
            parameters=ingredients.parameters,
            made=Artifacts(folders=tuple(entries[n].folder for n in stage.needs)),
            out=made / "files",
            find_data=find_data,
            progress=progress.update,
            warn=warn,
        )
        stage.run(context)
        _check_outputs(stage, made / "files")
        for name, digest in ingredients.files.items():
            if of_path(find_input(name, job.data)) != digest:
                raise InputChanged(f"{name} was edited while {stage.name} read it")
        entry = cache.store(ingredients, made, tuple(warnings))
    except StageError as error:
        _keep_pictures(job, error)
        raise StageFailed(stage.name, error) from error
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        written = sum(p.stat().st_size for p in made.rglob("*") if p.is_file())
        needed = max(written, expected.bytes if expected is not None else 0)
        raise NoSpace(
            f"stage {stage.name} needs at least {needed} bytes in {cache.root}, "
            f"{shutil.disk_usage(cache.root).free + written} are free"
        ) from error
    finally:
        shutil.rmtree(made, ignore_errors=True)
    seconds = time.monotonic() - started
    job.journal.record(stage.name, seconds=seconds, size=sum(entry.sizes.values()))
    progress.end(stage.name, seconds)
    return entry


def _keep_pictures(job: Job, error: StageError) -> None:
    """Write a failure's pictures beside the build folder, which stays as it was, and say where they are."""
    for name, content in error.pictures.items():
        kept = job.out.with_name(f"{job.out.name}.{name}")
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(content)
        error.hint = f"{error.hint}; see {kept}" if error.hint else f"see {kept}"


def _check_outputs(stage: Stage, folder: Path) -> None:
    """Refuse an output that is missing, undeclared, or no plain file: a fault of the stage, not of the input."""
    for made in stage.makes:
        if not (folder / made).exists():
            raise RuntimeError(f"stage {stage.name} did not make {made}")
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not (path.is_dir() or path.is_file()):
            raise RuntimeError(f"stage {stage.name} made {name}, which is no plain file")
        if path.is_file() and not any(name == m or (m.endswith("/") and name.startswith(m)) for m in stage.makes):
            raise RuntimeError(f"stage {stage.name} made {name}, which it does not declare")


def _check_inputs(job: Job, digests: Mapping[str, str]) -> None:
    try:
        if of_file(job.spec_file) != job.spec_digest:
            raise InputChanged(f"{job.spec_file.name} was edited during the build")
        for name, digest in digests.items():
            if of_path(find_input(name, job.data)) != digest:
                raise InputChanged(f"{name} was edited during the build")
    except (OSError, InputMissing) as error:
        raise InputChanged(f"an input disappeared during the build: {error}") from error


def _publish(
    job: Job,
    entries: Mapping[str, CacheEntry],
    used: Mapping[str, Ingredients],
    digests: Mapping[str, str],
    there: Present,
    staging: Cache,
    result: Built,
    *,
    force: bool,
) -> None:
    contents: dict[str, Path | bytes] = {
        "resolved.yaml": as_text(job.spec).encode("utf-8"),
        "plan.json": _plan_text(job, used),
        BuildWarnings.FILE: BuildWarnings(warnings=tuple(result.warnings)).as_bytes(),
    }
    made = {name: of_bytes(content) for name, content in contents.items() if isinstance(content, bytes)}
    for entry in entries.values():
        contents |= {name: entry.folder / name for name in entry.outputs}
        made |= entry.outputs
    libraries = {name: version for i in used.values() for name, version in i.libraries.items()}
    lock = SkillLock(
        tool=skillc.__version__,
        skill=str(job.spec.at("skill")),
        spec=job.spec_digest,
        inputs=dict(digests),
        libraries=dict(sorted(libraries.items())),
        extensions=versions(added_to_builds()),
        stages={n: StageLock(fingerprint=e.fingerprint, outputs=e.digest) for n, e in entries.items()},
        outputs=dict(sorted(made.items())),
    )
    place = staging.temporary()
    try:
        lock.save(place / LOCK)
        lock_bytes = (place / LOCK).read_bytes()
        if is_current(made, job.out, lock_bytes):
            return
        old = there.lock.outputs if there.lock is not None else {}
        taken = in_the_way(foreign(job.out, old), made)
        if taken and not force:
            raise Edited(", ".join(taken))
        _refuse_edited(present(job.out), force=force)
        if there.missing:
            result.notes.append("restored " + ", ".join(there.missing))
        publish(contents | {LOCK: lock_bytes}, job.out, place, {**old, **{t: "" for t in taken}})
        result.published = True
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        needed = sum(len(c) if isinstance(c, bytes) else c.stat().st_size for c in contents.values())
        free = shutil.disk_usage(job.workspace).free
        raise NoSpace(f"{needed} bytes are needed in {job.out.parent}, {free} are free") from error
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _plan_text(job: Job, used: Mapping[str, Ingredients]) -> bytes:
    """Return `plan.json`: every stage, what it needs and makes, and the fingerprint it was made under."""
    body = {
        "format": "skillc.plan",
        "version": 1,
        "skill": job.spec.at("skill"),
        "stages": [
            {
                "name": s.name,
                "needs": list(s.needs),
                "makes": list(s.makes),
                "files": sorted(s.files(job.spec)),
                "fingerprint": used[s.name].fingerprint,
            }
            for s in job.stages
        ],
    }
    return (json.dumps(body, indent=1, ensure_ascii=False) + "\n").encode("utf-8")
