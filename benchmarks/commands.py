"""Run the command line as a user would."""

import subprocess
import sys


def skillc(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one command and return what it printed and how it ended."""
    return subprocess.run([sys.executable, "-m", "skillc", *arguments], capture_output=True, text=True, check=False)
