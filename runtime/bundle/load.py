"""The one way by which the runtime gets a skill: read once, verified, checked by itself and file against file."""

from collections.abc import Iterable
from pathlib import Path

from skillc.runtime.bundle.agreement import disagreements
from skillc.runtime.bundle.bounds import out_of_bounds, waits
from skillc.runtime.bundle.contents import Contents
from skillc.runtime.bundle.disagreement import Disagreement
from skillc.runtime.bundle.fault import BundleFault
from skillc.runtime.bundle.folder import read_folder
from skillc.runtime.bundle.models import check_models
from skillc.runtime.bundle.records import SkillRecords


def load(path: Path, *, locked: bool) -> tuple[Contents, SkillRecords]:
    """Return the files of a build folder and what they say.

    Args:
        path: the folder.
        locked: refuse files that are not as the build made them.

    Raises:
        BundleFault: SK760 to SK779, naming file and field. Each step looks at what the ones before it let through:
            bytes, records, numbers (SK764), the machine (SK765), file against file (SK763), models (SK766, SK774).
    """
    contents = read_folder(path)
    if locked:
        contents.require_unedited()
    records = SkillRecords.read(contents)
    _refuse(contents, "SK764", out_of_bounds(records))
    _refuse(contents, "SK765", waits(records.machine))
    _refuse(contents, "SK763", disagreements(records))
    check_models(contents, records)
    return contents, records


def _refuse(contents: Contents, code: str, found: Iterable[Disagreement]) -> None:
    faults = list(found)
    if faults:
        first, more = faults[0], f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        raise BundleFault(code, contents.place(first.file), f"{first.field}: {first.what}{more}")
