"""What is known of a build or a bundle once everything about it was checked."""

from pathlib import Path
from typing import Any

from skillc.runtime.bundle.keys import Keys
from skillc.runtime.bundle.load import load


def verified(path: Path, keys: Keys) -> dict[str, Any]:
    """Check `path` as a run would, remember nothing, and return what it is.

    Raises:
        BundleFault: it may not run; SK762 a build folder was edited.
    """
    contents, records = load(path, locked=False, keys=keys)
    contents.require_unedited()
    manifest = contents.manifest
    return {
        "skill": records.objective.skill,
        "robot": records.profile.name,
        "files": len(contents.files.members),
        "bytes": sum(map(len, contents.files.members.values())),
        "signed_by": contents.signed_by,
        "key": contents.key,
        "release": manifest.release if manifest is not None else 0,
        "tool": manifest.tool if manifest is not None else "",
        "licences": dict(manifest.licences) if manifest is not None else {},
    }
