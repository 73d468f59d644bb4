"""Load a spec: bytes to a SourceTree, refusing everything that could mislead a reader or hurt the program.

Guarantees what `tree` states. YAML features that hide meaning (anchors, aliases, merge keys, tags, several
documents) are refused; libyaml's event stream is not recursive, so no nesting can crash it.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from skillc.compiler.source.characters import HIDDEN, MOST_BYTES, MOST_FINDINGS, decoded, forbidden_characters
from skillc.compiler.source.diagnostic import Diagnostic, SourceError, has_errors
from skillc.compiler.source.scalar import ScalarError, plain_value, shorten
from skillc.compiler.source.syntax_error import syntax_error
from skillc.compiler.source.tree import Entry, Mapping, Node, Scalar, Sequence, SourceTree, Span

MOST_NODES = 20_000
MOST_DEPTH = 32

_PARSER: Any = getattr(yaml, "CSafeLoader", None) or yaml.SafeLoader


def load(path: Path, *, shown_as: str | None = None) -> SourceTree:
    """Read and load one file.

    Args:
        path: The file.
        shown_as: How spans name it; the path itself unless given.

    Raises:
        SourceError: With every finding made before giving up.
    """
    name = shown_as if shown_as is not None else str(path)
    return load_bytes(read(path, name), name)


def read(path: Path, file: str) -> bytes:
    """Return a file's bytes, of one that is too large a little more than may be; `file` is how the finding names it.

    Raises:
        SourceError: it cannot be read.
    """
    try:
        # A named pipe would block for ever; only regular files are opened.
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise SourceError((_unreadable(file, "it is not a regular file"),))
        with open(path, "rb") as stream:
            return stream.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SourceError((_unreadable(file, reason),)) from None


def load_bytes(data: bytes, file: str) -> SourceTree:
    """Load a file's bytes; `file` is how spans name it. Raises SourceError."""
    text = decoded(data, file)
    findings = list(forbidden_characters(text, file))
    if findings:
        raise SourceError(tuple(findings))
    builder = _Builder(file)
    root: Node | None = None
    try:
        root = builder.build(text)
    except yaml.MarkedYAMLError as error:
        builder.findings.append(syntax_error(error, text, file))
    except yaml.YAMLError as error:
        builder.report("SK107", Span(file, 1, 1, 1, 1), f"the text is not YAML: {shorten(str(error), 100)}")
    except _GiveUpError:
        pass
    if root is not None and not isinstance(root, Mapping):
        builder.report(
            "SK114",
            root.span,
            f"the top of the document is a {'list' if isinstance(root, Sequence) else 'single value'}",
            detail="a spec is a mapping of keys to values",
            hint="start with `skill: my-skill`",
        )
    if has_errors(builder.findings) or not isinstance(root, Mapping):
        raise SourceError(tuple(builder.findings[:MOST_FINDINGS]))
    return SourceTree(file=file, text=text, root=root)


def _unreadable(name: str, reason: str) -> Diagnostic:
    return Diagnostic(
        code="SK100",
        summary=f"the file cannot be read: {reason}",
        detail="expected a readable YAML file",
        spans=(Span(name, 1, 1, 1, 1),),
    )


class _GiveUpError(Exception):
    """Going on would cost too much or mean nothing; the finding is already recorded."""


class _Frame:
    """A collection that is still open."""

    __slots__ = ("entries", "items", "key", "start")

    def __init__(self, start: Any, *, is_mapping: bool) -> None:
        self.start = start
        self.entries: dict[str, Entry] | None = {} if is_mapping else None
        self.items: list[Node] = []
        self.key: Scalar | None = None


class _Builder:
    """Turns libyaml's events into nodes, collecting findings on the way."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.findings: list[Diagnostic] = []

    def report(
        self,
        code: str,
        span: Span,
        summary: str,
        *,
        detail: str = "",
        hint: str = "",
        also: Span | None = None,
    ) -> None:
        spans = (span,) if also is None else (span, also)
        self.findings.append(Diagnostic(code=code, summary=summary, detail=detail, hint=hint, spans=spans))

    def build(self, text: str) -> Node | None:
        """Return the document's node; raises yaml.YAMLError or _GiveUpError."""
        stack: list[_Frame] = []
        root: Node | None = None
        documents = nodes = 0
        events: Iterator[Any] = yaml.parse(text, Loader=_PARSER)
        for event in events:
            kind = type(event)
            if kind is yaml.ScalarEvent:
                nodes += 1
                node: Node = self._scalar(event)
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                nodes += 1
                self._refuse_hidden_meaning(event)
                if len(stack) >= MOST_DEPTH:
                    self._give_up("SK111", event, f"nested deeper than {MOST_DEPTH} levels")
                stack.append(_Frame(event.start_mark, is_mapping=kind is yaml.MappingStartEvent))
                continue
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                node = self._close(stack.pop(), event)
            elif kind is yaml.AliasEvent:
                nodes += 1
                node = self._alias(event)
            elif kind is yaml.DocumentStartEvent:
                documents += 1
                if documents > 1:
                    self._give_up("SK113", event, "a second document starts here; a file holds one spec")
                if event.tags or event.version:
                    self.report("SK110", self._span(event), "YAML directives (`%...`) are not used in specs")
                continue
            else:
                continue
            if nodes > MOST_NODES:
                self._give_up("SK112", event, f"more than {MOST_NODES} values")
            if stack:
                self._place(stack[-1], node)
            else:
                root = node
        if root is None or (isinstance(root, Scalar) and root.text == "" and not root.quoted):
            self.report(
                "SK101", Span(self.file, 1, 1, 1, 1), "the file is empty", hint="`skillc init` writes a first spec"
            )
            raise _GiveUpError
        return root

    def _give_up(self, code: str, event: Any, summary: str) -> None:
        self.report(code, self._span(event), summary)
        raise _GiveUpError

    def _span(self, event: Any) -> Span:
        start, end = event.start_mark, event.end_mark
        return Span(self.file, start.line + 1, start.column + 1, end.line + 1, end.column + 1)

    def _refuse_hidden_meaning(self, event: Any) -> None:
        if event.anchor is not None:
            self.report(
                "SK109",
                self._span(event),
                f"anchor `&{shorten(event.anchor)}`",
                detail="anchors, aliases and merge keys hide what a line means",
                hint="write the value where it is used, or share it through a preset and `extends:`",
            )
        if event.tag is not None:
            self.report(
                "SK110",
                self._span(event),
                f"tag `{shorten(event.tag)}`",
                detail="a value's type follows from the language, never from a tag",
                hint="delete the tag",
            )

    def _refuse_escapes(self, text: str, span: Span) -> None:
        r"""Refuse what `"\e"` and its like stand for: whoever prints the text would send it to a terminal."""
        for code, pattern, what, _ in HIDDEN:
            if (match := pattern.search(text)) is not None:
                self.report(
                    code,
                    span,
                    f"an escape that stands for {what} (U+{ord(match[0]):04X})",
                    detail="it would act on the terminal or the page that shows the text",
                    hint="write the text without it",
                )

    def _alias(self, event: Any) -> Scalar:
        span = self._span(event)
        self.report(
            "SK109",
            span,
            f"alias `*{shorten(event.anchor)}`",
            detail="anchors, aliases and merge keys hide what a line means",
            hint="write the value itself",
        )
        return Scalar("*" + event.anchor, "*" + event.anchor, False, span)

    def _scalar(self, event: Any) -> Scalar:
        span = self._span(event)
        text: str = event.value
        if event.anchor is not None or event.tag is not None:
            self._refuse_hidden_meaning(event)
        if event.style:
            if event.style == '"':
                self._refuse_escapes(text, span)
            return Scalar(text, text, True, span)
        try:
            return Scalar(text, plain_value(text), False, span)
        except ScalarError as error:
            self.report(error.code, span, error.summary, hint=error.hint)
            return Scalar(text, text, False, span)

    def _place(self, frame: _Frame, node: Node) -> None:
        if frame.entries is None:
            frame.items.append(node)
        elif frame.key is None:
            frame.key = self._key(node)
        else:
            self._enter(frame.entries, frame.key, node)
            frame.key = None

    def _enter(self, entries: dict[str, Entry], key: Scalar, value: Node) -> None:
        name = key.text
        if name in entries:
            first = entries[name].key.span
            self.report(
                "SK108",
                key.span,
                f"the key `{shorten(name)}` is written twice, here and in line {first.line}",
                hint="keep one of them",
                also=first,
            )
            return
        entries[name] = Entry(key, value)

    def _key(self, node: Node) -> Scalar:
        if not isinstance(node, Scalar):
            self.report("SK115", node.span, "a list or mapping is used as a key", detail="keys are text")
            return Scalar("?", "?", False, node.span)
        if node.text == "<<" and not node.quoted:
            self.report(
                "SK109",
                node.span,
                "merge key `<<`",
                detail="anchors, aliases and merge keys hide what a line means",
                hint="write the keys out, or share them through a preset and `extends:`",
            )
        elif not isinstance(node.value, str):
            self.report(
                "SK115",
                node.span,
                f"the key `{shorten(node.text)}` is not text",
                detail="keys are names",
                hint="put it in quotes if it is a name",
            )
        return node

    def _close(self, frame: _Frame, event: Any) -> Node:
        start, end = frame.start, event.end_mark
        end_line, end_column = end.line + 1, end.column + 1
        if frame.entries is not None:
            # A block collection "ends" where the next token starts; its last value is the end a reader sees.
            if frame.entries and event.start_mark.index == end.index:
                last = next(reversed(frame.entries.values())).value.span
                end_line, end_column = last.end_line, last.end_column
            span = Span(self.file, start.line + 1, start.column + 1, end_line, end_column)
            return Mapping(frame.entries, span)
        if frame.items and event.start_mark.index == end.index:
            end_line, end_column = frame.items[-1].span.end_line, frame.items[-1].span.end_column
        return Sequence(tuple(frame.items), Span(self.file, start.line + 1, start.column + 1, end_line, end_column))
