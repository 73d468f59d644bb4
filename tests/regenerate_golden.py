"""Writes `tests/emit/golden/`: `python -m tests.regenerate_golden`."""

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
    """Return a generated file with the lines of shipped presets cut to their file: those move with every edit there."""
    return re.sub(r"(skillc:specs/[\w/]+\.yaml):\d+:\d+", r"\1", file.read_text(encoding="utf-8"))


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
