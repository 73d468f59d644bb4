import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow


def test_every_generated_page_is_up_to_date(project) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "docs.generate", "--check"], cwd=project, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
