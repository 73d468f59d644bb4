"""Where evidence is kept: one table of one commit, and sealed results that are written once.

A table belongs to the code it was begun on: results of other code are not added to it. A sealed case belongs to the
code it was first started on, whether it succeeded, failed or was interrupted; no later run replaces what is recorded.
"""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from skillc.benchmarks.provenance import provenance

ROOT = Path(__file__).resolve().parents[1]
CODE = ("compiler", "runtime", "specs", "templates")
"""What a result depends on; documents and results may change under it."""


class OtherCode(Exception):
    """Results of this code cannot be added; the message says why and what to do."""


def code_digest() -> str:
    """Return what identifies the code that is checked out.

    Raises:
        OtherCode: it is no checkout, or it has changes that no commit holds.
    """
    dirty = _git("status", "--porcelain", "--", *CODE)
    if dirty:
        raise OtherCode(f"uncommitted changes in {', '.join(CODE)}: a table is of one commit\n{dirty}")
    return " ".join(_git("rev-parse", f"HEAD:{name}")[:12] for name in CODE)


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OtherCode(f"git {arguments[0]}: {done.stderr.strip()}")
    return done.stdout.strip()


class Record:
    """A file of results: case -> what was measured; written after every result."""

    def __init__(self, path: Path, code: str) -> None:
        """Open or begin the file."""
        self.path, self.code = path, code
        self.body: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        self.body.setdefault("cases", {})

    def require_same_code(self) -> None:
        """Begin the table for this code, or refuse.

        Raises:
            OtherCode: it was begun on other code.
        """
        if self.body.setdefault("code", self.code) != self.code:
            raise OtherCode(
                f"{self.path} is of commit {self.body['provenance']['commit']}, this is other code; check that out to "
                "go on with it, or give --result another file to begin a new table"
            )
        self.body.setdefault("provenance", provenance())

    def row(self, case: str) -> dict[str, Any]:
        """Return what is recorded of a case, to be added to."""
        found: dict[str, Any] = self.body["cases"].setdefault(case, {})
        return found

    def save(self) -> None:
        """Write the file, whole or not at all."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        part = self.path.with_suffix(".part")
        part.write_text(json.dumps(self.body, indent=1) + "\n", encoding="utf-8")
        os.replace(part, self.path)


class SealedRecord(Record):
    """Results of sealed seeds of one release: run once, never replaced."""

    def row(self, case: str) -> dict[str, Any]:
        """Return what is recorded of a case, to be added to by the code it was started on; write that it was started.

        Raises:
            OtherCode: it was started on other code: what is there stays.
        """
        found = super().row(case)
        if found.setdefault("code", self.code) != self.code:
            commit = found["provenance"]["commit"]
            raise OtherCode(f"{case} is sealed and was started on commit {commit}: what is recorded stays as it is")
        if "provenance" not in found:
            found["provenance"] = provenance()
            self.save()
        return found
