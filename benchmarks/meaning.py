"""Seeded mistakes of meaning and odd specs that are right, and what `check` makes of them.

    python -m benchmarks.meaning

The two lists are data (`tests/specs/meaning.yaml`, `unusual.yaml`), written before and without regard to the rules. A
mistake counts as caught when an error (a warning, where the list says that one will do) is reported at the line it is
in; that nothing is reported elsewhere, of what follows from it, is counted apart. A spec that is right must have no
finding at all, but that its recording is not here.
"""

import argparse
import json
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

import skillc
from skillc.compiler.check.check import check_tree
from skillc.compiler.source.diagnostic import Diagnostic, SourceError
from skillc.compiler.source.load import load_bytes

ROOT = Path(__file__).parents[1]
MISTAKES = ROOT / "tests" / "specs" / "meaning.yaml"
UNUSUAL = ROOT / "tests" / "specs" / "unusual.yaml"


@dataclass(frozen=True, kw_only=True)
class Changed:
    """A spec with one entry of a list applied."""

    spec: str
    """Of the unchanged one, below the repository."""
    text: str
    lines: frozenset[int]
    """Where a finding is due, 1-based; all changed lines unless the list says which."""
    warning: bool
    """Whether a warning will do."""
    draft: bool
    change: str
    why: str


def _edited(text: str, edit: dict[str, Any]) -> tuple[str, frozenset[int]]:
    """Return the text with one edit, and the lines it changed."""
    if "add" in edit:
        start, old, new = len(text.rstrip("\n")), text[len(text.rstrip("\n")) :], f"\n\n{edit['add']}\n"
        first = text[:start].count("\n") + 3
    else:
        old, new = edit["was"], edit["now"]
        start = text.rindex(old) if edit.get("last") else text.index(old)
        first = text[:start].count("\n") + 1
    edited = text[:start] + new + text[start + len(old) :]
    return edited, frozenset(range(first, first + new.strip("\n").count("\n") + 1))


def _entries(file: Path) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for spec, entries in yaml.safe_load(file.read_text(encoding="utf-8")).items():
        text = (ROOT / spec).read_text(encoding="utf-8")
        for entry in entries:
            yield spec, text, entry


def _is_draft(text: str) -> bool:
    return "\n# Draft." in text


def mistakes() -> Iterator[Changed]:
    """Yield every mistake of the list."""
    for spec, text, entry in _entries(MISTAKES):
        edited, lines = _edited(text, entry)
        if "at" in entry:
            lines = frozenset(n for n, line in enumerate(edited.splitlines(), 1) if entry["at"] in line)
        yield Changed(
            spec=spec,
            text=edited,
            lines=lines,
            warning=entry.get("warning", False),
            draft=_is_draft(text),
            change=str(entry.get("add") or entry["now"]),
            why=entry["why"],
        )


def unusual() -> Iterator[Changed]:
    """Yield every odd spec that is right."""
    for spec, text, entry in _entries(UNUSUAL):
        edited = text
        for edit in entry["edits"]:
            edited, _ = _edited(edited, edit)
        yield Changed(
            spec=spec,
            text=edited,
            lines=frozenset(),
            warning=False,
            draft=_is_draft(text) or entry.get("draft", False),
            change="",
            why=entry["why"],
        )


def findings(changed: Changed) -> list[Diagnostic]:
    """Return everything `check` says about a spec; files it names are not looked for."""
    try:
        tree = load_bytes(changed.text.encode(), "spec.yaml")
    except SourceError as error:
        return list(error.diagnostics)
    return list(check_tree(tree, None, draft=changed.draft).diagnostics)


def lines_of(changed: Changed, found: list[Diagnostic]) -> set[int]:
    """Return the lines that are blamed."""
    return {d.spans[0].line for d in found if changed.warning or d.severity == "error"}


def is_caught(changed: Changed, found: list[Diagnostic]) -> bool:
    """Whether a finding names the mistake's line."""
    return bool(lines_of(changed, found) & changed.lines)


def main() -> None:
    """Print what is missed, and the table; exit 1 on a false alarm."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="write the numbers here")
    arguments = parser.parse_args()
    counts: dict[str, list[int]] = {}
    for mistake in mistakes():
        found = findings(mistake)
        caught = is_caught(mistake, found)
        count = counts.setdefault(mistake.spec, [0, 0, 0])
        count[0] += caught
        count[1] += caught and lines_of(mistake, found) <= mistake.lines
        count[2] += 1
        if not caught:
            told = [f"{d.code} at {d.spans[0].line}" for d in found]
            print(f"missed: {mistake.spec}:{sorted(mistake.lines)}: {mistake.change!r}: {mistake.why}; {told}")
    alarms = []
    odd = list(unusual())
    for right in odd:
        for finding in findings(right):
            alarms.append(f"{right.spec}: {right.why}")
            print(f"false alarm: {alarms[-1]}: {finding.code} at {finding.spans[0].line}: {finding.summary}")
    total = [sum(count[i] for count in counts.values()) for i in (0, 1, 2)]
    print(f"\nskillc {skillc.__version__}, Python {platform.python_version()}, {len(counts)} specs\n")
    print("| spec | caught at the right line | and nowhere else | mistakes of meaning |\n|---|---|---|---|")
    for spec, (good, alone, count_) in counts.items():
        print(f"| {spec} | {good} | {alone} | {count_} |")
    shares = " | ".join(f"**{count} ({count / total[2]:.1%})**" for count in total[:2])
    print(f"| **all** | {shares} | **{total[2]}** |")
    print(f"\nfalse alarms on odd specs that are right: {len(set(alarms))} of {len(odd)}")
    if arguments.json:
        record: dict[str, Any] = {"caught": total[0], "alone": total[1], "mistakes": total[2], "specs": counts}
        record |= {"false_alarms": alarms, "odd": len(odd)}
        arguments.json.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    raise SystemExit(1 if alarms else 0)


if __name__ == "__main__":
    main()
