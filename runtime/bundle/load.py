"""The one way by which the runtime gets a skill: read once, verified, checked by itself and file against file."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from skillc.runtime.bundle.agreement import disagreements
from skillc.runtime.bundle.archive import read_bundle
from skillc.runtime.bundle.bounds import out_of_bounds, waits
from skillc.runtime.bundle.contents import Contents
from skillc.runtime.bundle.disagreement import Disagreement
from skillc.runtime.bundle.fault import BundleFault
from skillc.runtime.bundle.folder import read_folder
from skillc.runtime.bundle.keys import Keys
from skillc.runtime.bundle.models import check_models
from skillc.runtime.bundle.policies import check_policies
from skillc.runtime.bundle.records import SkillRecords
from skillc.runtime.formats.bundle import Manifest
from skillc.runtime.formats.records import shown


def load(path: Path, *, locked: bool, keys: Keys | None = None) -> tuple[Contents, SkillRecords]:
    """Return the files of a build folder or of a bundle, and what they say.

    Args:
        path: the folder, or the bundle.
        locked: refuse files that are not as the build made them, and remember the release of a bundle.
        keys: who may sign bundles; default the user's.

    Raises:
        BundleFault: SK760 to SK779, naming file and field. Each step looks at what the ones before it let through:
            bytes, records, numbers (SK764), the machine (SK765), file against file (SK763), models (SK766, SK774).
    """
    keys = keys or Keys.of_user()
    contents = read_bundle(path, keys) if path.is_file() else read_folder(path)
    if locked:
        contents.require_unedited()
    records = SkillRecords.read(contents)
    _refuse(contents, "SK768", _misnamed(contents.manifest, records))
    _refuse(contents, "SK764", out_of_bounds(records))
    _refuse(contents, "SK765", waits(records.machine))
    _refuse(contents, "SK763", disagreements(records))
    check_models(contents, records)
    check_policies(contents, records.contract)
    if locked and contents.manifest is not None:
        keys.accept(contents.key, contents.manifest.skill, contents.manifest.release)
    return contents, records


def _misnamed(manifest: Manifest | None, records: SkillRecords) -> Iterator[Disagreement]:
    """Yield where a bundle's manifest speaks of another skill than its files."""
    if manifest is not None:
        for field, stated, found in (
            ("skill", manifest.skill, records.objective.skill), ("robot", manifest.robot, records.profile.name)
        ):  # fmt: skip
            if stated != found:
                yield Disagreement(Manifest.FILE, field, f"is {shown(stated)}; the files are of {shown(found)}")
        if manifest.release < 1:
            yield Disagreement(Manifest.FILE, "release", f"is {manifest.release}; expected 1 or more")


def _refuse(contents: Contents, code: str, found: Iterable[Disagreement]) -> None:
    faults = list(found)
    if faults:
        first, more = faults[0], f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        raise BundleFault(code, contents.place(first.file), f"{first.field}: {first.what}{more}")
