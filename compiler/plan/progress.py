"""Showing long work: bars on a terminal, on stderr; nothing where nobody watches."""

import sys
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rich.progress import Progress as RichBars
    from rich.progress import TaskID


class Progress(Protocol):
    """What the engine tells while it works."""

    def begin(self, stage: str, expected_s: float | None) -> None:
        """Say that `stage` starts and how long it took before, if known."""

    def update(self, share: float, text: str) -> None:
        """Say how much of the present stage is done (0..1) and what it is at."""

    def end(self, stage: str, seconds: float) -> None:
        """Say that `stage` is finished."""

    def close(self) -> None:
        """Leave the terminal as it was."""


class Silent:
    """Says nothing."""

    def begin(self, stage: str, expected_s: float | None) -> None:
        """Ignore."""

    def update(self, share: float, text: str) -> None:
        """Ignore."""

    def end(self, stage: str, seconds: float) -> None:
        """Ignore."""

    def close(self) -> None:
        """Ignore."""


class Bars:
    """A moving bar with elapsed time and the expectation from earlier runs."""

    def __init__(self) -> None:
        """Start drawing on stderr."""
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        self._bars: RichBars = Progress(
            TextColumn("{task.fields[stage]:<14}"), BarColumn(), TimeElapsedColumn(),
            TextColumn("{task.fields[expected]}"), TextColumn("{task.description}", markup=False),
            console=Console(stderr=True), transient=False,
        )  # fmt: skip
        self._bars.start()
        self._task: TaskID | None = None

    def begin(self, stage: str, expected_s: float | None) -> None:
        """Add a bar."""
        expected = f"of about {expected_s:.0f} s" if expected_s else ""
        self._task = self._bars.add_task("", total=1.0, stage=stage, expected=expected)

    def update(self, share: float, text: str) -> None:
        """Move the bar."""
        if self._task is not None:
            self._bars.update(self._task, completed=share, description=text)

    def end(self, stage: str, seconds: float) -> None:
        """Fill the bar and stop its clock."""
        if self._task is not None:
            self._bars.update(self._task, completed=1.0, description="", expected="")
            self._bars.stop_task(self._task)

    def close(self) -> None:
        """Stop drawing; finished bars stay."""
        self._bars.stop()


def for_terminal() -> Progress:
    """Return bars on an interactive terminal, else silence."""
    return Bars() if sys.stderr.isatty() else Silent()
