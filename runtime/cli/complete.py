"""What the user's shell offers for an argument that is being typed; what cannot be read is not offered."""

from collections.abc import Callable, Iterator
from pathlib import Path

DEEPEST = 4
"""Folders are searched this deep (ours: `specs/skills/dex4d/pour.yaml` from a project's root)."""
MOST_ENTRIES = 3000
"""Files and folders looked at before giving up (ours: 0.1 s on a cold disk)."""


def builds(incomplete: str) -> list[str]:
    """Return the build folders and bundles below the folder that is being typed."""
    return below(incomplete, lambda path: path.suffix == ".skill" or (path / "contract.json").is_file())


def simulated_tasks(incomplete: str) -> list[str]:
    """Return the tasks that a simulated human performs."""
    from skillc.runtime.demonstrator.scripts import TASKS

    return [task for task in TASKS if task.startswith(incomplete)]


def below(incomplete: str, wanted: Callable[[Path], bool]) -> list[str]:
    """Return the wanted paths below the folder of an incomplete path, near ones first, written as the user began.

    Hidden folders are skipped and links are not followed.
    """
    typed = incomplete[: incomplete.rfind("/") + 1]
    return [
        typed + path.relative_to(typed or ".").as_posix()
        for path in _near_first(Path(typed or "."))
        if (typed + path.relative_to(typed or ".").as_posix()).startswith(incomplete) and wanted(path)
    ]


def _near_first(start: Path) -> Iterator[Path]:
    level, seen = [start], 0
    for _ in range(DEEPEST):
        deeper: list[Path] = []
        for folder in level:
            try:
                entries = sorted(folder.iterdir())
            except OSError:
                continue
            for path in entries:
                seen += 1
                if seen > MOST_ENTRIES:
                    return
                if path.name.startswith("."):
                    continue
                yield path
                if path.is_dir() and not path.is_symlink():
                    deeper.append(path)
        level = deeper
