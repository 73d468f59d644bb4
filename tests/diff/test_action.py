import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from skillc.compiler.cli.main import PANELS
from skillc.runtime.cli.commands import command_line

pytestmark = pytest.mark.slow


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
    assert called == {"check", "fmt", "diff"} and called <= set(
        command_line(PANELS, completion=False).list_commands(None)
    )


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("specs/skills/apple.yaml", True),
        ("specs/skills/dex4d/pour.yaml", True),
        ("specs/x.yaml", False),
        ("skills/robots/mine/profile.yaml", False),
    ],
)
def test_the_hooks_pattern_finds_specs(project, path: str, wanted: bool) -> None:
    for hook in yaml.safe_load((project / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")):
        found = re.search(hook["files"], path) and not re.search(hook["exclude"], path)
        assert bool(found) == wanted


GH = """#!/bin/sh
echo "$*" >> "$GH_CALLS"
for word in "$@"; do case "$word" in body=@*) cp "${word#body=@}" "$GH_BODY";; esac; done
case "$*" in *--paginate*) cat "$GH_OLD";; esac
"""


@pytest.fixture
def pull_request(project, tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """A repository whose last commit halves a rate, and the environment of a runner with a stub of `gh`."""
    place, tools = tmp_path / "repository", tmp_path / "tools"
    (place / "skills").mkdir(parents=True)
    tools.mkdir()
    (tools / "gh").write_text(GH)
    (tools / "skillc").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m skillc "$@"\n')
    for tool in tools.iterdir():
        tool.chmod(0o755)
    spec = place / "skills" / "apple.yaml"
    shutil.copyfile(project / "specs" / "skills" / "apple.yaml", spec)

    def git(*arguments: str) -> str:
        command = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org", *arguments]
        return subprocess.run(command, cwd=place, capture_output=True, text=True, check=True).stdout.strip()

    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", "first")
    base = git("rev-parse", "HEAD")
    spec.write_text(spec.read_text().replace("weight: -0.01", "weight: -0.02"))
    git("commit", "-q", "-a", "-m", "second")
    (tmp_path / "old").touch()
    return place, os.environ | {
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}", "RUNNER_TEMP": str(tmp_path), "BASE": base,
        "GH_CALLS": str(tmp_path / "calls"), "GH_BODY": str(tmp_path / "body"), "GH_OLD": str(tmp_path / "old"),
        "SPECS": "**/skills/**/*.yaml", "DRAFT": "false", "NUMBER": "7", "REPOSITORY": "me/skills",
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
    }  # fmt: skip


def step(project, name: str, place: Path, environment: dict[str, str]) -> subprocess.CompletedProcess:
    action = yaml.safe_load((project / "action.yml").read_text(encoding="utf-8"))
    script = next(step["run"] for step in action["runs"]["steps"] if step.get("name") == name)
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    return subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False)


def test_the_actions_steps_check_and_comment(project, pull_request, tmp_path: Path) -> None:
    place, environment = pull_request
    checked = step(project, "Check", place, environment)
    assert checked.returncode == 0 and "::warning file=skills/apple.yaml" in checked.stdout, checked.stderr
    compared = step(project, "Compare", place, environment)
    assert compared.returncode == 0, compared.stderr
    commented = step(project, "Comment", place, environment)
    assert commented.returncode == 0, commented.stderr
    body = (tmp_path / "body").read_text()
    assert body.startswith("<!-- skillc diff -->") and "-0.01" in body and "-0.02" in body
    assert (tmp_path / "summary").read_text() == body  # a fork has no comment, and reads it there
    assert "--method POST repos/me/skills/issues/7/comments" in (tmp_path / "calls").read_text()
    (tmp_path / "old").write_text("4711\n4712\n")
    assert step(project, "Comment", place, environment).returncode == 0
    assert "--method PATCH repos/me/skills/issues/comments/4711 " in (tmp_path / "calls").read_text()


def test_a_robots_profile_is_no_spec(project, pull_request) -> None:
    place, environment = pull_request
    robot = place / "skills" / "robots" / "mine"
    shutil.copytree(project / "specs" / "hardware" / "kinova_gen3_leap", robot)
    subprocess.run(["git", "add", "."], cwd=place, check=True)
    assert step(project, "Check", place, environment).returncode == 0


def test_a_token_that_may_not_comment_is_told_and_fails_nothing(project, pull_request, tmp_path: Path) -> None:
    place, environment = pull_request
    (tmp_path / "skillc-diff.md").write_text("text")
    (tmp_path / "tools" / "gh").write_text("#!/bin/sh\nexit 1\n")
    commented = step(project, "Comment", place, environment)
    assert commented.returncode == 0 and "pull-requests: write" in commented.stdout


def test_forks_and_permissions_are_stated(project) -> None:
    text = (project / "action.yml").read_text(encoding="utf-8")
    steps = {step.get("name"): step for step in yaml.safe_load(text)["runs"]["steps"]}
    assert "head.repo.full_name == github.repository" in steps["Comment"]["if"]
    assert "fork" not in steps["Compare"]["if"] and "head.repo" not in steps["Compare"]["if"]
    for file in (text, (project / "docs" / "presets.md").read_text(encoding="utf-8")):
        assert "contents: read" in file and "pull-requests: write" in file


def test_a_pattern_that_matches_nothing_is_said(project, pull_request) -> None:
    place, environment = pull_request
    checked = step(project, "Check", place, environment | {"SPECS": "none/*.yaml"})
    assert checked.returncode == 0 and "no file matches none/*.yaml" in checked.stdout
    compared = step(project, "Compare", place, environment | {"SPECS": "none/*.yaml"})
    assert compared.returncode == 0
    assert "no file of the repository matches" in Path(environment["GITHUB_STEP_SUMMARY"]).read_text()


def test_a_pull_request_that_repairs_a_spec_passes(project, pull_request) -> None:
    place, environment = pull_request
    spec = place / "skills" / "apple.yaml"
    sound = spec.read_text()

    def commit() -> str:
        names = ("-c", "user.name=x", "-c", "user.email=x@example.org")
        subprocess.run(["git", *names, "commit", "-qam", "x"], cwd=place, check=True)
        return subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=place, check=True, capture_output=True, text=True
        ).stdout.strip()

    spec.write_text(sound.replace("type: grasp", "type: [grasp"))
    base = commit()
    spec.write_text(sound)
    commit()
    environment = environment | {"BASE": base}
    assert step(project, "Check", place, environment).returncode == 0
    compared = step(project, "Compare", place, environment)
    assert compared.returncode == 0, compared.stderr
    assert "repaired: it had errors before" in Path(environment["GITHUB_STEP_SUMMARY"]).read_text()


def test_the_actions_check_fails_on_a_wrong_spec(project, pull_request) -> None:
    place, environment = pull_request
    spec = place / "skills" / "apple.yaml"
    spec.write_text(spec.read_text().replace("type: grasp", "type: graps"))
    checked = step(project, "Check", place, environment)
    assert checked.returncode == 2 and "::error file=skills/apple.yaml" in checked.stdout
