"""Write a build as one signed file that runs elsewhere."""

from pathlib import Path
from typing import Annotated

from typer import Option

from skillc.runtime.cli.failures import InputError
from skillc.runtime.cli.parameters import Build


def command(
    build: Build,
    out: Annotated[Path | None, Option(help="The bundle; default BUILD.skill.")] = None,
    release: Annotated[int, Option(help="Counts up: older releases are refused where a newer one ran.", min=1)] = 1,
    licence: Annotated[
        list[str] | None, Option(help="PART=SPDX, of skill, robot, twin or policies; repeat for each part.")
    ] = None,
) -> int:
    """Verify BUILD and write it as one .skill file, signed with your key."""
    from skillc.runtime.bundle.keys import Keys
    from skillc.runtime.bundle.pack import LicenceError, bundle

    if not build.is_dir():
        raise InputError(f"{build} is no build folder", "`skillc build SPEC` makes one")
    stated = dict(text.partition("=")[::2] for text in licence or [])
    keys = Keys.of_user()
    try:
        data = bundle(build, keys.own(), release=release, licences=stated, keys=keys)
    except LicenceError as reason:
        raise InputError(str(reason), "for example --licence robot=BSD-3-Clause") from reason
    target = out or build.resolve().with_name(build.resolve().name + ".skill")
    if target.is_dir():
        raise InputError(f"{target} is a folder", "a bundle is a file; give another name with --out")
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(target.name + ".partial")
    partial.write_bytes(data)
    partial.replace(target)
    print(f"{target}: {len(data)} bytes, release {release}, licences {stated or 'not stated'}")
    return 0
