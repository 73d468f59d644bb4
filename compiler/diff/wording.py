"""Changes in the words of the robot's users: `control rate 60 -> 30 Hz`, `apple.yaw ±10 -> ±20 deg`."""

import re
from collections.abc import Sequence

from skillc.compiler.diff.meaning import Change
from skillc.compiler.source.units import lookup

SECTIONS = {
    "skill": "skill",
    "summary": "skill",
    "demonstrations": "demonstration",
    "cameras": "cameras",
    "scene": "scene",
    "task": "task",
    "goals": "goals",
    "hardware": "robot",
    "method": "method",
    "policies": "policies",
    "reset": "resets",
    "tune": "tuning",
    "randomization": "training randomization",
    "evaluation": "evaluation",
    "rewards": "rewards",
    "deploy": "deployment",
}
"""Section of the spec -> heading."""

_WORDS = (
    (r"(?:scene\.objects|cameras|policies|deploy\.states)\.(\w+)", r"\1"),
    (r"deploy\.rates\.(.+)", r"\1 rate"),
    (r"deploy\.limits\.(.+)", r"\1 limit"),
    (r"deploy\.on_fault\.else", "any other fault"),
    (r"deploy\.on_fault\.(.+)", r"on \1"),
    (r"randomization\.(.+)", r"\1"),
    (r"evaluation\.(\w+)\.(.+)", r"\1: \2"),
    (r"rewards\.(\w+)\.(.+)", r"\1 \2"),
    (r"task\.success\.(.+)", r"success: \1"),
    (r"task\.type", "task type"),
    (r"method\.name|hardware\.name", "preset"),
    (r"method\.stages\.(\w+)\.(.+)", r"stage \1: \2"),
    (r"method\.simulation\.(.+)", r"simulation: \1"),
    (r"policies\.(\w+)\.randomization\.(.+)", r"\1 draws \2"),
    (r"policies\.(\w+)\.(.+)", r"\1: \2"),
    (r"scene\.objects\.(\w+)\.(.+)", r"\1: \2"),
    (r"cameras\.(\w+)\.(.+)", r"camera \1: \2"),
    (r"demonstrations\.(.+)", r"\1"),
)
_NUMBER = r"[-+]?[\d.]+(?:[eE][-+]?\d+)?"
_UNIT = re.compile(rf"(.*{_NUMBER})\s+([^\d\s.].*)")


def label(change: Change) -> str:
    """Return the name of what changed, without its section."""
    for pattern, words in _WORDS:
        if match := re.fullmatch(pattern, change.path):
            text = match.expand(words)
            return text.replace("_", " ") if change.section == "deploy" else text
    return change.path


def difference(change: Change) -> str:
    """Return `60 -> 30 Hz`: both values as written, in the newer one's unit, which stands once."""
    if change.kind == "added":
        return f"added: {_tight(change.after)}"
    if change.kind == "removed":
        return f"removed (was {_tight(change.before)})"
    if change.kind == "renamed":
        return f"renamed from {change.before}"
    if change.kind == "edited":
        return f"{change.after}: {change.before}"
    old, new = _UNIT.fullmatch(change.before), _UNIT.fullmatch(change.after)
    if old and new and (numbers := _in_unit(old[1], old[2], new[2])):
        return f"{_tight(numbers)} -> {_tight(new[1])} {new[2]}"
    return f"{_tight(change.before)} -> {_tight(change.after)}"


def _in_unit(numbers: str, unit: str, other: str) -> str:
    """Return the numbers of a measure in another unit; empty where the units measure different things."""
    if unit == other:
        return numbers
    known, due = lookup(unit), lookup(other)
    if known is None or due is None or known[0] != due[0] or re.search(r"[^\W\d_]", numbers.replace("normal", "")):
        return ""
    return re.sub(_NUMBER, lambda number: f"{float(number[0]) * known[1] / due[1]:.6g}", numbers)


def by_section(changes: Sequence[Change]) -> dict[str, list[Change]]:
    """Group changes under their headings, in the order of the language."""
    groups: dict[str, list[Change]] = {heading: [] for heading in dict.fromkeys(SECTIONS.values())}
    for change in changes:
        groups.setdefault(SECTIONS.get(change.section, change.section), []).append(change)
    return {heading: found for heading, found in groups.items() if found}


def _tight(text: str) -> str:
    """Return `±10` for `± 10`, as it is spoken."""
    return re.sub(r"^([±×])\s+", r"\1", text)
