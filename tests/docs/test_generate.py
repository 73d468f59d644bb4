import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


def out_of_date(project: Path, *pages: str) -> str:
    command = [sys.executable, "-m", "docs.generate", "--check", *pages]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_every_page_made_from_data_is_up_to_date(project: Path) -> None:
    assert out_of_date(project) == ""


@pytest.mark.slow
def test_the_tutorial_says_what_its_commands_print(project: Path) -> None:
    assert out_of_date(project, "tutorial.md") == ""
