"""The difference of two specs as text for a terminal, Markdown for a pull request, or JSON."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from skillc.compiler.diff.meaning import Change
from skillc.compiler.diff.rerun import Rerun
from skillc.compiler.diff.wording import by_section, difference, label


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Everything `skillc diff` says about one pair."""

    before: str
    """Name of the older side as the user gave it."""
    after: str
    changes: tuple[Change, ...]
    rerun: Rerun | None
    """None where it cannot be told: a draft is never built."""
    files: tuple[str, ...] = ()
    """Files of two builds whose bytes differ."""
    renamed: bool = False
    """Whether `before` is the name that `after` had."""
    machine: str = ""
    """Mermaid diagram of the newer side's state machine, where it is another than the older's."""
    note: str = ""
    """Said instead of changes, e.g. that the spec is new."""


def as_text(found: Difference) -> str:
    """Return lines for a terminal."""
    if found.note:
        return f"{found.after}: {found.note}"
    if not found.changes and not found.files and not found.renamed:
        return f"{found.after}: means the same as {found.before}"
    if found.renamed and not found.changes:
        return f"{found.after}: renamed from {found.before}, means the same"
    count = len(found.changes)
    what = f"{count} change{'s' if count != 1 else ''}" if count else "no change of meaning"
    lines = [f"{found.after}: {what} against {found.before}"]
    for heading, changes in by_section(found.changes).items():
        lines += ["", heading, *(f"  {label(change)} {difference(change)}{_risks(change)}" for change in changes)]
    if found.files:
        lines += ["", "files that differ", *(f"  {name}" for name in found.files)]
    if found.rerun is not None and found.changes:
        lines += ["", *(f"{name}: {', '.join(names)}" for name, names in _consequences(found.rerun))]
    return "\n".join(lines)


def as_markdown(pairs: Sequence[Difference]) -> str:
    """Return one comment for a pull request."""
    told = [found for found in pairs if found.changes or found.files or found.note or found.renamed]
    if not told:
        return "**skillc**: no spec changes its meaning.\n"
    parts = [_markdown(found) for found in told]
    same = [found.after for found in pairs if found not in told]
    if same:
        parts.append(f"No change in meaning: {', '.join(f'`{name}`' for name in same)}.\n")
    return _cut("\n".join(parts))


LONGEST = 60_000
"""Characters of a comment; GitHub takes 65,536."""


def _cut(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    kept = text[:LONGEST].rpartition("\n")[0]
    return f"{kept}\n\n... and more than fits in a comment: run `skillc diff` to see all.\n"


def as_record(found: Difference) -> dict[str, Any]:
    """Return the JSON record of one pair."""
    record: dict[str, Any] = {
        "before": found.before,
        "after": found.after,
        "changes": [
            {
                "path": change.path,
                "kind": change.kind,
                "before": change.before,
                "after": change.after,
                "risks": list(change.risks),
                "text": f"{label(change)} {difference(change)}",
            }
            for change in found.changes
        ],
        "files": list(found.files),
        "note": found.note,
        "rerun": None,
    }
    if found.rerun is not None:
        record["rerun"] = {
            "changed": list(found.rerun.changed),
            "downstream": list(found.rerun.downstream),
            "kept": list(found.rerun.kept),
            "policies": list(found.rerun.policies),
        }
    return record


def _markdown(found: Difference) -> str:
    if found.note:
        return f"### `{found.after}`\n\n{_cell(found.note)}\n"
    lines = [f"### `{found.after}`", ""]
    if found.renamed:
        lines += [f"Renamed from `{found.before}`." + ("" if found.changes else " It means the same."), ""]
    if found.changes:
        lines += ["| what | change |", "|---|---|"]
    for heading, changes in by_section(found.changes).items():
        lines += [f"| **{heading}** | |"]
        lines += [f"| {_cell(label(change))} | {_cell(difference(change))}{_bold(change)} |" for change in changes]
    if found.machine:
        lines += ["", "<details><summary>The state machine, as it is now</summary>", ""]
        lines += ["```mermaid", found.machine.rstrip("\n"), "```", "</details>"]
    if found.files:
        lines += ["", f"Files that differ: {', '.join(f'`{name}`' for name in found.files)}."]
    if found.rerun is not None:
        lines += [""]
        for name, names in _consequences(found.rerun):
            lines.append(f"- {name}: {', '.join(f'`{n}`' for n in names)}")
    return "\n".join(lines) + "\n"


def _consequences(rerun: Rerun) -> list[tuple[str, tuple[str, ...]]]:
    told = (
        ("must run again", rerun.changed),
        ("run again if the stages above give other results", rerun.downstream),
        ("train again", rerun.policies),
        ("reused", rerun.kept),
    )
    return [(name, names) for name, names in told if names]


def _risks(change: Change) -> str:
    return f"  [{', '.join(change.risks)}]" if change.risks else ""


def _bold(change: Change) -> str:
    return "".join(f" **{risk}**" for risk in change.risks)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")
