"""What a training tells while it runs: rows in `metrics.csv`, the same curves for TensorBoard where it is installed."""

import csv
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

FILE = "metrics.csv"


class TrainingCurves:
    """Appends a row per step; a resumed training drops the rows that its checkpoint does not know."""

    def __init__(self, folder: Path, *, resumed_at: int) -> None:
        """Open the curves of `folder`, whose first `resumed_at` steps are kept."""
        self._path = folder / FILE
        rows = list(csv.DictReader(self._path.open(encoding="utf-8"))) if self._path.exists() else []
        self._rows = [row for row in rows if row["step"].isdigit() and int(row["step"]) <= resumed_at]
        self._board = _board(folder, resumed_at)
        self._write()

    def add(self, step: int, values: Mapping[str, float]) -> None:
        """Add a row: the step and its values, always of the same names."""
        row = {"step": str(step), **{name: f"{value:.6g}" for name, value in values.items()}}
        self._rows.append(row)
        if len(self._rows) == 1:
            self._write()
        else:
            with self._path.open("a", newline="", encoding="utf-8") as file:
                csv.DictWriter(file, fieldnames=list(row)).writerow(row)
        if self._board is not None:
            for name, value in values.items():
                self._board.add_scalar(name, value, step)

    def _write(self) -> None:
        draft = self._path.with_suffix(".part")
        with draft.open("w", newline="", encoding="utf-8") as file:
            if self._rows:
                writer = csv.DictWriter(file, fieldnames=list(self._rows[0]))
                writer.writeheader()
                writer.writerows(self._rows)
        draft.replace(self._path)

    def __enter__(self) -> "TrainingCurves":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._board is not None:
            self._board.close()


def _board(folder: Path, resumed_at: int) -> Any:
    """Return a TensorBoard writer, or None without the package; its files lie in `tensorboard/`."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        return None
    return SummaryWriter(str(folder / "tensorboard"), purge_step=resumed_at + 1)
