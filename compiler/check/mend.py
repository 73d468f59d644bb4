"""Sure mends applied to a file's text; its comments, its layout and all else stay as they are."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from skillc.compiler.source.diagnostic import Diagnostic, Edit

MOST_MENDS = 200
SYNTAX = "SK1"
"""What begins so ends the reading: what lies behind it is seen only once it is mended."""
KEYS = ("SK201", "SK205", "SK144")
"""What is wrong with a key hides what is wrong with its value."""
_BREAK = re.compile(r"\r\n|\r|\n")

Check = Callable[[str], Sequence[Diagnostic]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """One mend that was made."""

    finding: Diagnostic
    """Its spans are those of the text before this mend."""
    before: str
    """What stood at the finding's first edit."""
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """A text after all its sure mends."""

    text: str
    applied: tuple[Applied, ...]
    left: tuple[Diagnostic, ...]
    """What a person must put right."""


def mended(text: str, check: Check) -> Mended:
    """Apply every sure mend that removes its finding and brings no other.

    Args:
        text: of the file, without a byte order mark.
        check: returns the findings of such a text.
    """
    applied: list[Applied] = []
    findings = check(text)
    refused: set[tuple[str, str, str]] = set()
    while len(applied) < MOST_MENDS:
        open_ = [d for d in findings if d.mend and (d.code, d.path, d.summary) not in refused]
        if not open_:
            break
        finding = open_[0]
        changed = with_edits(text, finding.mend)
        after = check(changed)
        if changed == text or not improves(finding, findings, after):
            refused.add((finding.code, finding.path, finding.summary))
            continue
        start, end = _offsets(text, finding.mend[0])
        applied.append(Applied(finding=finding, before=text[start:end], after=finding.mend[0].text))
        text, findings = changed, after
    return Mended(text=text, applied=tuple(applied), left=tuple(findings))


def improves(finding: Diagnostic, before: Sequence[Diagnostic], after: Sequence[Diagnostic]) -> bool:
    """Whether findings changed by the loss of one alone; what it hid may come to light.

    Behind a mistake of syntax lies the rest of the file, behind a wrong key its value.
    """
    if not finding.path:  # The text could not be read; now it can be read further, or with fewer mistakes.
        left = _unread(after)
        return not left or len(left) < len(_unread(before)) or left[0] > _unread(before)[0]
    old, new = (Counter((d.code, d.path) for d in found if d.severity == "error") for found in (before, after))
    if new[finding.code, finding.path] >= old[finding.code, finding.path]:
        return False
    hidden = f"{finding.path.rpartition('.')[0]}.{finding.mend[0].text}".lstrip(".") if finding.mend else ""
    return not [path for _, path in new - old if finding.code not in KEYS or not f"{path}.".startswith(f"{hidden}.")]


def _unread(findings: Sequence[Diagnostic]) -> list[tuple[int, int]]:
    """Return the places (line, column) of the findings that kept the text from being read, in order."""
    return sorted((d.spans[0].line, d.spans[0].column) for d in findings if d.code.startswith(SYNTAX) and not d.path)


def with_edits(text: str, edits: Sequence[Edit]) -> str:
    """Return a text with every edit made; edits do not overlap."""
    for start, end, instead in sorted(((*_offsets(text, edit), edit.text) for edit in edits), reverse=True):
        text = text[:start] + instead + text[end:]
    return text


def _offsets(text: str, edit: Edit) -> tuple[int, int]:
    starts = [0, *(match.end() for match in _BREAK.finditer(text))]
    span = edit.span
    return starts[span.line - 1] + span.column - 1, starts[span.end_line - 1] + span.end_column - 1
