"""Writes `tests/emit/golden/`: `python -m tests.regenerate_golden`."""

import json
import re
import subprocess
import sys
from pathlib import Path

FILES = (
    "environment/env.py",
    "environment/environment.json",
    "machine/machine.json",
    "training/residual.yaml",
    "contract.json",
)
"""Generated files that are compared."""
FOLDER = Path(__file__).parent / "emit" / "golden"


def shortened(file: Path) -> str:
    """Return a generated file without what moves with every edit: lines of presets, numbers of the robot's body.

    The body is tested where it is made; its names and counts stay.
    """
    if file.name == "contract.json":
        contract = json.loads(file.read_text(encoding="utf-8"))
        contract["body"] = {name: _counted(value) for name, value in contract["body"].items()}
        text = json.dumps(contract, indent=1) + "\n"
    else:
        text = file.read_text(encoding="utf-8")
    return re.sub(r"(skillc:specs/[\w/]+\.yaml):\d+:\d+", r"\1", text)


def _counted(value: object) -> object:
    return f"{len(value)} entries" if isinstance(value, list) else value


def main() -> None:
    """Build the small build of the tests and copy what it generated."""
    import tempfile

    from tests.small_build import make_small_build

    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        build = Path(folder) / "build"
        make_small_build(build)
        for name in FILES:
            (FOLDER / f"{Path(name).name}.golden").write_text(shortened(build / name), encoding="utf-8")
    subprocess.run(["git", "diff", "--stat", "--", str(FOLDER)], check=False, stdout=sys.stderr)


if __name__ == "__main__":
    main()
