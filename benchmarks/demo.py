"""`make demo`: a simulated human demonstration becomes a robot skill, is evaluated, and reported. No torch, no GPU."""

import subprocess
import sys
import time
from pathlib import Path

OUT = Path("build") / "demo"
TASK, SEED = "apple", 1


def skillc(*arguments: str) -> None:
    """Run one skillc command as a user would; stops the demo when it fails."""
    print(f"\n$ skillc {' '.join(arguments)}", flush=True)
    finished = subprocess.run([sys.executable, "-m", "skillc", *arguments], check=False)
    if finished.returncode:
        sys.exit(finished.returncode)


def main() -> None:
    """Record, build, evaluate, report."""
    start = time.monotonic()
    demo, build = OUT / f"{TASK}_{SEED}", OUT / "skill"
    if not (demo / f"{TASK}.yaml").is_file():
        skillc("record", "--simulated", TASK, "--seed", str(SEED), "--out", str(demo))
    skillc("build", str(demo / f"{TASK}.yaml"), "--out", str(build))
    skillc("eval", str(build), "--motion", "retargeted")
    skillc("eval", str(build), "--protocol", "truth", "--truth", str(demo / "truth"))
    skillc("eval", str(build))
    skillc("report", str(build))
    print(f"\nreport: {build / 'report' / 'index.html'}   ({(time.monotonic() - start) / 60:.1f} min)")


if __name__ == "__main__":
    main()
