"""Fill templates: undefined names are errors, every value passes a quoting filter, Python must parse."""

import ast
import unicodedata
from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import Any

import jinja2

from skillc.compiler.emit.quote import identifier, python_quoted
from skillc.compiler.resolve.resolved import JSON

LONGEST_TEXT = 200
"""Characters of a name or summary shown in a comment; the rest is cut."""


class Quoted(str):
    """Text that went through a quoting filter."""


def render_python(template: str, values: dict[str, Any]) -> str:
    """Return the template below `templates/` filled with `values`, as Python that parses.

    Raises:
        jinja2.UndefinedError: the template names something that `values` lacks.
        TypeError: the template writes a value without a filter.
        SyntaxError: the result is no Python; a fault of the template.
    """
    text = _environment().get_template(template).render(values)
    ast.parse(text)
    return text


def comment_text(value: JSON) -> str:
    """Return `value` as text that can stand in a comment or docstring: one line without quotes or escapes."""
    flat = " ".join(str(value).split())[:LONGEST_TEXT]
    kept = "".join(c for c in flat if unicodedata.category(c)[0] not in "CZ" or c == " ")
    return kept.replace("\\", "/").replace('"', "'")


def number_text(value: float) -> str:
    """Return a number for people: no trailing zeros."""
    return f"{float(value):.6g}"


def keywords(parameters: dict[str, JSON]) -> str:
    """Return `, name=value` for every parameter; names must be identifiers already."""
    for name in parameters:
        if not name.isidentifier() or identifier(name) != name:
            raise ValueError(f"{name!r} is no parameter name")
    return "".join(f", {name}={python_quoted(value)}" for name, value in parameters.items())


def _quoting(function: Callable[[Any], str]) -> Callable[[Any], Quoted]:
    return lambda value: Quoted(function(value))


def _only_quoted(value: Any) -> Any:
    """Refuse a value that reached the output without a filter."""
    if not isinstance(value, Quoted):
        raise TypeError(f"{value!r} is written by a template without a quoting filter")
    return value


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda name: (resources.files("skillc.templates") / name).read_text("utf-8")),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # the output is Python; the filters below quote it
        finalize=_only_quoted,
        keep_trailing_newline=True,
    )
    filters: dict[str, Callable[[Any], str]] = {
        "python": python_quoted,
        "text": comment_text,
        "number": number_text,
        "keywords": keywords,
        "name": identifier,
        "names": lambda names: ", ".join(identifier(name) for name in names),
    }
    environment.filters = {name: _quoting(function) for name, function in filters.items()}
    return environment
