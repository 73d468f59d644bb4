"""What a benchmark prints above its table, so that figures can be compared."""

import os
import platform
import subprocess
from pathlib import Path

import skillc


def provenance() -> dict[str, str]:
    """Return version, commit, machine and Python."""
    root = Path(__file__).resolve().parents[1]
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=root, capture_output=True, text=True, check=False
    )
    model = "unknown processor"
    info = Path("/proc/cpuinfo")
    if info.is_file():
        lines = [line for line in info.read_text(encoding="utf-8").splitlines() if line.startswith("model name")]
        model = lines[0].partition(":")[2].strip() if lines else model
    return {
        "skillc": skillc.__version__,
        "commit": commit.stdout.strip() or "no checkout",
        "python": platform.python_version(),
        "machine": f"{os.cpu_count()} x {model}",
    }


def print_provenance() -> None:
    """Print it as one line."""
    print(", ".join(f"{key} {value}" for key, value in provenance().items()))
