"""Characters that look like those of the language and are others: Cyrillic and Greek letters, full-width forms, dashes.

They come from other keyboards and from text pasted out of documents; a reviewer cannot see them.
"""

import unicodedata

_LETTERS = dict(
    zip(
        "АВЕЗКМНОРСТУХІЈЅаеоріѕјсухѵһԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧαικνορυχϲɑɡı",
        "ABE3KMHOPCTYXIJSaeopisjcyxvhdqwABEZHIKMNOPTYXaiknopuxcagi",
        strict=True,
    )
)
_SIGNS = dict(zip("‐‑‒–—﹣“”„‟″‘’‚′˂˃‹›∕⁄∶∙⋅∗", '------"""""\'\'\'\'<><>//:··*', strict=True))
_OURS = frozenset("µμ°±×≤≥−²³·")
"""Signs of the language beyond ASCII."""


def plain(character: str) -> str:
    """Return the character of the language that one looks like; itself if it is one, or looks like none."""
    if character.isascii() or character in _OURS:
        return character
    found = _LETTERS.get(character) or _SIGNS.get(character) or unicodedata.normalize("NFKC", character)
    found = found.replace("μ", "µ")
    return found if len(found) == 1 and (found.isascii() or found in _OURS) else character


def as_plain(text: str) -> str:
    """Return a text with every look-alike replaced."""
    return text if text.isascii() else "".join(plain(character) for character in text)


def first(text: str) -> int | None:
    """Return where the first look-alike of a text stands; None if there is none."""
    if text.isascii():
        return None
    return next((at for at, character in enumerate(text) if plain(character) != character), None)


def described(character: str) -> str:
    """Return `а` as `а` (U+0430, cyrillic small letter a)."""
    name = unicodedata.name(character, "").lower()
    return f"`{character}` (U+{ord(character):04X}{', ' if name else ''}{name})"
