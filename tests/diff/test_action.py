import re
import subprocess

import pytest
import yaml

from skillc.compiler.cli.main import PACKAGES
from skillc.runtime.cli.main import command_modules


def runs(project) -> list[str]:
    action = yaml.safe_load((project / "action.yml").read_text(encoding="utf-8"))
    return [step["run"] for step in action["runs"]["steps"] if "run" in step]


def test_the_actions_scripts_are_shell(project) -> None:
    for script in runs(project):
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)


def test_the_actions_scripts_take_outside_text_from_the_environment_only(project) -> None:
    # `${{ }}` inside a script is pasted as code: a branch name could run commands.
    assert not any("${{" in script for script in runs(project))


def test_the_action_and_the_hooks_call_commands_that_exist(project) -> None:
    hooks = yaml.safe_load((project / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    called = {hook["entry"].split()[1] for hook in hooks}
    called |= {name for script in runs(project) for name in re.findall(r"\bskillc (\w+)", script)} - {"diff -->"}
    assert called == {"check", "fmt", "diff"} and called <= command_modules(PACKAGES).keys()


@pytest.mark.parametrize(
    ("path", "wanted"),
    [("specs/skills/apple.yaml", True), ("specs/skills/dex4d/pour.yaml", True), ("specs/x.yaml", False)],
)
def test_the_hooks_pattern_finds_specs(project, path: str, wanted: bool) -> None:
    for hook in yaml.safe_load((project / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")):
        assert bool(re.search(hook["files"], path)) == wanted
