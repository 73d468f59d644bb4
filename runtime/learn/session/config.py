"""What a training was begun with: going on with anything else is refused, the difference shown (FAULTS T6)."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from skillc.runtime.learn.session.refusal import TrainingRefused
from skillc.runtime.learn.session.whole_file import write_whole

FILE = "config.json"


def begun_with(folder: Path, config: Mapping[str, Any]) -> None:
    """Write the configuration of a new training, or compare it with that of the one begun in `folder`.

    Raises:
        TrainingRefused: SK901, they differ, or the file written before is damaged.
    """
    path = folder / FILE
    wanted = json.loads(json.dumps(config, sort_keys=True))
    if not path.exists():
        write_whole(path, (json.dumps(wanted, indent=1, sort_keys=True) + "\n").encode())
        return
    try:
        before = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as reason:
        raise TrainingRefused(
            "SK901", f"{path} does not say what the training was begun with: {reason}", "train in another folder"
        ) from reason
    changed = _changes(before, wanted)
    if changed:
        raise TrainingRefused(
            "SK901",
            f"{folder} was begun with other settings:\n  " + "\n  ".join(changed),
            "train in another folder (--out), or begin anew with --restart",
        )


def _changes(before: Any, now: Any, where: str = "") -> list[str]:
    if isinstance(before, dict) and isinstance(now, dict):
        return [
            line
            for key in sorted({*before, *now})
            for line in _changes(before.get(key), now.get(key), f"{where}.{key}" if where else key)
        ]
    return [] if before == now else [f"{where}: {_short(before)} -> {_short(now)}"]


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else text[:57] + "..."
