"""What is wrong on a command line, as typer finds it, told in the words and form of all other mistakes."""

from typing import Any

import typer

from skillc.runtime.cli.failures import InputError
from skillc.runtime.cli.text import nearest

USAGE_ERROR: type[Exception] = typer.BadParameter.__bases__[0]
"""What typer raises for every mistake on a command line; it exports this one kind of it only."""


def input_error(error: Any) -> InputError:
    """Return typer's complaint with the command's help, or the nearest option, as the hint."""
    context = error.ctx
    help_of = f"`{context.command_path} --help` lists the arguments and options" if context is not None else ""
    flag = getattr(error, "option_name", None)
    if flag is not None and context is not None:
        known = [one for parameter in context.command.get_params(context) for one in parameter.opts]
        if flag not in known:
            close = nearest(flag, [one for one in known if one.startswith("--")])
            return InputError(f"there is no option {flag!r}", f"did you mean {close}?" if close else help_of)
    # Pydantic, by which typer reads values, puts the kind of its exception before the sentence; typer breaks lines.
    said = " ".join(error.format_message().rstrip(".").split())
    said = said.replace(": Value error, ", ": ").replace(": Input should", ": it should")
    return InputError(said[:1].lower() + said[1:], help_of)
