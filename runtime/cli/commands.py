"""The commands of one command line, in the panels of its help; a command's module is imported when it is called.

A command NAME is the annotated function `command` of the module NAME; typer reads its parameters and its help. What
typer calls is not the function but a binding of the values to it: the command itself runs outside of typer, which
would otherwise turn interrupts and closed pipes into its own messages and exit codes.
"""

import ast
import functools
import importlib
import importlib.resources
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

import skillc
from skillc.runtime.cli.failures import INPUT_WRONG, InputError
from skillc.runtime.cli.text import nearest

SETTINGS = {"help_option_names": ["--help", "-h"]}


@dataclass(frozen=True, kw_only=True)
class Panel:
    """Commands that stand together in the help."""

    title: str
    package: str
    """Where the modules of the commands are."""
    commands: tuple[str, ...]
    """Names as the user types them."""


def command_line(panels: Sequence[Panel], *, completion: bool) -> "Commands":
    """Return the group of all commands; of two panels with one title the second's commands follow the first's.

    Args:
        panels: the commands, first match wins.
        completion: offer to install completion for the user's shell.
    """
    app = typer.Typer(
        cls=Commands, context_settings=SETTINGS, rich_markup_mode="markdown", add_completion=completion,
        invoke_without_command=True,
    )  # fmt: skip
    app.callback()(_root)
    group = get_command(app)
    assert isinstance(group, Commands)
    group.panels = tuple(panels)
    return group


def _root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> int:
    """Compile dexterous robot skills: one YAML spec and one human video in, a robot skill out.

    `skillc COMMAND --help` explains a command. Exit codes: 0 fine, 1 the work failed, 2 the input is wrong.
    """
    if version:
        print(f"skillc {skillc.__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        print(context.get_help(), end="")
    return INPUT_WRONG


class Commands(TyperGroup):
    """Commands that are known by name, listed by the first line of their docstring and imported when called."""

    panels: tuple[Panel, ...] = ()

    def list_commands(self, ctx: Any) -> list[str]:
        """Return all names, panel by panel."""
        return [name for panel in self.panels for name in panel.commands]

    def get_command(self, ctx: Any, cmd_name: str) -> TyperCommand | None:
        """Return what a listing says of a command, or None; reads its source and imports nothing."""
        panel = self._panel(cmd_name)
        if panel is None:
            return None
        source = importlib.resources.files(panel.package) / f"{_module(cmd_name)}.py"
        return TyperCommand(
            name=cmd_name, short_help=_first_line(source.read_text(encoding="utf-8")), rich_help_panel=panel.title
        )

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, TyperCommand | None, list[str]]:
        """Return the command that the arguments start with, its module imported.

        Raises:
            InputError: There is none of this name.
        """
        name = args[0]
        panel = self._panel(name)
        if panel is None:
            if ctx.resilient_parsing:
                return None, None, args[1:]
            close = nearest(name, self.list_commands(ctx))
            raise InputError(
                f"there is no {'option' if name.startswith('-') else 'command'} {name!r}",
                f"did you mean `{close}`?" if close else "commands are " + ", ".join(self.list_commands(ctx)),
            )
        function = importlib.import_module(f"{panel.package}.{_module(name)}").command
        return name, _typer_command(name, function), args[1:]

    def _panel(self, name: str) -> Panel | None:
        return next((panel for panel in self.panels if name in panel.commands), None)


def _module(name: str) -> str:
    return name.replace("-", "_")


def _typer_command(name: str, function: Callable[..., Any]) -> TyperCommand:
    @functools.wraps(function)
    def bound(**values: Any) -> Callable[[], Any]:
        return functools.partial(function, **values)

    app = typer.Typer(rich_markup_mode="markdown", add_completion=False)
    app.command(name, context_settings=SETTINGS)(bound)
    made = get_command(app)
    assert isinstance(made, TyperCommand)
    return made


def _first_line(source: str) -> str:
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and node.name == "command":
            return (ast.get_docstring(node) or "").split("\n")[0]
    return ""
