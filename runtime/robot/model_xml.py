"""Read a model's XML without letting it do anything: no DTD, no entities, bounded size, depth and element count."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from skillc.runtime.formats.files import Folder
from skillc.runtime.robot.model_fault import ModelError, ModelFault

MOST_BYTES = 16 * 2**20
MOST_ELEMENTS = 100_000
MOST_DEPTH = 200

_NUMBER = re.compile(r"[+-]?(?:nan|inf(?:inity)?|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)$", re.IGNORECASE)


@dataclass(kw_only=True)
class Element:
    """One XML element with the line it starts on."""

    tag: str
    attributes: dict[str, str]
    line: int
    children: list["Element"] = field(default_factory=list)

    def walk(self) -> Iterator["Element"]:
        """Yield this element and everything below it."""
        yield self
        for child in self.children:
            yield from child.walk()

    def child(self, tag: str) -> "Element | None":
        """Return the first direct child called `tag`."""
        return next((child for child in self.children if child.tag == tag), None)

    def numbers(self, name: str) -> list[float] | None:
        """Return the attribute as numbers, None where it is absent or holds something else."""
        text = self.attributes.get(name)
        if text is None:
            return None
        words = text.split()
        if not words or not all(_NUMBER.match(word) for word in words):
            return None
        return [float(word) for word in words]


def read_xml(path: Folder) -> Element:
    """Return the root element of an XML file.

    Raises:
        ModelError: SK870 not readable, too large, not well formed, too deep or too many elements; SK871 a DOCTYPE.
    """

    def fail(code: str, summary: str, line: int = 0, hint: str = "") -> ModelError:
        return ModelError((ModelFault(code=code, summary=summary, file=path.name, line=line, hint=hint),))

    try:
        if isinstance(path, Path) and path.exists() and not path.is_file():
            raise fail("SK870", "is no regular file")
        if isinstance(path, Path) and path.stat().st_size > MOST_BYTES:
            raise fail("SK870", f"{path.stat().st_size} bytes; at most {MOST_BYTES} are read")
        text = path.read_bytes()
    except OSError as reason:
        raise fail("SK870", f"not readable: {reason.strerror or reason}") from reason
    parser = expat.ParserCreate()
    roots: list[Element] = []
    open_elements: list[Element] = []
    count = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if count > MOST_ELEMENTS:
            raise fail("SK885", f"more than {MOST_ELEMENTS} elements", parser.CurrentLineNumber)
        if len(open_elements) >= MOST_DEPTH:
            raise fail("SK870", f"elements nested deeper than {MOST_DEPTH}", parser.CurrentLineNumber)
        element = Element(tag=tag, attributes=attributes, line=parser.CurrentLineNumber)
        (open_elements[-1].children if open_elements else roots).append(element)
        open_elements.append(element)

    def doctype(*_: object) -> None:
        raise fail(
            "SK871",
            "a DOCTYPE or entity declaration; a model is plain XML",
            parser.CurrentLineNumber,
            "delete the declaration and write the text out",
        )

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda tag: open_elements.pop()
    parser.StartDoctypeDeclHandler = doctype
    parser.EntityDeclHandler = doctype
    try:
        parser.Parse(text, True)
    except expat.ExpatError as reason:
        raise fail("SK870", f"not well-formed XML: {expat.errors.messages[reason.code]}", reason.lineno) from reason
    return roots[0]


def not_finite(root: Element, file: str) -> list[ModelFault]:
    """Return a fault (SK879) for every attribute with NaN or an infinity among its numbers."""
    faults = []
    for element in root.walk():
        for name in element.attributes:
            numbers = element.numbers(name)
            if name != "name" and numbers is not None and not all(math.isfinite(value) for value in numbers):
                faults.append(
                    ModelFault(
                        code="SK879",
                        summary=f"{element.tag} {name}={element.attributes[name]!r}; expected finite numbers",
                        file=file,
                        line=element.line,
                    )
                )
    return faults
