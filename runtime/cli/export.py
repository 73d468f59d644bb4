"""Write the state machine of a build for other tools: a behavior tree, or a diagram."""

from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from typer import Option

from skillc.runtime.cli.parameters import Build, Unlocked

Form: TypeAlias = Literal["behavior-tree", "mermaid"]


def command(
    build: Build,
    form: Annotated[
        Form, Option("--as", help="behavior-tree: XML of BehaviorTree.CPP 4; mermaid: a state diagram.")
    ] = "behavior-tree",
    out: Annotated[Path | None, Option(help="File to write; left out: stdout.")] = None,
    unlocked: Unlocked = False,
) -> int:
    """Print the build's state machine as a behavior tree or as a diagram."""
    from skillc.runtime.evaluate.skill import Skill
    from skillc.runtime.machine.behavior_tree import behavior_tree
    from skillc.runtime.machine.diagram import mermaid

    machine = Skill.load(build, locked=not unlocked).machine
    text = behavior_tree(machine) if form == "behavior-tree" else mermaid(machine)
    if out is None:
        print(text, end="")
    else:
        out.write_text(text, encoding="utf-8")
    return 0
