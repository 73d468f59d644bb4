"""Tell whether a build or a bundle may run here, who signed it and what is in it."""

import json
from typing import Any

from skillc.runtime.cli.parameters import Build, Json


def command(build: Build, as_json: Json = False) -> int:
    """Read and check everything that `run` would, and run nothing; exit code 2 names what is wrong."""
    from skillc.runtime.bundle.keys import Keys
    from skillc.runtime.bundle.verified import verified

    found: dict[str, Any] = verified(build, Keys.of_user())
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
        return 0
    licences = ", ".join(f"{part} {stated}" for part, stated in found["licences"].items()) or "not stated"
    print(f"{build}: {found['skill']} for {found['robot']}, {found['files']} files, {found['bytes']} bytes")
    if found["signed_by"]:
        print(f"  signed by {found['signed_by']}, release {found['release']}, skillc {found['tool']}")
        print(f"  licences: {licences}")
    else:
        print("  a build folder, as it was built; `skillc bundle` signs one")
    return 0
