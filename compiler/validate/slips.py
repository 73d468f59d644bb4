"""One slip of the pen, told once and by its cause: a look-alike letter, a name of the wrong form, a decimal comma.

The passes judge each place by itself; what a slip made wrong at many places reads there as many mistakes of other
kinds. Nothing here finds a mistake: findings are only joined, renamed and given a way out.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from skillc.compiler.source import lookalikes
from skillc.compiler.source.diagnostic import Diagnostic, Edit
from skillc.compiler.source.measured import schemas_at
from skillc.compiler.source.scalar import shorten
from skillc.compiler.source.tree import Mapping, Path, Scalar, SourceTree, Span, path_text, walk
from skillc.compiler.source.tree import Sequence as Listed
from skillc.compiler.validate.belongs import belongs
from skillc.compiler.validate.nearest import as_name
from skillc.compiler.validate.structure import MOST_EXPLAINED

_COMMA = re.compile(r"\d,\d")
TEXTS = frozenset(("summary", "prompt", "source", "formula", "unit_as_printed"))
"""Keys whose values are prose, in any script."""
REPEATED = frozenset(("SK301", "SK302", "SK303", "SK304", "SK306"))
"""Names that nothing declares."""
MOST_PLACES = 8
LONGEST_NAME = 64
_NAMES = {
    **{"object": ("scene", "objects"), "camera": ("cameras",)},
    **{"policy": ("policies",), "state": ("deploy", "states")},
}
"""Kind of thing -> where the spec gives it a name."""


def explained(findings: Sequence[Diagnostic], tree: SourceTree) -> list[Diagnostic]:
    """Return the findings of a file with those of one slip joined, in the order given."""
    if not findings:
        return []
    lines = tree.text.splitlines()
    found = [_look_alike(d, tree.file, lines) for d in findings]
    found = _joined(found, list(_wrong_names(found, tree)))
    if any(_COMMA.search(lines[d.spans[0].line - 1]) for d in found if d.spans[0].line <= len(lines)):
        found = _joined(found, list(_commas(found, tree)))
    found = _once_each(found)
    return _belonging(found, tree)


def _joined(findings: list[Diagnostic], causes: list[tuple[Diagnostic, frozenset[Span]]]) -> list[Diagnostic]:
    """Put each cause in place of the first finding at one of its spans, and drop the others there."""
    cause_at = {span: cause for cause, spans in causes for span in spans}
    return list(dict.fromkeys(cause_at.get(d.spans[0], d) for d in findings))


def _once_each(findings: list[Diagnostic]) -> list[Diagnostic]:
    """Join findings that say the same of several places: a name that is nowhere declared and used five times."""
    places: dict[tuple[str, str], list[Span]] = {}
    for d in findings:
        if d.code in REPEATED:
            places.setdefault((d.code, d.summary), []).append(d.spans[0])
    found = []
    for d in findings:
        spans = places.get((d.code, d.summary), [d.spans[0]])
        if spans[0] == d.spans[0]:
            found.append(d if len(spans) == 1 else replace(d, spans=(*spans[:MOST_PLACES], *d.spans[1:]), mend=()))
    return found


def _look_alike(finding: Diagnostic, file: str, lines: Sequence[str]) -> Diagnostic:
    """Name the look-alike character in what a finding is about, if there is one."""
    span = finding.spans[0]
    if span.file != file or span.line != span.end_line or finding.path.rpartition(".")[2] in TEXTS:
        return finding
    text = lines[span.line - 1][span.column - 1 : span.end_column - 1] if span.line <= len(lines) else ""
    at = lookalikes.first(text)
    if at is None:
        return finding
    meant = lookalikes.as_plain(text)
    return Diagnostic(
        code="SK144",
        summary=f"`{shorten(text)}` has {lookalikes.described(text[at])} where `{lookalikes.plain(text[at])}` is due",
        detail="the two look alike, and no reviewer would see it",
        hint=f"write `{shorten(meant)}`",
        path=finding.path,
        spans=finding.spans,
        mend=(Edit(span, meant),),
    )


def _wrong_names(findings: list[Diagnostic], tree: SourceTree) -> Iterator[tuple[Diagnostic, frozenset[Span]]]:
    """Yield each name of the wrong form with all places of the file that use it."""
    wrong = {d.spans[0]: d for d in findings if d.code in ("SK205", "SK144")}
    starting = {(d.spans[0].line, d.spans[0].column): d.spans[0] for d in findings}
    for kind, place in _NAMES.items():
        group = tree.at(place)
        if not isinstance(group, Mapping):
            continue
        names = [name for name, entry in group.entries.items() if entry.key.span in wrong]
        # Where a name is written rightly, it is missing only because its declaration is wrong.
        meant = {name: as_name(name) if len(name) <= LONGEST_NAME else "" for name in names}
        uses = _uses(tree, kind, {*names, *meant.values()}) if names else {}
        for name in names:
            here, right = group.entries[name].key.span, meant[name]
            free = bool(right) and right not in group.entries
            others = uses.get(name, ())
            count = f", here and at {len(others)} other place{'s' if len(others) > 1 else ''}" if others else ""
            finding = replace(
                wrong[here],
                hint=f"write `{right}`{count}" if free else f"`{right}` is taken: choose another name" if right else "",
                mend=tuple(Edit(span, right) for span in (here, *others)) if free else (),
            )
            places = (*others, *(uses.get(right, ()) if free else ()))
            # The finding at `Plate.yaw` is about the whole key, the use about its first word.
            yield finding, frozenset({here, *(starting.get((s.line, s.column), s) for s in places)})


def _uses(tree: SourceTree, kind: str, names: set[str]) -> dict[str, tuple[Span, ...]]:
    """Return where the file uses names: as the first word of a key, as a value, in `goto NAME`."""
    found: dict[str, list[Span]] = {}
    for path, node in walk(tree.root):
        if isinstance(node, Mapping) and kind == "object":
            for key, entry in node.entries.items():
                first = key.partition(".")[0]
                if first in names and any("x-first-word" in s for s in schemas_at(path)):
                    found.setdefault(first, []).append(_part(entry.key.span, 0, len(first)))
        elif isinstance(node, Scalar) and not node.quoted:
            if node.text in names and any(s.get("x-names") == kind for s in schemas_at(path)):
                found.setdefault(node.text, []).append(node.span)
            elif kind == "state" and node.text.startswith("goto ") and node.text[5:] in names:
                found.setdefault(node.text[5:], []).append(_part(node.span, 5, len(node.text) - 5))
    return {name: tuple(spans) for name, spans in found.items()}


def _part(span: Span, start: int, length: int) -> Span:
    return Span(span.file, span.line, span.column + start, span.line, span.column + start + length)


def _commas(findings: list[Diagnostic], tree: SourceTree) -> Iterator[tuple[Diagnostic, frozenset[Span]]]:
    """Yield each number whose decimal comma ended it: `{size: 53,3 mm}` is a size of 53 and a key `3 mm`."""
    wrong = {d.spans[0] for d in findings}
    for path, node in walk(tree.root):
        if isinstance(node, Mapping):
            for (key, entry), (_, following) in pairwise(node.entries.items()):
                if _parted(entry.value, following.key) and following.key.span in wrong:
                    yield _comma((*path, key), entry.value, following.key, sure=True)
        elif isinstance(node, Listed):
            for index, (item, rest) in enumerate(pairwise(node.items)):
                if _parted(item, rest) and {item.span, rest.span} & wrong:
                    yield _comma((*path, index), item, rest, sure=False)


def _parted(whole: object, rest: object) -> bool:
    """Whether a whole number ends right before the comma and its decimals start right after it."""
    return (
        isinstance(whole, Scalar)
        and isinstance(rest, Scalar)
        and not rest.quoted
        and re.fullmatch(r"[-+±<>= ]*\d+", whole.text) is not None
        and re.match(r"\d", rest.text) is not None
        and (whole.span.end_line, whole.span.end_column + 1) == (rest.span.line, rest.span.column)
    )


def _comma(path: Path, whole: object, rest: object, *, sure: bool) -> tuple[Diagnostic, frozenset[Span]]:
    assert isinstance(whole, Scalar) and isinstance(rest, Scalar)
    text = f"{whole.text}.{rest.text}"
    span = Span(whole.span.file, whole.span.line, whole.span.column, rest.span.end_line, rest.span.end_column)
    found = Diagnostic(
        code="SK140",
        summary=f"`{shorten(whole.text)},{shorten(rest.text)}` has a comma in a number",
        detail="in brackets a comma ends the value; decimals are written with a point",
        hint=f"write `{shorten(text)}`" + ("" if sure else f" for one number, `{whole.text}, {rest.text}` for two"),
        path=path_text(path),
        spans=(span,),
        mend=(Edit(span, text),) if sure else (),
    )
    return found, frozenset({whole.span, rest.span})


def _belonging(findings: list[Diagnostic], tree: SourceTree) -> list[Diagnostic]:
    """Say of unknown keys where they belong, if they are keys of another place."""
    unknown = [d for d in findings if d.code == "SK201" and not d.mend and not d.hint.startswith("move")]
    if not unknown:
        return findings
    written = {
        entry.key.span: (path, key, entry.value)
        for path, node in walk(tree.root)
        if isinstance(node, Mapping)
        for key, entry in node.entries.items()
    }
    hints: dict[Span, str] = {}
    for d in unknown[:MOST_EXPLAINED]:
        if d.spans[0] in written:
            path, key, value = written[d.spans[0]]
            hints[d.spans[0]] = belongs(key, value, str(path[0]) if path else "")
    return [replace(d, hint=hints[d.spans[0]]) if d.code == "SK201" and hints.get(d.spans[0]) else d for d in findings]
