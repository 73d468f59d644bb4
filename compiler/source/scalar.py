"""What an unquoted YAML scalar stands for.

YAML 1.1 and 1.2 readers disagree about `no`, `010`, `1e3` or `12:30:00`. A spec is read by editors and by other
tools as well, so a scalar they would read differently is a mistake here, not a choice of ours.
"""

import math
import re
from typing import TypeAlias

Value: TypeAlias = bool | int | float | str | None

LARGEST_INTEGER = 2**53
"""Above it a JSON reader no longer keeps every digit."""

_WORDS: dict[str, Value] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_TRUTHS = frozenset(form for word in ("yes", "no", "on", "off") for form in (word, word.capitalize(), word.upper()))
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_NUMBER_START = frozenset("0123456789+-.=")
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+)([eE][-+][0-9]+)?")
_EXPONENT = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)[eE][-+]?[0-9]+")
_OTHER_BASES = re.compile(r"[-+]?0([0-9_]+|[xob][0-9A-Fa-f_]+)")
_UNDERSCORES = re.compile(r"[-+]?[0-9][0-9_]*_[0-9_]*(\.[0-9_]*)?")
_SEXAGESIMAL = re.compile(r"[-+]?[0-9]+(:[0-5]?[0-9])+(\.[0-9_]*)?")
_TIMESTAMP = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?")


class ScalarError(Exception):
    """The text stands for no single value; carries the diagnostic's parts."""

    def __init__(self, code: str, summary: str, hint: str) -> None:
        """Keep the diagnostic's code, what is wrong, and what to write instead."""
        super().__init__(summary)
        self.code, self.summary, self.hint = code, summary, hint


def plain_value(text: str) -> Value:
    """Return the value of an unquoted scalar.

    Raises:
        ScalarError: YAML versions disagree about the text, or it is a number no one can keep.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text in _TRUTHS:
        meaning = "true" if text.lower() in ("yes", "on") else "false"
        raise ScalarError(
            "SK116",
            f"`{text}` is read as {meaning} by some YAML readers and as text by others",
            f'write {meaning}, or "{text}" for the text',
        )
    return _number(text) if text[0] in _NUMBER_START else text


def _number(text: str) -> Value:
    if _INTEGER.fullmatch(text):
        if len(text) > 20 or abs(int(text)) > LARGEST_INTEGER:
            raise ScalarError(
                "SK117",
                f"the integer {shorten(text)} does not fit",
                f"integers reach from {-LARGEST_INTEGER} to {LARGEST_INTEGER}",
            )
        return int(text)
    if _FLOAT.fullmatch(text):
        value = float(text)
        if not math.isfinite(value):
            raise ScalarError("SK117", f"the number {shorten(text)} does not fit", "numbers are finite")
        return value
    if _NOT_FINITE.fullmatch(text):
        raise ScalarError("SK117", f"`{text}` is not a finite number", "leave the key out where there is no limit")
    _refuse_ambiguous(text)
    return text


_READINGS = (
    (_EXPONENT, "is text to some YAML readers and a number to others", True),
    (_OTHER_BASES, "is a number in another base to some YAML readers", True),
    (_UNDERSCORES, "is a number to some YAML readers and text to others", True),
    (_SEXAGESIMAL, "is a number to base 60 to some YAML readers", False),
    (_TIMESTAMP, "is a date to some YAML readers", False),
)
"""Pattern, what YAML readers make of it, and whether a plain number may be meant."""


def _refuse_ambiguous(text: str) -> None:
    for pattern, reading, numeric in _READINGS:
        if pattern.fullmatch(text):
            instead = _decimal(text) if numeric else f'"{text}" for the text'
            raise ScalarError("SK116", f"`{shorten(text)}` {reading}", f"write {instead}")


def _decimal(text: str) -> str:
    """Return the number in plain digits where that is readable, else in a form every YAML reader takes."""
    from decimal import Decimal, InvalidOperation  # Costs 5 ms and is needed for mistakes only.

    try:
        number = Decimal(text.replace("_", ""))
    except InvalidOperation:
        return f'a decimal number, or "{shorten(text)}" for the text'
    plain = f"{number:f}" if -12 < number.adjusted() < 15 else f"{float(number):.6e}"
    return plain if len(plain) < 40 else "a decimal number"


def shorten(text: str, most: int = 40) -> str:
    """Return the text escaped for a terminal and cut to a readable length."""
    safe = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text[: most + 1])
    return safe if len(safe) <= most else f"{safe[: most - 1]}…"
