"""What stages cost on this machine, learned from earlier runs; kept outside the build tree and never part of it."""

import json
import platform
from dataclasses import dataclass
from pathlib import Path
from statistics import median

RECENT = 5
"""Runs the expectation looks back on (ours: follows code changes, ignores one slow run)."""


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What a stage is expected to take."""

    seconds: float
    bytes: int


class Journal:
    """An append-only file, one JSON line per stage run."""

    def __init__(self, folder: Path) -> None:
        """Use `folder`, which is created by the first record."""
        self._file = folder / "stages.jsonl"

    def record(self, stage: str, *, seconds: float, size: int) -> None:
        """Append one run of `stage`: wall seconds and bytes of its outputs."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        line = {"machine": platform.node(), "stage": stage, "seconds": round(seconds, 3), "bytes": size}
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def expected(self) -> dict[str, Cost]:
        """Return the median cost of each stage's recent runs on this machine; torn lines are skipped."""
        runs: dict[str, list[tuple[float, int]]] = {}
        if not self._file.is_file():
            return {}
        for line in self._file.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                run = json.loads(line)
                if run["machine"] == platform.node():
                    runs.setdefault(run["stage"], []).append((float(run["seconds"]), int(run["bytes"])))
            except (ValueError, KeyError, TypeError, RecursionError):
                continue
        return {
            stage: Cost(seconds=median(s for s, _ in found[-RECENT:]), bytes=int(median(b for _, b in found[-RECENT:])))
            for stage, found in runs.items()
        }
