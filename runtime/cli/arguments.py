"""The command line of one command, read from the signature of its function.

A parameter is `Annotated[type, Argument(...)]` for what stands by position or `Annotated[type, Option(...)]` for a
flag. Types are str, int, float, bool, Path and Literal, each also `| None`, and lists of them for arguments. What is
wrong on the command line is an InputError with a hint.
"""

import argparse
import inspect
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NoReturn, Union, get_args, get_origin, get_type_hints

from skillc.runtime.cli.failures import InputError
from skillc.runtime.cli.text import nearest

_NAMES = {str: "TEXT", int: "INTEGER", float: "NUMBER", Path: "PATH"}


@dataclass(frozen=True, kw_only=True)
class Argument:
    """A parameter that stands by position."""

    help: str


@dataclass(frozen=True, kw_only=True)
class Option:
    """A parameter with a flag."""

    help: str
    flag: str = ""
    """Default: the parameter's name with dashes."""
    metavar: str = ""
    """What stands for the value in the help; default its type."""
    min: int | None = None
    max: int | None = None


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise InputError(message, f"`{self.prog} --help` lists the options")


def values_of(function: Callable[..., Any], arguments: Sequence[str], program: str) -> dict[str, Any]:
    """Return the parameters of `function` that the command line gives; `--help` prints and exits.

    Args:
        function: A command.
        arguments: The command line after the command's name.
        program: How the user called the command.

    Raises:
        InputError: An option is unknown, a value does not fit, or something is missing.
    """
    parser = _Parser(prog=program, description=inspect.getdoc(function), allow_abbrev=False)
    hints = get_type_hints(function, include_extras=True)
    for name, parameter in inspect.signature(function).parameters.items():
        _declare(parser, name, hints[name], parameter.default)
    found, rest = parser.parse_known_intermixed_args(arguments)
    if rest:
        raise _unknown(rest[0], parser)
    return vars(found)


def _declare(parser: _Parser, name: str, hint: Any, default: Any) -> None:
    kind, mark = get_args(hint)
    if get_origin(kind) in (Union, types.UnionType):
        (kind,) = (one for one in get_args(kind) if one is not type(None))
    required = default is inspect.Parameter.empty
    text = mark.help.replace("%", "%%")
    if isinstance(mark, Argument):
        many = get_origin(kind) is list
        kind = get_args(kind)[0] if many else kind
        count: dict[str, Any] = {} if required and not many else {"nargs": "+" if many else "?"}
        given = {} if required else {"default": default}
        parser.add_argument(name, metavar=name.strip("_").upper(), help=text, type=_reader(kind), **count, **given)
        return
    flag = mark.flag or "--" + name.strip("_").replace("_", "-")
    if kind is bool:
        action = argparse.BooleanOptionalAction if default else "store_true"
        parser.add_argument(flag, dest=name, action=action, default=default, help=text)
        return
    if not required and default not in (None, ""):
        text += f" [default: {default}]"
    metavar = mark.metavar or ("|".join(get_args(kind)) if get_origin(kind) is Literal else _NAMES[kind])
    read = _reader(kind, mark.min, mark.max)
    parser.add_argument(flag, dest=name, metavar=metavar, help=text, type=read, required=required, default=default)


def _reader(kind: Any, low: int | None = None, high: int | None = None) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        if get_origin(kind) is Literal:
            if text not in get_args(kind):
                raise argparse.ArgumentTypeError(f"{text!r} is not one of {', '.join(get_args(kind))}")
            return text
        try:
            value = kind(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not {_NAMES[kind].lower()}") from None
        if (low is not None and value < low) or (high is not None and value > high):
            bounds = f"at least {low}" if high is None else f"{low} to {high}"
            raise argparse.ArgumentTypeError(f"{value} is out of range; expected {bounds}")
        return value

    return read


def _unknown(word: str, parser: _Parser) -> InputError:
    if not word.startswith("-"):
        return InputError(f"unexpected argument {word!r}", f"`{parser.prog} --help` lists the arguments")
    flag = word.split("=", maxsplit=1)[0]
    # argparse keeps what it knows of its options nowhere else.
    close = nearest(flag, [known for known in parser._option_string_actions if known.startswith("--")])
    return InputError(
        f"there is no option {flag!r}",
        f"did you mean {close}?" if close else f"`{parser.prog} --help` lists the options",
    )
