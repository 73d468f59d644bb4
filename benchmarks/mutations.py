"""Specs as nobody should write them: seeded changes of text, of values, and of the places of values.

A change never looks at the rules: it puts what is odd for any language wherever a spec has a key, a value or a line.
"""

import copy
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

PROJECT = Path(__file__).parents[1]
SPECS = (
    *sorted((PROJECT / "specs" / "skills").glob("*.yaml")),
    *sorted((PROJECT / "specs" / "skills").glob("*/*.yaml")),
)
"""The example specs; those in folders are drafts."""

Place = tuple[str | int, ...]

NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.]*:)")

ODD_VALUES: tuple[Any, ...] = (
    *(None, True, False, {}, [], [[]], [{}], {"": ""}, {"a": None}, "", " ", "none", "lost", "first", "auto", "twin"),
    *(0, -1, 1, 2**63, -(2**63), 10**30, 0.0, -0.0, 1e-300, 1e300, "0", "-1", "1", "9" * 40, "1e400", "nan", "inf"),
    *("0 s", "-1 s", "1e9 s", "0 m", "-1 m", "5 cm", "5 km", "1 nm", "0 Hz", "1000000 Hz", "0 deg", "720 deg", "0 px"),
    *("± 5 cm", "± 0 cm", "0 cm .. 0 cm", "5 cm .. 1 cm", "× 0", "× -1 .. 1", "normal(0, 0)", "log 0 .. 1", "> 5 cm"),
    *("< 0 N", "0.8 .. 1.2", "0..1", "1.0 .. 1.0", "retry 0", "retry 999999999", "goto nowhere", "hold", "stop"),
    *("a/b", "../x", "/etc/passwd", "~", "con", ".", "..", "a" * 300, "é", "😀", "ａｐｐｌｅ", "true", "x: y", "- a"),
    *([1, 2, 3], [0] * 200, ["a", "a"], {"extends": "video2sim2real"}, {"value": 1}, {"value": "1 m", "source": ""}),
    *({"x": 0, "y": 0}, {"x": -1, "y": 1e9}, {"x": 0, "y": 0, "width": 0, "height": 0}, {"extends": "x"}),
    *({"per_stage": [1.0]}, {"per_goal": []}, {"set": "ycb"}, {"mesh": "a.obj"}, {"primitive": "capsule"}),
    *({"recording": "apple.mp4"}, {"file": "x.json"}, {"tag": "tag36h11", "id": 0}, {"term": "joint_position"}),
)
"""Put in place of any value, whatever is due there."""

ODD_KEYS = (
    "",
    " ",
    "0",
    "a.b",
    "a..b",
    ".",
    "apple.position.xy",
    "else",
    "extends",
    "value",
    "__class__",
    "é",
    "x" * 300,
)

JUNK = (
    *("", " ", ":", "-", "#", "{", "}", "[", "]", ",", "|", ">", "&a", "*a", "!!x", "?", "'", '"', "%", "@", "`", "\t"),
    *(
        "\n",
        "\n---\n",
        "<<: ",
        "null",
        "~",
        "true",
        "no",
        "010",
        "1e3",
        "1e999",
        ".nan",
        "-1",
        "0",
        "9" * 30,
        "x" * 300,
    ),
    *(
        "\x00",
        "\u202e",
        "\u200b",
        "é",
        "😀",
        "{{x}}",
        "__import__('os')",
        "lost",
        "..",
        "/etc/passwd",
        "± ",
        "× ",
        "< ",
    ),
    '"\\e[31m"',
)
"""Put anywhere into the text."""


def mutated(text: str, random_: random.Random) -> str:
    """Return `text` after one to three changes."""
    for _ in range(random_.randint(1, 3)):
        text = random_.choice((_in_lines, _in_numbers, _in_values, _in_places, with_another_setting))(text, random_)
    return text


def filled(text: str) -> str:
    """Return a draft with a value wherever it leaves one open, as a hasty author would."""
    return _written(_without_gaps(yaml.safe_load(text)))


def _without_gaps(node: Any) -> Any:
    if node == "lost" or (isinstance(node, dict) and node.get("value") == "lost"):
        return "0.1 m"
    if isinstance(node, dict):
        return {key: _without_gaps(value) for key, value in node.items()}
    return [_without_gaps(item) for item in node] if isinstance(node, list) else node


def words(texts: list[str]) -> list[str]:
    """Return every word of some specs, once."""
    return sorted({word for text in texts for word in text.replace("\n", " ").split(" ") if word})


WORDS = words([file.read_text(encoding="utf-8") for file in SPECS])


def _in_lines(text: str, random_: random.Random) -> str:
    lines = text.splitlines(keepends=True) or [""]
    at, other = random_.randrange(len(lines)), random_.randrange(len(lines))
    line = lines[at]
    column = random_.randrange(len(line) + 1)
    change = random_.randrange(7)
    if change == 0:
        del lines[at]
    elif change == 1:
        lines.insert(other, line)
    elif change == 2:
        lines[at], lines[other] = lines[other], line
    elif change == 3:
        lines[at] = line[:column] + random_.choice(JUNK) + line[column:]
    elif change == 4:
        lines[at] = line[:column] + line[column + random_.randint(1, 8) :]
    elif change == 5:
        parts = line.split(" ")
        parts[random_.randrange(len(parts))] = random_.choice(WORDS)
        lines[at] = " ".join(parts)
    else:
        lines[at] = " " * random_.randint(1, 4) + line
    return "".join(lines)


def _in_numbers(text: str, random_: random.Random) -> str:
    """Scale one number, often to what is still right."""
    found = list(NUMBER.finditer(text))
    if not found:
        return text
    number = random_.choice(found)
    factor = random_.choice((0, 0.5, 0.9, 1.1, 2, 3, 10, -1, 1e6))
    return text[: number.start()] + f"{float(number[0]) * factor:.6f}".rstrip("0").rstrip(".") + text[number.end() :]


def with_another_setting(text: str, random_: random.Random) -> str:
    """Override one setting of the method by another value."""

    def change(tree: Any, place: Place) -> None:
        named = tree.get("method")
        method = dict(named) if isinstance(named, dict) else {"extends": named}
        *groups, last = random_.choice(SETTINGS)
        inner = method
        for group in groups:
            inner = inner.setdefault(str(group), {})
        written = str(_at(METHOD, (*groups, last, "value")))
        inner[str(last)] = (
            yaml.safe_load(_in_numbers(written, random_))
            if random_.random() < 0.7
            else (copy.deepcopy(random_.choice(ODD_VALUES)))
        )
        tree["method"] = method

    return _in_tree(text, random_, change)


def _in_values(text: str, random_: random.Random) -> str:
    def change(tree: Any, place: Place) -> None:
        odd = random_.choice(ODD_VALUES)
        for _ in range(random_.choice((0, 0, 0, 1, 5, 40))):
            odd = [odd] if random_.random() < 0.5 else {"a": odd}
        _put(tree, place, copy.deepcopy(odd))

    return _in_tree(text, random_, change)


def _in_places(text: str, random_: random.Random) -> str:
    def change(tree: Any, place: Place) -> None:
        places = _places(tree)
        other = random_.choice(places)
        kind = random_.randrange(4)
        if kind == 0:
            _take(tree, place)
        elif kind == 1:
            _put(tree, place, copy.deepcopy(_at(tree, other)))
        elif kind == 2 and isinstance(parent := _at(tree, place[:-1]), dict):
            parent[random_.choice(ODD_KEYS)] = parent.pop(place[-1])
        elif isinstance(group := _at(tree, other), dict):
            group[random_.choice((str(place[-1]), *ODD_KEYS))] = copy.deepcopy(_at(tree, place))

    return _in_tree(text, random_, change)


def _in_tree(text: str, random_: random.Random, change: Callable[[Any, Place], None]) -> str:
    """Return the text with a change of its values; of a text that is no tree any more, a change of its lines."""
    try:
        tree = yaml.safe_load(text)
        change(tree, random_.choice(_places(tree)))
        return _written(tree)
    except (yaml.YAMLError, AttributeError, ValueError, IndexError, TypeError, RecursionError):
        return _in_lines(text, random_)


def _written(tree: Any) -> str:
    text: str = yaml.safe_dump(tree, sort_keys=False, allow_unicode=True, width=10_000)
    return text


def _places(node: Any, at: Place = ()) -> list[Place]:
    entries = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [place for key, value in entries for place in ((*at, key), *_places(value, (*at, key)))]


def _at(tree: Any, place: Place) -> Any:
    for key in place:
        tree = tree[key]
    return tree


def _put(tree: Any, place: Place, value: Any) -> None:
    _at(tree, place[:-1])[place[-1]] = value


def _take(tree: Any, place: Place) -> None:
    del _at(tree, place[:-1])[place[-1]]


METHOD = yaml.safe_load((PROJECT / "specs" / "methods" / "video2sim2real.yaml").read_text(encoding="utf-8"))
SETTINGS = tuple(
    place[:-1] for place in _places(METHOD) if place[-1] == "value" and place[0] in ("simulation", "stages")
)
"""Places of the settings of the method that is built."""


def is_draft(file: Path) -> bool:
    """Whether an example is one that nobody builds."""
    return file.parent.name != "skills"
