"""A spec's bytes as text, and the characters that may not stand in it."""

import re
import unicodedata
from collections.abc import Iterator

from skillc.compiler.source.diagnostic import Diagnostic, Edit, SourceError
from skillc.compiler.source.tree import Span

MOST_BYTES = 1 << 20


MOST_FINDINGS = 20


_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


_INVISIBLE = re.compile(
    "[\u00a0\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f"
    "\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]"
)


_TAB_INDENT = re.compile(r"^ *\t", re.MULTILINE)


def decoded(data: bytes, file: str) -> str:
    """Return a spec's text; raises SourceError for bytes that are no UTF-8 text of bearable size."""
    start = Span(file, 1, 1, 1, 1)

    def refuse(code: str, summary: str, hint: str, span: Span = start) -> SourceError:
        return SourceError((Diagnostic(code=code, summary=summary, hint=hint, spans=(span,)),))

    if len(data) > MOST_BYTES:
        raise refuse("SK102", "the file is larger than 1 MiB", "a spec is some kilobytes of text")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
        raise refuse(
            "SK103",
            f"byte 0x{data[error.start]:02x} is not UTF-8",
            "save the file as UTF-8",
            Span(file, line, column, line, column + 1),
        ) from None
    return text


HIDDEN = (
    ("SK104", _CONTROL, "a control character", "delete it"),
    ("SK105", _INVISIBLE, "an invisible or direction-changing character", "delete it, or type a plain space"),
)


def forbidden_characters(text: str, file: str) -> Iterator[Diagnostic]:
    """Yield an error for every character that may not stand in a spec."""
    for code, pattern, what, hint in (
        *HIDDEN,
        ("SK106", _TAB_INDENT, "a tab in the indentation", "indent with spaces"),
    ):
        for count, match in enumerate(pattern.finditer(text)):
            if count == MOST_FINDINGS:
                break
            at = match.end() - 1
            line = text.count("\n", 0, at) + 1
            column = at - (text.rfind("\n", 0, at) + 1) + 1
            yield Diagnostic(
                code=code,
                summary=f"{what} (U+{ord(text[at]):04X})",
                detail="a reviewer would not see it",
                hint=hint,
                spans=(Span(file, line, column, line, column + 1),),
                mend=(Edit(Span(file, line, column, line, column + 1), _seen(text[at])),) if code == "SK105" else (),
            )


def _seen(character: str) -> str:
    """Return what stands for an invisible character: a plain blank for one that takes room, nothing for others."""
    return " " if unicodedata.category(character) == "Zs" else ""
