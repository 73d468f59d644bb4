"""Take checks out one at a time: each must be missed by the test that is named beside it.

    python -m benchmarks.removals [--list safety] [--only overshot] [--json FILE]

A check that can be removed unnoticed is none. Every entry of a list (`removals*.yaml`) is an edit of one file: a text
that occurs there exactly once, and what stands there without the check. The edit is made in a copy of the checkout, the
named test is run in it, and has to fail; before the edit it has to pass. Exit code 1 if a removal went unnoticed.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

from skillc.benchmarks.provenance import print_provenance, provenance

ROOT = Path(__file__).resolve().parents[1]
LISTS = {
    "build": Path(__file__).with_suffix(".yaml"),
    "runtime": Path(__file__).with_name("removals_runtime.yaml"),
    "safety": Path(__file__).with_name("removals_safety.yaml"),
    "drivers": Path(__file__).with_name("removals_drivers.yaml"),
    "sight": Path(__file__).with_name("removals_sight.yaml"),
}
"""What is built and how it is judged; core, loop, playback and logs; filter and simulated robot; devices."""
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "build", "*_cache", "__pycache__", ".typecheck", "*.egg-info")


@dataclass(frozen=True, kw_only=True)
class Removal:
    """One check and what is left without it."""

    check: str
    """What is no longer looked at."""
    file: str
    was: str
    """Occurs once in the file."""
    now: str
    test: str
    """Has to fail without the check; as pytest names it."""


def removals(*names: str) -> list[Removal]:
    """Return the entries of the lists of these names, of all lists if none is given."""
    files = [LISTS[name] for name in names or LISTS]
    return [Removal(**entry) for file in files for entry in yaml.safe_load(file.read_text(encoding="utf-8"))]


def edited(removal: Removal, root: Path) -> str:
    """Return the file's text without the check.

    Raises:
        ValueError: the text does not occur exactly once: the list has to follow the code.
    """
    text = (root / removal.file).read_text(encoding="utf-8")
    if text.count(removal.was) != 1:
        raise ValueError(f"{removal.file} holds {removal.was!r} {text.count(removal.was)} times; expected once")
    return text.replace(removal.was, removal.now)


def noticed(removal: Removal, root: Path) -> bool:
    """Take the check out of the checkout at `root`, run its test, put the check back; tell whether the test failed."""
    file = root / removal.file
    whole, without = file.read_text(encoding="utf-8"), edited(removal, root)
    file.write_text(without, encoding="utf-8")
    try:
        return not passes(removal.test, root)
    finally:
        file.write_text(whole, encoding="utf-8")


def passes(test: str, root: Path) -> bool:
    """Run one test in the checkout at `root`; raises ValueError if there is no such test."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", test]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, env=_environment(root))
    if done.returncode not in (0, 1):
        raise ValueError(f"{test} cannot be run: {(done.stdout + done.stderr).strip()[-400:]}")
    return done.returncode == 0


def _environment(root: Path) -> dict[str, str]:
    """Return an environment in which `skillc` is the copy."""
    import os

    return {**os.environ, "PYTHONPATH": str(root.parent), "PYTHONDONTWRITEBYTECODE": "1"}


def main() -> None:
    """Print one line per removal; the copy's tests are run once as they are before."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", choices=LISTS, nargs="*", default=[], help="default: all")
    parser.add_argument("--only", default="", help="part of the file's name or of the check")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    listed = [r for r in removals(*options.list) if options.only in r.file or options.only in r.check]
    print_provenance()
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "skillc"
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
        sound = {test: passes(test, copy) for test in dict.fromkeys(r.test for r in listed)}
        for removal in listed:
            found = sound[removal.test] and noticed(removal, copy)
            rows.append(asdict(removal) | {"noticed": found})
            words = "noticed" if found else "UNNOTICED" if sound[removal.test] else "TEST FAILS ANYWAY"
            print(f"{words:<18}{removal.file}: {removal.check}", flush=True)
    missed = [row for row in rows if not row["noticed"]]
    print(f"{len(rows) - len(missed)} of {len(rows)} removals noticed")
    if options.json:
        options.json.write_text(json.dumps(provenance() | {"rows": rows}, indent=1) + "\n", encoding="utf-8")
    raise SystemExit(1 if missed else 0)


if __name__ == "__main__":
    main()
