"""Every block of code in README.md and docs/ runs as it is printed, or says before it why it does not.

A fence tagged `text` is a listing; `yaml` is a spec, or sections of one; `sh` and `python` are run line by line and
as a whole, in one folder that holds the files they name. What takes minutes is marked slow. Pages that are made from
data have their own tests: codes.md in tests/check/test_code_pages.py, tutorial.md in test_generate.py, reference.md at
the end of this file.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from skillc.compiler.check.check import Checked, check_tree
from skillc.compiler.source.load import load_bytes
from skillc.runtime.drivers.connection import load_connection
from tests.check.code_examples import completed

pytestmark = pytest.mark.slow

PROJECT = Path(__file__).parents[2]
MADE = {"codes.md", "open-numbers.md", "reference.md", "tutorial.md"}
PAGES = [PROJECT / "README.md", *sorted(p for p in (PROJECT / "docs").glob("*.md") if p.name not in MADE)]
NOT_RUN = {"README.md": 1, "planning.md": 2, "presets.md": 2, "refinement.md": 1, "robots.md": 2, "sight.md": 2}
"""Blocks that are marked as not run, by page; who marks another counts it here."""
SLOW = re.compile(r"^skillc (build|record)\b|--video", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Block:
    """A fenced block of a page."""

    page: str
    line: int
    tag: str
    text: str
    excuse: str
    """Why it is not run; empty where it is."""

    def __str__(self) -> str:
        """Return its place, the name of its test."""
        return f"{self.page}:{self.line}"


def blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    fence = re.compile(r"^(?:<!-- not run: ([^\n]+) -->\n)?```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    return [
        Block(page=page.name, line=text.count("\n", 0, m.start()) + 1, tag=m[2], text=m[3], excuse=m[1] or "")
        for m in fence.finditer(text)
    ]


ALL = [block for page in PAGES for block in blocks(page)]
RUN = [block for block in ALL if not block.excuse]
COMMANDS = [block for block in RUN if block.tag == "sh"]


def test_every_block_has_a_kind_and_listings_hold_no_commands() -> None:
    assert {block.tag for block in ALL} <= {"text", "yaml", "toml", "sh", "python"}
    listings = [block for block in ALL if block.tag == "text"]
    assert not [str(b) for b in listings if re.search(r"^(\$ )?(skillc|make|pip|python) ", b.text, re.MULTILINE)]


def test_blocks_that_are_not_run_are_counted() -> None:
    excused = [block.page for block in ALL if block.excuse]
    assert {page: excused.count(page) for page in excused} == NOT_RUN


def told(checked: Checked) -> list[str]:
    """Return the codes found but for the recording that is not there, which examples may leave out."""
    return [finding.code for finding in checked.diagnostics if finding.code != "SK801"]


@pytest.mark.parametrize("block", [b for b in RUN if b.tag == "yaml"], ids=str)
def test_a_spec_is_right(block: Block) -> None:
    checked = check_tree(load_bytes(completed(block.text).encode(), str(block)), None)
    assert told(checked) == [] and checked.resolved is not None


# Commands --------------------------------------------------------------------------------------------------------


def readme_spec() -> str:
    return next(block.text for block in blocks(PROJECT / "README.md") if block.tag == "yaml")


@pytest.fixture(scope="module")
def place(tmp_path_factory, small_build: Path) -> Path:
    """A folder under git with the files that the pages name."""
    folder = tmp_path_factory.mktemp("pages")
    shutil.copytree(PROJECT / "specs" / "skills", folder / "specs" / "skills")
    (folder / "apple.yaml").write_text(readme_spec(), encoding="utf-8")
    for name in ("old", "new", "draft"):
        shutil.copy(PROJECT / "specs" / "skills" / "apple.yaml", folder / f"{name}.yaml")
    shutil.copy(PROJECT / "specs" / "hardware" / "kinova_gen3_leap" / "robot.xml", folder)
    shutil.copytree(small_build, folder / "build" / "lift-a-box")
    (folder / "recordings").mkdir()
    shim = folder / "bin" / "skillc"
    shim.parent.mkdir()
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m skillc "$@"\n')
    shim.chmod(0o755)
    who = ("-c", "user.name=a", "-c", "user.email=a@b")
    for arguments in (("init", "-q", "-b", "main"), ("add", "."), (*who, "commit", "-qm", "first")):
        subprocess.run(["git", *arguments], cwd=folder, check=True)
    return folder


def environment(place: Path) -> dict[str, str]:
    return os.environ | {
        "PATH": f"{place / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "SKILLC_DATA": "",
        "SKILLC_CONFIG": str(place / "config"),
    }


def run_commands(text: str, place: Path) -> None:
    """Run every line in a shell; each must end well."""
    for line in text.splitlines():
        if line.startswith("skillc view"):
            see(line, place)
            continue
        done = subprocess.run(
            ["bash", "-c", line], cwd=place, env=environment(place), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"$ {line}\n{done.stdout}{done.stderr}"


def see(line: str, place: Path) -> None:
    """Start the viewer, wait for its address, and leave it as Ctrl-C does."""
    # A shell that runs the tests in the background hands down an ignored SIGINT.
    viewer = subprocess.Popen(
        ["env", "--default-signal=INT", "bash", "-c", f"exec {line}"],
        cwd=place, env=environment(place), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert viewer.stdout.readline().startswith("http://127.0.0.1:")
        viewer.send_signal(signal.SIGINT)
        assert viewer.wait(timeout=60) == 130
    finally:
        viewer.kill()
        viewer.stdout.close()


@pytest.mark.parametrize("block", [b for b in COMMANDS if not SLOW.search(b.text)], ids=str)
def test_commands_run(block: Block, place: Path) -> None:
    run_commands(block.text, place)


@pytest.mark.parametrize("block", [b for b in ALL if b.tag == "toml"], ids=str)
def test_files_of_robots_are_read(block: Block, tmp_path: Path) -> None:
    file = tmp_path / "robot.toml"
    file.write_text(block.text, encoding="utf-8")
    assert load_connection(file).robot in block.text


@pytest.mark.parametrize("block", [b for b in RUN if b.tag == "python"], ids=str)
def test_python_runs(block: Block, place: Path) -> None:
    (place / "script.py").write_text(block.text, encoding="utf-8")
    (place / "apple.mp4").touch()
    done = subprocess.run(
        [sys.executable, "script.py"], cwd=place, env=environment(place), capture_output=True, text=True, check=False
    )
    (place / "apple.mp4").unlink()
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def recorded(place: Path) -> Path:
    """The folder with a recording under every name that the pages give it."""
    run_commands("skillc record --simulated apple --seed 1 --out recorded", place)
    for name in ("apple.mp4", "seen.mp4", "recordings/apple.mp4"):
        shutil.copy(place / "recorded" / "color.mp4", place / name)
    return place


@pytest.mark.slow
@pytest.mark.parametrize("block", [b for b in COMMANDS if SLOW.search(b.text)], ids=str)
def test_long_commands_run(block: Block, recorded: Path) -> None:
    run_commands(block.text, recorded)


# The language reference ------------------------------------------------------------------------------------------

WITHIN = {
    "`goals`": "scene: {objects: {box: {role: manipulated}}}\n%s",
    "Action": "policies: {fingers: {algorithm: ppo, observe: [joint_position], act: {hand: %s}, rate: 12 Hz}}",
    "Camera": "cameras: {main: %s}",
    "Curriculum stage": "policies: {residual: {curriculum: [%s]}}",
    "Goal": "scene: {objects: {box: {role: manipulated}}}\ngoals: [%s]",
    "Observation": "policies: {residual: {observe: [%s]}}",
    "Picture point": "demonstrations: {recording: apple.mp4}\nscene: {objects: {apple: {role: manipulated, at: %s}}}",
    "Pipeline": "method: {extends: video2sim2real, pipeline: %s}",
    "Pixel box": "demonstrations: {recording: apple.mp4, region: %s}",
    "Policy": "policies: {fingers: %s}",
    "Pose": "goals: [{object: {object: apple, pose: %s}}]",
    "Reset": "reset: %s",
    "Rewards": "rewards: %s",
    "Scene object": "scene: {objects: {apple: %s}}",
    "State": "deploy: {states: {observe: %s, approach: {end: success}, failed: {end: failure}}}",
    "Variations": "randomization: %s",
    "Weight": "rewards: {approach: {weight: %s, scale: 5 cm}}",
}
"""Heading of a shared part -> a section that uses its example."""
DRAFTS_ONLY = {"SK321", "SK820"}
"""What the language knows and this version does not run, or cannot build: right in drafts alone."""


def reference_examples() -> list[tuple[str, str]]:
    """Return every example of the reference with its heading."""
    page, heading, found = (PROJECT / "docs" / "reference.md").read_text(encoding="utf-8"), "", []
    for match in re.finditer(r"^#+ ([^\n]*)$|^```yaml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        if match[1]:
            heading = match[1].removesuffix(" (required)")
        else:
            found.append((heading, match[2]))
    return found


@pytest.mark.parametrize(("heading", "example"), reference_examples())
def test_an_example_of_the_reference_is_right_where_it_belongs(heading: str, example: str) -> None:
    text = WITHIN.get(heading, "%s").replace("%s", example.strip())
    if heading == "`skill`":
        text = readme_spec().replace("skill: apple-to-plate", example.strip())
    tree = load_bytes(completed(text).encode(), heading)
    codes = {draft: told(check_tree(tree, None, draft=draft)) for draft in (False, True)}
    assert codes[True] == [] and set(codes[False]) <= DRAFTS_ONLY
