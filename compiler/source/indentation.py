"""Where indentation goes wrong: a line that lines up with no block around it, or lies below a finished value."""

import re
from dataclasses import dataclass

from skillc.compiler.source.scalar import shorten

STEP = 2
"""Blanks by which `skillc fmt` indents a block."""
_LINE = re.compile(r"(?P<blanks> *)(?P<dashes>(?:- +)*)(?P<rest>.*)")
_OPENS = re.compile(r"(?:[^\"'#{\[]+|\"[^\"]*\"):\s*(?:#.*)?|-\s*(?:#.*)?")
"""What may have a block below it: a key without a value, a dash alone."""
_ENTRY = re.compile(r" *(?:- |[\w.\"' -]+:(?: |$))")
_TEXT_BLOCK = re.compile(r".*(?:: |- )[|>][-+0-9]*\s*(?:#.*)?")


@dataclass(frozen=True, slots=True)
class _Block:
    indent: int
    line: int
    """Counts from 0."""
    name: str
    open: bool
    """Whether its last line waits for a deeper block."""


@dataclass(frozen=True, slots=True)
class Misplaced:
    """A line whose indentation fits nothing above it."""

    line: int
    """Counts from 0."""
    indent: int
    summary: str
    hint: str
    other: int
    """The line it does not go with, counted from 0."""


def misplaced(text: str, last: int) -> Misplaced | None:
    """Return the first line up to `last` (counted from 0) that is indented like nothing above it; None if none is."""
    blocks: list[_Block] = []
    inside_text: int | None = None
    depth = 0
    for number, line in enumerate(text.splitlines()[: last + 1]):
        written = line.strip()
        indent = len(line) - len(line.lstrip(" "))
        if inside_text is not None and (not written or indent > inside_text):
            continue
        inside_text = None
        if not written or written.startswith("#") or line.startswith("---"):
            continue
        if depth > 0:  # The lines of a bracket may be indented as one likes.
            depth += _opened(line)
            continue
        found = _placed(blocks, line, number)
        if found is not None:
            return found
        depth = max(0, _opened(line))
        if _TEXT_BLOCK.fullmatch(line):
            inside_text = indent
    return None


def _placed(blocks: list[_Block], line: str, number: int) -> Misplaced | None:
    """Enter a line into the stack of open blocks, or say why it fits none."""
    match = _LINE.fullmatch(line)
    assert match is not None
    indent = len(match["blanks"])
    popped: _Block | None = None
    while blocks and blocks[-1].indent > indent:
        popped = blocks.pop()
    top = blocks[-1] if blocks else None
    if top is not None and popped is not None and top.indent != indent:
        return _unaligned(top, popped, line, number)
    if top is not None and popped is None and top.indent < indent and not top.open:
        if not _ENTRY.match(line):
            return None  # A text that goes on.
        return Misplaced(
            line=number,
            indent=indent,
            summary=f"the line is indented below `{top.name}`, which has a value already",
            hint=f"indent it by {top.indent} as `{top.name}` in line {top.line + 1}, or move what it belongs to",
            other=top.line,
        )
    if blocks and blocks[-1].indent == indent:
        blocks.pop()
    dashes = match["dashes"]
    blocks += [_Block(indent + at, number, "-", True) for at, sign in enumerate(dashes) if sign == "-"]
    rest = match["rest"].rstrip()
    if rest:
        name = shorten(rest.partition(":")[0].strip("\"' "), 30)
        blocks.append(_Block(indent + len(dashes), number, name, _OPENS.fullmatch(rest) is not None))
    return None


def _unaligned(around: _Block, above: _Block, line: str, number: int) -> Misplaced:
    """Tell of a line that stands neither with the key above it nor with the block around; blame the odd one."""
    indent = len(line) - len(line.lstrip(" "))
    name = shorten(line.strip().partition(":")[0].strip("\"' "), 30)
    here, there = (number, indent, name), (above.line, above.indent, above.name)
    if indent - around.indent == STEP != above.indent - around.indent:
        here, there = there, here
    return Misplaced(
        line=here[0],
        indent=here[1],
        summary=f"`{here[2]}` is indented by {_blanks(here[1])}, `{there[2]}` in line {there[0] + 1} by {there[1]}",
        hint=f"indent both by the same below `{around.name}` in line {around.line + 1}, which stands at "
        f"{around.indent}",
        other=there[0],
    )


def _opened(line: str) -> int:
    """Return how many brackets a line opens and does not close; those in quotes and comments do not count."""
    bare = re.sub(r"\"(?:\\.|[^\"\\])*\"|'[^']*'|(?:^|\s)#.*", "", line)
    return sum(bare.count(c) for c in "{[") - sum(bare.count(c) for c in "}]")


def _blanks(count: int) -> str:
    return "1 blank" if count == 1 else f"{count} blanks"
