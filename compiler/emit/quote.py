"""Quoting: every value that reaches generated text passes through here, so that no name can become code."""

import json
import keyword
import math
import re

from skillc.compiler.resolve.resolved import JSON

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}


def python_quoted(value: JSON) -> str:
    """Return `value` as a Python literal of ASCII text; mappings and lists are written in full."""
    if isinstance(value, str):
        return _double_quoted(value)
    if value is None or isinstance(value, bool):
        return repr(value)
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else f'float("{value}")'
    if isinstance(value, int):
        return repr(value)
    if isinstance(value, (list, tuple)):
        inner = ", ".join(python_quoted(v) for v in value)
        return f"({inner}{',' if len(value) == 1 else ''})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{python_quoted(str(k))}: {python_quoted(v)}" for k, v in value.items()) + "}"
    raise TypeError(f"{type(value).__name__} has no place in generated code")


def yaml_quoted(value: JSON) -> str:
    """Return `value` as YAML on one line, read back the same by YAML 1.1 and 1.2."""
    if isinstance(value, str):
        return value if _PLAIN.fullmatch(value) and value.lower() not in _WORDS else _double_quoted(value)
    if isinstance(value, float) and math.isfinite(value):
        text = repr(value)
        return text if "e" not in text or "." in text else text.replace("e", ".0e")
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(yaml_quoted(v) for v in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{yaml_quoted(str(k))}: {yaml_quoted(v)}" for k, v in value.items()) + "}"
    return json.dumps(value)


def _double_quoted(text: str) -> str:
    """Return `text` in double quotes and ASCII, with the escapes Python and YAML share (unlike JSON's surrogates)."""
    return '"' + text.encode("unicode_escape").decode("ascii").replace('"', '\\"') + '"'


def identifier(name: str) -> str:
    """Return a Python identifier for `name`: other characters become underscores, keywords get one appended."""
    text = re.sub(r"\W", "_", name, flags=re.ASCII) or "_"
    text = f"_{text}" if text[0].isdigit() else text
    return f"{text}_" if keyword.iskeyword(text) else text
