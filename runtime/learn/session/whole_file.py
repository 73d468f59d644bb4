"""Files that are whole or not there, however the process that writes them ends."""

from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Write a file, its folders too, in place of what may be there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".part")
    draft.write_bytes(content)
    draft.replace(path)
